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


def read(environ: Mapping[str, str]) -> Environment:
    """The environment in force; anything not said is read as production.

    PORTAL_ENVIRONMENT: `production` or `development`; unset, it is development only for a database that
    `make ready` prepared on this machine.  SECRET_KEY: must be given in production.  DATABASE_URL.
    PORTAL_DATA_DIR (default `.data`), PORTAL_ALLOWED_HOSTS (comma-separated), PORTAL_HTTPS, PORTAL_LOG_LEVEL.
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


def _development_key(data_dir: Path, development: bool) -> str:
    if not development:
        raise EnvironmentFault(
            "生产环境必须设置 SECRET_KEY；开发或演示请先运行 make ready，或设 PORTAL_ENVIRONMENT=development。"
        )
    return made_once(private_folder(data_dir) / "secret_key", secrets.token_urlsafe(50))
