"""What differs between machines, read from the environment once and checked.  Standard library only, no Django."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hospitals.causes import cause_of

PROJECT = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHORTEST_KEY = 32
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class EnvironmentFault(Exception):
    """The machine or its settings do not let the portal start; `str()` is one Chinese sentence for people."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one machine.  `database_url` is empty where no database was named (lint, type check)."""

    database_url: str
    secret_key: str
    development: bool
    https: bool
    allowed_hosts: tuple[str, ...]
    data_dir: Path
    log_level: str
    platform_key: bytes
    provincial_platform_url: str
    national_platform_url: str


def read(environ: Mapping[str, str]) -> Environment:
    """The environment in force; anything not said is read as production.

    PORTAL_ENVIRONMENT: `production` or `development`; unset, it is development only for a database that
    `make ready` prepared on this machine.  SECRET_KEY: must be given in production.  DATABASE_URL.
    PORTAL_DATA_DIR (default `.data`), PORTAL_ALLOWED_HOSTS (comma-separated), PORTAL_HTTPS, PORTAL_LOG_LEVEL.
    PLATFORM_KEY: shared with the platforms; without it, or an address, nothing is sent and nothing is taken in.
    PROVINCIAL_PLATFORM_URL, NATIONAL_PLATFORM_URL: where uploads go; in development to the simulator of `make run`.
    Raises EnvironmentFault.
    """
    data_dir = data_folder(environ)
    database_url = environ.get("DATABASE_URL", "")
    remembered = "development" if _remembers_development(data_dir, database_url) else "production"
    development = _one_of(environ, "PORTAL_ENVIRONMENT", ("production", "development"), remembered) == "development"
    hosts = environ.get("PORTAL_ALLOWED_HOSTS", ",".join(LOCAL_HOSTS) if development else "")
    return Environment(
        database_url=database_url,
        secret_key=environ.get("SECRET_KEY") or _development_key(data_dir, development),
        development=development,
        https=_one_of(environ, "PORTAL_HTTPS", ("true", "false"), "false" if development else "true") == "true",
        allowed_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        data_dir=data_dir,
        log_level=_one_of(environ, "PORTAL_LOG_LEVEL", LOG_LEVELS, "INFO"),
        platform_key=_platform_key(environ, data_dir, development),
        provincial_platform_url=_platform_url(environ, "PROVINCIAL", development),
        national_platform_url=_platform_url(environ, "NATIONAL", development),
    )


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where the portal keeps what is not in the database; nothing is made yet."""
    return Path(environ.get("PORTAL_DATA_DIR") or PROJECT / ".data").absolute()


def port(environ: Mapping[str, str]) -> int:
    """The port that `make run` serves on.  Raises EnvironmentFault."""
    text = environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise EnvironmentFault(f"PORT 应为 1 至 65535 的整数，现为“{text}”。")
    return int(text)


def simulator_port(environ: Mapping[str, str]) -> int:
    """The port of the simulator that `make run` starts beside the portal: the next one.  Raises EnvironmentFault."""
    return port(environ) + 1 if port(environ) < 65535 else 65534


def remember_development(environ: Mapping[str, str]) -> None:
    """From now on commands given this database and no PORTAL_ENVIRONMENT run as development."""
    data_dir = data_folder(environ)
    if not _remembers_development(data_dir, environ["DATABASE_URL"]):
        with private_folder(data_dir).joinpath("development").open("a", encoding="ascii") as known:
            known.write(_fingerprint(environ["DATABASE_URL"]) + "\n")


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing and then for its owner alone.  Raises EnvironmentFault."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EnvironmentFault(f"无法建立文件夹 {path}：{cause_of(error)}。") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise EnvironmentFault(f"文件夹 {path} 不可写，请检查其权限，或用 PORTAL_DATA_DIR 指定其他文件夹。")
    return path


def made_once(path: Path, content: str) -> str:
    """What the file holds; a missing one is made with `content`, readable by its owner alone.

    It is written whole before it gets its name, so that two commands at once agree.  Raises EnvironmentFault.
    """
    try:
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(content)
            with suppress(FileExistsError):
                os.link(draft, path)
            os.unlink(draft)
        return path.read_text("ascii")
    except OSError as error:
        raise EnvironmentFault(f"无法读写文件 {path}：{cause_of(error)}。") from error


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    """A setting with a closed list of values: a misspelt one is a fault, never a silent default."""
    value = environ.get(name) or default
    if value not in allowed:
        raise EnvironmentFault(f"{name} 应为 {'、'.join(allowed)} 之一，现为“{value}”。")
    return value


def _remembers_development(data_dir: Path, database_url: str) -> bool:
    try:
        return _fingerprint(database_url) in (data_dir / "development").read_text("ascii").split()
    except OSError:
        return False


def _fingerprint(database_url: str) -> str:
    """Known again without keeping the password that an address may hold."""
    return hashlib.sha256(database_url.encode()).hexdigest()


def _platform_key(environ: Mapping[str, str], data_dir: Path, development: bool) -> bytes:
    """Raises EnvironmentFault for one that is too short to keep anybody out."""
    given = environ.get("PLATFORM_KEY", "")
    if not given and development:
        given = made_once(private_folder(data_dir) / "platform_key", secrets.token_urlsafe(48))
    if given and len(given) < SHORTEST_KEY:
        raise EnvironmentFault(f"PLATFORM_KEY 至少 {SHORTEST_KEY} 个字符。")
    return given.encode()


def _platform_url(environ: Mapping[str, str], which: str, development: bool) -> str:
    given = environ.get(f"{which}_PLATFORM_URL", "")
    if not given and development:
        return f"http://127.0.0.1:{simulator_port(environ)}/platform/{which.lower()}/"
    if given and not given.startswith(("http://", "https://")):
        raise EnvironmentFault(f"{which}_PLATFORM_URL 应为 http 或 https 地址，现为“{given}”。")
    return given


def _development_key(data_dir: Path, development: bool) -> str:
    if not development:
        raise EnvironmentFault(
            "生产环境必须设置 SECRET_KEY；开发或演示请先运行 make ready，或设 PORTAL_ENVIRONMENT=development。"
        )
    return made_once(private_folder(data_dir) / "secret_key", secrets.token_urlsafe(50))
