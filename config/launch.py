"""The verbs behind `make`: ready, run, test, bench, faults.  Runs inside `.venv`."""

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType

from config import database, embedded
from config.environment import EnvironmentFault, port, remember_development, simulator_port
from config.migrating import models_rendered_one_by_one
from hospitals.causes import cause_of

PYTHON = Path(sys.executable)
PROGRAMS = PYTHON.parent
GRACE_SECONDS = 20
PR_SET_PDEATHSIG = 1  # prctl(2): the signal a process gets when its parent dies
DEMO_ACCOUNTS = (
    "clerk（窗口经办）、reviewer（审核）、finance（财务复核）、supervisor（主管）、hotline（咨询）、auditor（稽核）、"
    "supervisor-deputy（副主管，发布主管提交的政策）、finance-deputy（核对拨付批次）"
)
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "."),
    ("lint-imports", "--no-logo"),
    ("djlint", "templates", "--lint"),
    ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    ("pytest", "-n", "2", "--dist", "loadgroup"),
)


def main() -> None:
    verb, *arguments = sys.argv[1:]
    try:
        sys.exit(VERBS[verb](arguments))
    except EnvironmentFault as fault:
        sys.exit(str(fault))
    except KeyboardInterrupt:
        sys.exit(130)


def ready(_: list[str]) -> int:
    """Database, migrations, directory and policies; in development the demo data too.  Twice changes nothing."""
    os.environ.setdefault("PORTAL_ENVIRONMENT", "development")
    embedded.provide(os.environ)
    development = os.environ["PORTAL_ENVIRONMENT"] == "development"
    if development:
        database.prepare_as_development(os.environ["DATABASE_URL"])
        remember_development(os.environ)
    migrate([])
    from django.core.management import CommandError, call_command

    try:
        call_command("load_directory")
        call_command("load_policies")
        if development:
            call_command("load_demo")
        call_command("collectstatic", verbosity=0, interactive=False)
    except CommandError as error:
        raise EnvironmentFault(str(error)) from error
    return 0


