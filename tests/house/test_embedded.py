"""config.embedded with real processes: started once, shared, stopped by the last, none the worse for a kill."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.environment import EnvironmentFault
from config.postgresql import TRIES

pytestmark = pytest.mark.embedded

USER = """
import os, sys
from config import embedded
embedded.provide(os.environ)
print(os.environ["DATABASE_URL"], flush=True)
sys.stdin.read()
"""
Using = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "项目 文件夹" / "data"
    folder.mkdir(parents=True)
    yield folder
    server = embedded.server_of(folder)
    server.leave()
    shutil.rmtree(server.cluster.home)


@pytest.fixture
def using(data_dir: Path) -> Iterator[Using]:
    """Starts a process that uses the server until its input is closed."""
    started = []

    def start() -> "subprocess.Popen[str]":
        environ = {**os.environ, "PORTAL_DATA_DIR": str(data_dir)}
        environ.pop("DATABASE_URL", None)
        process = subprocess.Popen(
            [sys.executable, "-c", USER], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def url_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def finish(process: "subprocess.Popen[str]") -> int:
    process.communicate("")
    return process.returncode


def running(data_dir: Path) -> list[int]:
    """Every process of the data folder's server."""
    home = os.fsencode(embedded.server_of(data_dir).cluster.home)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if home in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_the_last_user_stops_the_server(using: Using, data_dir: Path) -> None:
    first, second = using(), using()
    url = url_of(first)
    assert url_of(second) == url
    assert len(running(data_dir)) == 1
    assert finish(first) == 0
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT getdatabaseencoding(), current_setting('fsync')").fetchone() == ("UTF8", "on")
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert finish(second) == 0
    assert running(data_dir) == []


def test_many_at_once_share_one_server(using: Using, data_dir: Path) -> None:
    processes = [using() for _ in range(5)]
    assert len({url_of(process) for process in processes}) == 1
    assert len(running(data_dir)) == 1
    assert {finish(process) for process in processes} == {0}
    assert running(data_dir) == []


def test_a_killed_server_comes_back_with_its_data(using: Using, data_dir: Path) -> None:
    process = using()
    with psycopg.connect(url_of(process)) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    for pid in running(data_dir):
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    again = using()
    with psycopg.connect(url_of(again)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
    assert finish(again) == 0
    assert running(data_dir) == []


def test_a_killed_server_whose_last_child_takes_its_time_comes_back(using: Using, data_dir: Path) -> None:
    process = using()
    with psycopg.connect(url_of(process)) as busy:
        os.kill(busy.info.backend_pid, signal.SIGSTOP)  # as one that writes to a slow disk
        (server,) = running(data_dir)
        os.kill(server, signal.SIGKILL)
        process.kill()
        process.wait()
        again = using()
        time.sleep(TRIES + 2)
        assert again.poll() is None
        os.kill(busy.info.backend_pid, signal.SIGKILL)
        with psycopg.connect(url_of(again)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert finish(again) == 0
    assert running(data_dir) == []


def test_a_killed_user_no_longer_counts(using: Using, data_dir: Path) -> None:
    killed, other = using(), using()
    assert url_of(killed) == url_of(other)
    killed.kill()
    killed.wait()
    assert finish(other) == 0
    assert running(data_dir) == []


def test_a_user_asked_to_end_stops_the_server(using: Using, data_dir: Path) -> None:
    process = using()
    url_of(process)
    process.terminate()
    assert process.wait() == 128 + signal.SIGTERM
    assert running(data_dir) == []


def test_a_number_left_behind_that_is_another_program_now_is_survived(using: Using, data_dir: Path) -> None:
    first = using()
    url_of(first)
    finish(first)
    server = embedded.server_of(data_dir)
    (server.cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster.data}\n")
    server.cluster.own(server.cluster.sockets)
    (server.cluster.sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    again = using()
    assert url_of(again).startswith("postgres://")
    assert finish(again) == 0
    assert running(data_dir) == []


def test_a_long_path_and_closed_folders_work(using: Using, data_dir: Path) -> None:
    server = embedded.server_of(data_dir)
    assert len(os.fsencode(server.cluster.sockets)) <= embedded.SOCKET_PATH_LIMIT
    url_of(using())
    assert stat.S_IMODE(server.cluster.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.cluster.data.stat().st_mode) == 0o700


def test_sockets_move_out_of_a_path_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "runner_of_this_process", lambda: None)
    folder = tmp_path / ("很长的文件夹名" * 10)
    folder.mkdir()
    server = embedded.server_of(folder)
    assert server.cluster.home.is_relative_to(folder)
    assert server.cluster.sockets.parent == embedded.TEMPORARY
    assert server.cluster.sockets.name.startswith(f"offsite-portal-{os.getuid()}-")
    assert embedded.server_of(folder) == server


def test_another_folder_in_the_same_place_is_another_server(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    server = embedded.server_of(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    if os.getuid() == 0:
        assert embedded.server_of(folder).cluster.home != server.cluster.home


def test_a_database_that_was_named_is_left_as_it_is() -> None:
    environ = {"DATABASE_URL": "postgres://portal@127.0.0.1/real"}
    embedded.provide(environ)
    assert environ == {"DATABASE_URL": "postgres://portal@127.0.0.1/real"}


def test_data_of_another_version_is_refused_with_both_versions(using: Using, data_dir: Path) -> None:
    first = using()
    url_of(first)
    finish(first)
    server = embedded.server_of(data_dir)
    (server.cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EnvironmentFault, match=r"17.*18"):
        server.join()


def test_a_throwaway_server_leaves_nothing() -> None:
    environ: dict[str, str] = {}
    with embedded.throwaway(environ):
        with psycopg.connect(environ["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
            home = Path(str(connection.info.host)).parent
        assert home.exists()
    assert environ == {}
    assert not home.exists()
