"""The portal served as in earnest, on the test's database: real processes, real sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tests.processes import PROJECT, environment
from tests.settlement.platform import Told

PATIENCE = 60


@dataclass
class Server:
    """What `Ward` takes for its client.  process: of gunicorn; its workers are its children."""

    port: int
    process: "subprocess.Popen[bytes]"

    def post(self, path: str, body: Any, content_type: str = "application/json") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            content = body.encode() if isinstance(body, str) else body
            connection.request("POST", path, content, {"Content-Type": content_type})
            answer = connection.getresponse()
            return Heard(answer.status, answer.read())
        finally:
            connection.close()

    def workers(self) -> list[int]:
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children) as listed:
            return [int(pid) for pid in listed.read().split()]

    def dribble(self, total: int, seconds: float) -> Told:
        """Send one byte now and then, and read what comes back; fails where nothing does in time."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as sender:
            head = "POST /gateway/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            sender.sendall(f"{head}Content-Length: {total}\r\n\r\n".encode())
            sender.settimeout(0.3)
            said, end = b"", time.monotonic() + seconds
            while time.monotonic() < end:
                with suppress(OSError):
                    sender.sendall(b" ")
                try:
                    part = sender.recv(65536)
                except TimeoutError:
                    continue
                if not part:
                    break
                said += part
        head_of_it, _blank, body = said.partition(b"\r\n\r\n")
        return Told(int(head_of_it.split()[1]), json.loads(body), body)


@dataclass
class Heard:
    status_code: int
    content: bytes


@contextmanager
def serving(workers: int = 2, threads: int = 2) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options = ("--workers", str(workers), "--threads", str(threads), "--no-control-socket", "--log-level", "error")
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener.fileno()}", *options],
            cwd=PROJECT,
            env={**environment(), "PLATFORM_KEY": settings.PLATFORM_KEY.decode()},
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        server = Server(port, process)
        try:
            _wait_for(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(server: Server) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server never answered")
