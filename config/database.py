"""The database server behind a DATABASE_URL: can it be reached, is it new enough, is it one to try things in?"""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config.environment import EnvironmentFault

OLDEST = 15
CAUSES = {
    "Connection refused": "连接被拒绝",
    "timeout": "连接超时",
    "No such file or directory": "服务未启动",
    "password authentication failed": "用户名或密码不对",
    "no password supplied": "没有给出密码",
    "resolve host": "主机名无法解析",
    "translate host name": "主机名无法解析",
    "does not exist": "用户或数据库不存在",
}


def connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """An autocommit connection.  Raises EnvironmentFault, which names the host and the port and never the password."""
    try:
        where = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise EnvironmentFault("DATABASE_URL 格式不对，应为 postgres://用户:密码@主机:端口/数据库。") from None
    try:
        connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.OperationalError as error:
        cause = next((text for sign, text in CAUSES.items() if sign in str(error)), "服务器没有正常应答")
        place = f"{where.get('host', '本机')}:{where.get('port', 5432)} 的数据库 {where.get('dbname', '')}"
        raise EnvironmentFault(f"无法连接 {place}：{cause}。") from None
    version = connection.info.server_version // 10000
    if version < OLDEST:
        connection.close()
        raise EnvironmentFault(f"需要 PostgreSQL {OLDEST} 或更新版本，服务器现为 {version}。")
    return connection


def is_empty(url: str) -> bool:
    """Whether nothing was ever migrated there.  Raises EnvironmentFault."""
    with connect(url) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
    return bool(row and row[0])


def prepare_as_development(url: str) -> None:
    """Mark an empty database as one for development; one that is in use and not so marked is left alone.

    Raises EnvironmentFault.
    """
    with connect(url) as connection:
        marked, empty = connection.execute(
            "SELECT current_setting('portal.environment', true) = 'development',"
            " to_regclass('django_migrations') IS NULL"
        ).fetchone() or (None, False)
        name = connection.info.dbname
        if not marked and not empty:
            raise EnvironmentFault(
                f"数据库 {name} 已有数据且不是开发库，不装入演示数据；生产库请设 PORTAL_ENVIRONMENT=production。"
            )
        if not marked:
            try:
                statement = sql.SQL("ALTER DATABASE {} SET portal.environment = 'development'")
                connection.execute(statement.format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                raise EnvironmentFault(f"当前数据库用户不是 {name} 的所有者，无法将其标记为开发库。") from None


@contextmanager
def fresh(environ: MutableMapping[str, str]) -> Iterator[None]:
    """DATABASE_URL names a new database on the same server meanwhile; it is dropped afterwards."""
    given = environ["DATABASE_URL"]
    name = f"portal_{os.getpid()}"
    with connect(given) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environ["DATABASE_URL"] = urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    try:
        yield
    finally:
        environ["DATABASE_URL"] = given
        with connect(given) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