def migrate(_: list[str]) -> int:
    """The tables of the database, quickly where it has none yet."""
    is_empty = database.is_empty(os.environ["DATABASE_URL"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    try:
        with models_rendered_one_by_one() if is_empty else nullcontext():
            call_command("migrate", verbosity=0, interactive=False)
    except CommandError as error:
        raise EnvironmentFault(str(error)) from error
    return 0


def run(_: list[str]) -> int:
    """Serve until Ctrl-C or SIGTERM; then nothing of it is left running."""
    number = port(os.environ)
    os.environ.setdefault("PORTAL_ENVIRONMENT", "development")
    with ExitStack() as ports:
        listener = ports.enter_context(_listening(number))
        development = os.environ["PORTAL_ENVIRONMENT"] == "development"
        others = ports.enter_context(_listening(simulator_port(os.environ))) if development else None
        stop = _stop_asked()
        embedded.provide(os.environ)
        with ended(preparing := _child("-m", "config.launch", "ready")):
            while preparing.poll() is None and not stop.wait(0.1):
                pass
        if preparing.returncode or stop.is_set():
            return 0 if stop.is_set() else preparing.returncode
        services = {"网页服务": web(listener), "后台任务": worker()}
        if others:
            services["模拟平台"] = _served("config.simulator.wsgi", others, "--threads", "32")
        with ended(*services.values()):
            announced = False
            while not stop.wait(0.2):
                for name, child in services.items():
                    if child.poll() is not None:
                        raise EnvironmentFault(f"{name}意外退出（状态 {child.returncode}），其余已全部停止。")
                if not announced and _answers(number):
                    print(f"门户已启动：http://127.0.0.1:{number}/　按 Ctrl-C 停止。")
                    if others:
                        print(
                            f"模拟平台：http://127.0.0.1:{simulator_port(os.environ)}/　扮演外地医院和省级、国家平台。"
                        )
                    print(f"演示账户：{DEMO_ACCOUNTS}，密码均为 demo-portal。", flush=True)
                    announced = True
    print("已停止。", flush=True)
    return 0


def test(arguments: list[str]) -> int:
    """Everything that CI runs; with arguments, pytest alone, given them."""
    os.environ["PORTAL_ENVIRONMENT"] = "development"
    with nullcontext() if os.environ.get("DATABASE_URL") else embedded.throwaway(os.environ):
        database.connect(os.environ["DATABASE_URL"]).close()
        if arguments:
            return _ran(PROGRAMS / "pytest", *arguments)
        failed = [" ".join(check) for check in CHECKS if _ran(PROGRAMS / check[0], *check[1:])]
    if failed:
        print(f"未通过：{'；'.join(failed)}。", flush=True)
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """The benchmarks, on a database of their own."""
    os.environ["PORTAL_ENVIRONMENT"] = "development"
    given = bool(os.environ.get("DATABASE_URL"))
    with database.fresh(os.environ) if given else embedded.throwaway(os.environ, durable=True):
        if status := _ran(PYTHON, "-m", "config.launch", "migrate"):
            return status
        for command in ("load_directory", "load_policies", "collectstatic"):
            options = ("--no-input",) if command == "collectstatic" else ()
            if status := _ran(PYTHON, "manage.py", command, *options, "--verbosity", "0"):
                return status
        return _ran(PYTHON, "-m", "tests.benchmarks", *arguments)


def faults(_: list[str]) -> int:
    """Random kills under load, of a portal and a database server of its own.

    In our place and not as a child, which Ctrl-C would leave no time to tidy up.
    """
    os.execv(PYTHON, [str(PYTHON), "-m", "tests.faults"])


VERBS: dict[str, Callable[[list[str]], int]] = {
    "ready": ready,
    "run": run,
    "test": test,
    "bench": bench,
    "faults": faults,
    "migrate": migrate,
}


def _ran(program: Path, *arguments: str) -> int:
    print(f"· {' '.join((program.name, *arguments))}", flush=True)
    return subprocess.run([program, *arguments]).returncode


def web(listener: socket.socket, output: int | None = None) -> "subprocess.Popen[bytes]":
    """The pages and the gateway.  output: where they write their log, if not where we do."""
    return _served("config.wsgi", listener, "--workers", "2", "--threads", "4", output=output)


def worker(output: int | None = None) -> "subprocess.Popen[bytes]":
    """The jobs: uploads, deadlines, long lists."""
    return _child("manage.py", "work", output=output)


def _served(
    application: str, listener: socket.socket, *options: str, output: int | None = None
) -> "subprocess.Popen[bytes]":
    bind = ("--bind", f"fd://{listener.fileno()}", "--no-control-socket", "--log-level", "warning")
    arguments = ("-m", "gunicorn", application, *bind, *options)
    return _child(*arguments, hand_over=[listener.fileno()], output=output)


@contextmanager
def _listening(number: int) -> Iterator[socket.socket]:
    """The port, held from the start and handed to the web server.  Raises EnvironmentFault."""
    try:
        listener = socket.create_server(("127.0.0.1", number))
    except OSError as error:
        cause = {errno.EADDRINUSE: "已被占用", errno.EACCES: "需要更高权限"}.get(error.errno or 0, cause_of(error))
        raise EnvironmentFault(f"端口 {number} {cause}，请换一个，例如 make run PORT=8010。") from error
    with listener:
        yield listener


def _stop_asked() -> threading.Event:
    """Set once Ctrl-C is pressed, the terminal is closed, or the process is asked to end."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return stop


def _child(*arguments: str, hand_over: Sequence[int] = (), output: int | None = None) -> "subprocess.Popen[bytes]":
    """A Python program of ours, out of reach of Ctrl-C (we end it in order); it ends too if we are killed."""
    libc = ctypes.CDLL(None)
    return subprocess.Popen(
        [PYTHON, *arguments],
        pass_fds=hand_over,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
    )


@contextmanager
def ended(*children: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Whatever happens meanwhile, the children and theirs are gone afterwards."""
    try:
        yield
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _answers(number: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
