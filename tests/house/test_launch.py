"""The commands behind `make`, as another process sees them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from config import database, embedded
from config.environment import EnvironmentFault
from hospitals.development import is_development_database

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A newcomer's, but for a data folder of its own."""
    ours = ("DATABASE_URL", "PORTAL_ENVIRONMENT", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PORTAL_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def launched(verb: str, environ: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "config.launch", verb],
        cwd=PROJECT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def refused(verb: str, environ: dict[str, str]) -> str:
    """What the command says when it cannot start: one line, no traceback."""
    process = launched(verb, environ)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(output.splitlines()) == 1
    return output


def test_a_port_in_use_is_named_with_the_way_out(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        said = refused("run", {**environ, "PORT": str(number)})
    assert f"端口 {number} 已被占用" in said
    assert "PORT=" in said


@pytest.mark.parametrize("verb", ["ready", "test", "bench"])
def test_an_unreachable_server_is_named_without_its_password(verb: str, environ: dict[str, str], port: int) -> None:
    said = refused(verb, {**environ, "DATABASE_URL": f"postgres://portal:hidden@127.0.0.1:{port}/portal"})
    assert f"127.0.0.1:{port}" in said
    assert "hidden" not in said


def test_a_folder_that_cannot_be_made_is_named_with_the_cause(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    assert refused("ready", {**environ, "PORTAL_DATA_DIR": str(folder)}).endswith("路径中有一段不是文件夹。\n")


def test_an_address_that_is_none_is_refused(environ: dict[str, str]) -> None:
    assert "DATABASE_URL" in refused("ready", {**environ, "DATABASE_URL": "sqlite:///portal.db"})


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database with nothing in it."""
    given = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    with database.fresh(given):
        yield given["DATABASE_URL"]


def test_an_empty_database_is_marked_for_development_once(empty_database: str) -> None:
    database.prepare_as_development(empty_database)
    database.prepare_as_development(empty_database)
    with psycopg.connect(empty_database) as marked:
        assert marked.execute("SHOW portal.environment").fetchone() == ("development",)


def test_a_database_in_use_is_never_marked(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as used:
        used.execute("CREATE TABLE django_migrations ()")
    with pytest.raises(EnvironmentFault, match="不是开发库"):
        database.prepare_as_development(empty_database)


@pytest.mark.django_db
def test_development_is_read_from_the_database() -> None:
    assert not is_development_database(connection)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.environment = 'development'")
    assert is_development_database(connection)


@pytest.mark.embedded
@pytest.mark.django_db
def test_run_serves_until_it_is_interrupted_and_leaves_no_process(
    environ: dict[str, str], port: int, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    server = embedded.server_of(tmp_path / "data")
    simulator = free_port()
    process = launched("run", {**environ, "PORT": str(port), "SIMULATOR_PORT": str(simulator)})
    try:
        said = ""
        while "demo-portal" not in said:
            line = process.stdout.readline() if process.stdout else ""
            assert line, said
            said += line
        assert f"http://127.0.0.1:{port}/" in said
        assert f"http://127.0.0.1:{simulator}/" in said
        for number in (port, simulator):
            page = http.client.HTTPConnection("127.0.0.1", number, timeout=10)
            page.request("GET", "/healthz")
            assert page.getresponse().status == 200
            page.close()
        with psycopg.connect(server.cluster.url) as made:
            assert tables(made.cursor()) == tables(connection.cursor())
        family = descendants(process.pid)
        assert len(family) >= 4
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=40)
        assert process.returncode == 0
        assert not left_of(family)
        assert not (server.cluster.data / "postmaster.pid").exists()
    finally:
        process.kill()
        process.communicate()
        server.leave(delete=True)


BEFORE_THE_NEWEST = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from config.migrating import models_rendered_one_by_one

executor = MigrationExecutor(connection)
graph, ours = executor.loader.graph, {"hospitals", "filings", "settlement"}
before = {
    leaf: max(parent.key for parent in graph.node_map[leaf].parents if parent.key[0] == leaf[0])
    for leaf in graph.leaf_nodes()
    if leaf[0] in ours
}
needed = {node for target in before.values() for node in graph.forwards_plan(target)}
before = [leaf if leaf in needed else before.get(leaf, leaf) for leaf in graph.leaf_nodes()]
with models_rendered_one_by_one():
    executor.migrate(before)
"""


@pytest.mark.django_db
def test_migrating_quickly_comes_to_the_same_tables(environ: dict[str, str], empty_database: str) -> None:
    """Ours were made with models rendered one by one; here the newest migration of each app is made as Django does it,
    in the place where agencies will."""
    environ |= {"DATABASE_URL": empty_database, "PORTAL_ENVIRONMENT": "development"}
    environ |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    for step in (["-c", BEFORE_THE_NEWEST], ["manage.py", "migrate", "-v0"]):
        subprocess.run([sys.executable, *step], cwd=PROJECT, env=environ, check=True, timeout=1200)
    with psycopg.connect(empty_database) as made:
        assert tables(made.cursor()) == tables(connection.cursor())


def tables(cursor: Any) -> set[tuple[str, ...]]:
    """Columns, constraints, indexes, triggers and functions of a database, as it defines them itself."""
    found: set[tuple[str, ...]] = set()
    for question in (
        "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull::text,"
        " attidentity::text, attgenerated::text, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"
        " WHERE (adrelid, adnum) = (attrelid, attnum)) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ):
        cursor.execute(question)
        found |= set(cursor.fetchall())
    return found


def descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended since
        return []
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def left_of(pids: list[int]) -> list[str]:
    """What still runs of them a moment later: the last to go is done once the system has noticed."""
    deadline = time.monotonic() + 5
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > deadline:
            return [Path(f"/proc/{pid}/cmdline").read_text() for pid in left]
        time.sleep(0.05)
    return []
