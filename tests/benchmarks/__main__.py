"""`make bench`: runs every benchmark, or those named, and prints the ratios."""

import os
import sys
from importlib import import_module

import django

from tests.benchmarks.measure import HEADER, Ratio

BENCHMARKS = (
    *("hospital_import", "json_lines", "lists", "sweeps", "people", "uploads"),
    *("claim_request", "claim_lists", "replays", "gateway", "settlement_counts", "clearing"),
)


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    missed = 0
    print(HEADER)
    for name in names or BENCHMARKS:
        for ratio in import_module(f"tests.benchmarks.{name}").run():
            print(ratio.line(), flush=True)
            missed += missed_by(ratio)
    print("every aim met" if not missed else f"{missed} aims missed")
    return 1 if missed else 0


def missed_by(ratio: Ratio) -> int:
    return int(ratio.verdict == "NO")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
