"""The embedded PostgreSQL: started by whoever needs it first, shared, and stopped by whoever leaves last.

It listens on a socket in a folder of its own and on no port.  Every process that uses it holds a shared lock
for its life, so a process that is killed counts as gone, and nobody has to keep a register.
"""

import atexit
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.environment import EnvironmentFault, data_folder, made_once, private_folder
from config.postgresql import Cluster, runner_of_this_process, system_home
from hospitals.causes import cause_of

TEMPORARY = Path("/tmp")  # noqa: S108 short enough for sockets; folders in it are made private
THROWAWAY = "offsite-portal-test-"
STALE_SECONDS = 60
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432")


def provide(environ: MutableMapping[str, str]) -> None:
    """Put a DATABASE_URL into `environ` where there is none, with the server behind it until this process ends.

    Raises EnvironmentFault.
    """
    if environ.get("DATABASE_URL"):
        return
    server = server_of(private_folder(data_folder(environ)))
    environ["DATABASE_URL"] = server.join()
    owner = os.getpid()

    def leave() -> None:
        if os.getpid() == owner:  # a forked child inherits the exit handler, not the duty
            server.leave()

    atexit.register(leave)
    _end_in_order()


@contextmanager
def throwaway(environ: MutableMapping[str, str], durable: bool = False) -> "Iterator[Server]":
    """A fresh server for a test run, by default fast because it need not survive a crash; deleted afterwards."""
    _end_in_order()
    runner = runner_of_this_process()
    for left in TEMPORARY.glob(f"{THROWAWAY}*"):  # a killed run could not tidy up after itself
        state = left.lstat()
        if state.st_uid == os.getuid() and time.time() - state.st_mtime > STALE_SECONDS:
            Server(Cluster(left, left / "sockets", runner)).leave(delete=True)
    home = Path(tempfile.mkdtemp(prefix=THROWAWAY, dir=TEMPORARY))
    server = Server(Cluster(home, home / "sockets", runner, durable))
    try:
        environ["DATABASE_URL"] = server.join()
        yield server
    finally:
        environ.pop("DATABASE_URL", None)
        server.leave(delete=True)


@dataclass(slots=True)
class Server:
    """A cluster and the processes that share it; `users` is this process's share in the lock."""

    cluster: Cluster
    users: int = -1

    def join(self) -> str:
        """Use the server, started where it does not run yet; returns its address.  Raises EnvironmentFault."""
        self.cluster.own(self.cluster.home, traverse=True)
        starting = _lock(self.cluster.home / "start.lock", fcntl.LOCK_EX)
        try:
            self.users = _lock(self._register, fcntl.LOCK_SH)
            if not self.cluster.postmaster():
                self.cluster.start()
            self.cluster.await_answer()
        except OSError as error:
            raise EnvironmentFault(f"内置数据库未能启动：{error}。") from error
        finally:
            os.close(starting)
        return self.cluster.url

    def leave(self, delete: bool = False) -> None:
        """Use it no longer: the last one out stops the server, and deletes what a test run leaves."""
        if self.users >= 0:
            os.close(self.users)
            self.users = -1
        try:
            alone = _lock(self._register, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, EnvironmentFault):  # still in use, or its folder was deleted and it stops by itself
            return
        self.cluster.stop()
        if delete:
            shutil.rmtree(self.cluster.home, ignore_errors=True)
        os.close(alone)

    @property
    def _register(self) -> Path:
        return self.cluster.home / "users.lock"


def server_of(data_dir: Path) -> Server:
    """The embedded server that belongs to a data folder.

    Its name mixes the folder's path with a mark kept inside, so that neither a copy of the folder
    nor a new one in its place is taken for the old.
    """
    mark = made_once(data_dir / "embedded", secrets.token_hex(8))
    name = hashlib.sha256(f"{data_dir.resolve()}\0{mark}".encode()).hexdigest()[:12]
    runner = runner_of_this_process()
    if runner:
        home = system_home() / name
        return Server(Cluster(home, home / "sockets", runner))
    home = data_dir / "postgresql"
    inside = home / "sockets"
    short = len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT
    return Server(Cluster(home, inside if short else TEMPORARY / f"offsite-portal-{os.getuid()}-{name}"))


def _lock(path: Path, kind: int) -> int:
    """An open lock; closing it, or the end of this process, gives it back.  Not inherited by other programs."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise EnvironmentFault(f"无法写入 {path}：{cause_of(error)}。") from error
    try:
        fcntl.flock(handle, kind)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle


def _end_in_order() -> None:
    """A process asked to end leaves the server properly: by default these signals skip the exit handlers."""

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
