"""The portal as processes: a database server of its own, web and worker as `make run` starts them; each can be killed.

Whoever dies is started again at once, as a supervisor would.  Nobody but the killer may end anything.
"""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config import launch
from config.environment import EnvironmentFault
from config.postgresql import Cluster
from tests.faults.story import Story

KINDS = ("web worker", "web arbiter", "job worker", "database backend", "database server")
DOWN = 1.5  # seconds that the database server stays away, at most
GRACE = 20


class Portal:
    """log: where web and worker write."""

    def __init__(self, story: Story, cluster: Cluster, log: Path) -> None:
        self.story, self.cluster = story, cluster
        self.dice = story.chance("portal")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.log = log.open("wb")
        self.groups: list[int] = []
        self.starting: threading.Thread | None = None
        self.web = self._kept(launch.web(self.listener, self.log.fileno()))
        self.worker = self._kept(launch.worker(self.log.fileno()))

    def _kept(self, process: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        self.groups.append(process.pid)
        return process

    # one of each kind

    def kill(self, kind: str) -> bool:
        """False where there is none of that kind at the moment."""
        acts: dict[str, Callable[[], bool]] = {
            "web worker": lambda: self._one_of(children(self.web.pid)),
            "web arbiter": self._kill_web,
            "job worker": self._kill_worker,
            "database backend": self._kill_backend,
            "database server": self._kill_server,
        }
        return acts[kind]()

    def _one_of(self, pids: list[int]) -> bool:
        with suppress(ProcessLookupError):
            if pids:
                os.kill(self.dice.choice(sorted(pids)), signal.SIGKILL)
                return True
        return False

    def _kill_web(self) -> bool:
        """Its children are left to notice; the next one shares their socket meanwhile."""
        self.web.kill()
        self.web.wait()
        self.web = self._kept(launch.web(self.listener, self.log.fileno()))
        return True

    def _kill_worker(self) -> bool:
        self.worker.kill()
        self.worker.wait()
        self.worker = self._kept(launch.worker(self.log.fileno()))
        return True

    def _kill_backend(self) -> bool:
        """The server then ends all others too, and recovers."""
        server = self.cluster.postmaster()
        if server is None or self.is_starting:
            return False
        return self._one_of([pid for pid in children(server) if b"[local]" in command_of(pid)])

    def _kill_server(self) -> bool:
        server = self.cluster.postmaster()
        if server is None or self.is_starting:
            return False
        os.kill(server, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(server, 0)
        away = self.dice.uniform(0, DOWN)
        self.starting = threading.Thread(target=self._start_server, args=(away,), daemon=True)
        self.starting.start()
        return True

    def _start_server(self, away: float) -> None:
        time.sleep(away)
        began = time.monotonic()
        try:
            self.cluster.start()
        except EnvironmentFault as fault:
            self.story.is_wrong(f"the database server does not start again: {fault}")
        longest = self.story.numbers["recovery ms, longest"]
        self.story.numbers["recovery ms, longest"] = max(longest, int((time.monotonic() - began) * 1000))

    @property
    def is_starting(self) -> bool:
        return self.starting is not None and self.starting.is_alive()

    def look_after(self) -> None:
        """Raises Violation for who ended without having been killed, or could not be started again."""
        self.story.check()
        for name, process in (("the web arbiter", self.web), ("the job worker", self.worker)):
            if process.poll() is not None:
                raise self.story.is_wrong(f"{name} ended by itself, status {process.returncode}")
        if not self.is_starting and self.cluster.postmaster() is None:
            raise self.story.is_wrong("the database server ended by itself")

    def left_behind(self) -> list[int]:
        """Processes of those that were killed: each should have noticed and gone."""
        mine = {self.web.pid, self.worker.pid}
        return [pid for pid in everybody() if (group := group_of(pid)) in self.groups and group not in mine]

    def stop(self) -> None:
        """Nothing of it is left running, whatever state it was in."""
        if self.starting is not None:
            self.starting.join()
        with launch.ended(self.web, self.worker):
            pass
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.listener.close()
        self.log.close()


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def everybody() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def plan(kills: int, dice: random.Random) -> list[str]:
    """At least a tenth of them of each kind, the rest as it comes, in no order."""
    sure = [kind for kind in KINDS for _ in range(max(1, kills // 10))]
    rest = dice.choices(KINDS, weights=(3, 1, 2, 3, 1), k=max(0, kills - len(sure)))
    order = [*sure, *rest][:kills] if kills >= len(KINDS) else sure[:kills]
    dice.shuffle(order)
    return order
