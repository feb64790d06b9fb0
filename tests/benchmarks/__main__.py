"""`make bench`: runs every benchmark, or those named, and prints the ratios; each on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks.measure import HEADER, Ratio

BENCHMARKS = (
    *("hospital_import", "json_lines", "lists", "sweeps", "people", "uploads"),
    *("claim_request", "claim_lists", "replays", "gateway", "settlement_counts", "clearing"),
)
HERE = "--here"  # on the database as it is


def main(names: list[str]) -> int:
    if names[:1] == [HERE]:
        return run(names[1])
    print(HEADER, flush=True)
    missed = 0
    for name in names or BENCHMARKS:
        with a_copy() as url:
            command = [sys.executable, "-m", "tests.benchmarks", HERE, name]
            missed += subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
    print("every aim met" if not missed else f"{missed} aims missed")
    return 1 if missed else 0


def run(name: str) -> int:
    """How many aims it misses; one that breaks off misses one."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    missed = 0
    for ratio in import_module(f"tests.benchmarks.{name}").run():
        print(ratio.line(), flush=True)
        missed += missed_by(ratio)
    return missed


@contextmanager
def a_copy() -> Iterator[str]:
    """The address of a copy of the database: what one benchmark fills in is not there for the next."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = address.path.removeprefix("/")
    copied = f"{name}_bench_{os.getpid()}"
    with psycopg.connect(address._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copied}" TEMPLATE "{name}"')  # type: ignore[call-overload]
        try:
            yield address._replace(path=f"/{copied}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{copied}" WITH (FORCE)')  # type: ignore[call-overload]


def missed_by(ratio: Ratio) -> int:
    return int(ratio.verdict == "NO")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
