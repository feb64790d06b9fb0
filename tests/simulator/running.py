"""The simulator as `make run` starts it: a process of its own on a port of 127.0.0.1."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.processes import PROJECT

KEY = b"a key that both sides share for the tests"


@contextmanager
def simulator(data_dir: Path, extra: Mapping[str, str] | None = None) -> Iterator[int]:
    """Its port.  data_dir: where it remembers, empty to begin with."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        environ = {
            **os.environ,
            "PORTAL_ENVIRONMENT": "development",
            "PORTAL_DATA_DIR": str(data_dir),
            "PLATFORM_KEY": KEY.decode(),
            "DJANGO_SETTINGS_MODULE": "tests.simulator.settings",
            **(extra or {}),
        }
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "tests.simulator.wsgi", "--bind", f"fd://{listener.fileno()}"),
                *("--threads", "16", "--no-control-socket", "--log-level", "warning"),
            ],
            cwd=PROJECT,
            env=environ,
            pass_fds=[listener.fileno()],
        )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError("the simulator does not answer")
