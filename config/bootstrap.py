"""From a bare clone to `config.launch`: the virtual environment and the locked requirements.  Standard library only.

Run by the machine's own Python, which may be too old: nothing in here is newer than what can say so.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from hospitals.causes import cause_of

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = PROJECT / "config" / "requirements.txt"
DEVELOPMENT = PROJECT / "config" / "requirements-dev.txt"
DEVELOPMENT_VERBS = {"test", "bench", "faults"}


def main() -> None:
    verb = sys.argv[1]
    if sys.version_info < (3, 11):  # noqa: UP036 the machine's Python may well be older
        found = ".".join(str(part) for part in sys.version_info[:2])
        sys.exit(f"需要 Python 3.11 或更新版本，现为 {found}；可用 make {verb} PYTHON=python3.12 指定。")
    locks = [RUNTIME, DEVELOPMENT] if verb in DEVELOPMENT_VERBS else [RUNTIME]
    try:
        folder = os.open(PROJECT, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)  # two commands at once in a bare clone: the second finds it done
        if not all(map(_installed, locks)):
            _install(locks)
        os.close(folder)
    except OSError as error:
        sys.exit(f"无法在项目文件夹 {PROJECT} 中建立运行环境：{cause_of(error)}。")
    os.chdir(PROJECT)
    os.execv(PYTHON, [str(PYTHON), "-m", "config.launch", *sys.argv[1:]])


def _installed(lock: Path) -> bool:
    stamp = _stamp(lock)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _digest(lock)


def _install(locks: "list[Path]") -> None:
    """The last of the locks holds the others; the stamps come last, so that an interrupted install is done again."""
    print("正在准备运行环境（首次约需一分钟）……", flush=True)
    if not any(map(_installed, locks)):
        _make_environment()
    log = VENV / "install.log"
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    with log.open("w") as output:
        done = subprocess.run([*command, "--only-binary", ":all:", "-r", str(locks[-1])], stdout=output, stderr=output)
    if done.returncode:
        sys.exit(f"依赖安装失败：{_cause(log.read_text(errors='replace'))}（详见 {log}）。")
    for lock in locks:
        _stamp(lock).write_text(_digest(lock))


def _make_environment() -> None:
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        output = done.stdout + done.stderr
        missing = "ensurepip" in output or "No module named venv" in output
        reason = "缺少 venv 组件，请安装（Debian 为 python3-venv）" if missing else _cause(output)
        sys.exit(f"无法建立虚拟环境 {VENV}：{reason}。")


def _stamp(lock: Path) -> Path:
    return VENV / f"{lock.name}.sha256"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _cause(output: str) -> str:
    for sign, text in (
        ("No space left", "磁盘空间不足"),
        ("Permission denied", "没有写权限"),
        ("Read-only file system", "文件系统只读"),
        ("DO NOT MATCH THE HASHES", "下载的文件与锁定的校验值不符"),
        ("connection", "连不上软件源，请检查网络"),
        ("Name or service not known", "连不上软件源，请检查网络"),
        ("Temporary failure in name resolution", "连不上软件源，请检查网络"),
        ("No matching distribution", "连不上软件源，或其中没有适用于本机的版本"),
    ):
        if sign in output:
            return text
    return (output.strip().splitlines() or ["没有输出"])[-1]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("已中断，再次运行时重新准备。", flush=True)
        sys.exit(130)
