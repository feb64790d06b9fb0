"""What the simulator remembers, in a file of its own: what came, what went, the stays it plays, the platforms' mood."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hospitals.vocabulary import Term

TABLES = """
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, msgid TEXT NOT NULL, infno TEXT NOT NULL, digest TEXT NOT NULL,
    request TEXT NOT NULL, reply TEXT NOT NULL, is_done INTEGER NOT NULL, times INTEGER NOT NULL DEFAULT 1,
    at TEXT NOT NULL, UNIQUE (platform, msgid)
);
CREATE TABLE IF NOT EXISTS mood (
    platform TEXT PRIMARY KEY, conduct TEXT NOT NULL, words TEXT NOT NULL, seconds REAL NOT NULL, rate REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS sent (
    id INTEGER PRIMARY KEY, infno TEXT NOT NULL, request TEXT NOT NULL, reply TEXT NOT NULL, problem TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS stay (mdtrt_id TEXT PRIMARY KEY, told TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settled (
    setl_id TEXT PRIMARY KEY, house TEXT NOT NULL, home TEXT NOT NULL, day TEXT NOT NULL, told TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS serial (number INTEGER PRIMARY KEY AUTOINCREMENT);
"""


class Conduct(Term):
    """How a platform behaves."""

    ACKNOWLEDGE = "acknowledge", "正常受理"
    REFUSE = "refuse", "一律拒绝"
    SLOW = "slow", "应答缓慢"
    DOWN = "down", "停机"
    LOSE_ANSWER = "lose_answer", "受理后应答丢失（门户再问时第二次应答）"


@dataclass(frozen=True, slots=True)
class Mood:
    """words: with which it refuses.  seconds: before it answers when slow.  rate: messages a second that it takes."""

    conduct: Conduct = Conduct.ACKNOWLEDGE
    words: str = "备案信息校验不通过"
    seconds: float = 5
    rate: float = 500


class Memory:
    def __init__(self, path: Path) -> None:
        self.path, self.local = path, threading.local()
        self.connection.executescript(TABLES)

    @property
    def connection(self) -> sqlite3.Connection:
        """One a thread."""
        if not hasattr(self.local, "connection"):
            self.local.connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            self.local.connection.row_factory = sqlite3.Row
            self.local.connection.execute("PRAGMA journal_mode=WAL")
            self.local.connection.execute("PRAGMA synchronous=NORMAL")
        connection: sqlite3.Connection = self.local.connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; one writer at a time."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def mood(self, platform: str) -> Mood:
        row = self.connection.execute("SELECT * FROM mood WHERE platform = ?", (platform,)).fetchone()
        return Mood(Conduct.of(row["conduct"]), row["words"], row["seconds"], row["rate"]) if row else Mood()

    def set_mood(self, platform: str, mood: Mood) -> None:
        values = (platform, mood.conduct.value, mood.words, mood.seconds, mood.rate)
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO mood VALUES (?, ?, ?, ?, ?)", values)

    def next_serial(self) -> int:
        with self.writing() as connection:
            return connection.execute("INSERT INTO serial DEFAULT VALUES").lastrowid or 0

    def known(self, platform: str, msgid: str) -> sqlite3.Row | None:
        sql = "SELECT * FROM received WHERE platform = ? AND msgid = ?"
        row: sqlite3.Row | None = self.connection.execute(sql, (platform, msgid)).fetchone()
        return row

    def keep(
        self, platform: str, message: Mapping[str, Any], digest: str, reply: Mapping[str, Any], at: str
    ) -> Mapping[str, Any]:
        """Keep a message with its answer; one that is known already gets the answer that it got then."""
        values = (platform, message["msgid"], message["infno"], digest, written(message), written(reply))
        with self.writing() as connection:
            row = connection.execute(
                "INSERT INTO received (platform, msgid, infno, digest, request, reply, is_done, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (platform, msgid) DO UPDATE SET times = times + 1 RETURNING reply",
                (*values, reply["infcode"] == 0, at),
            ).fetchone()
        return read(row["reply"])

    def received(self, platform: str, limit: int = 100) -> list[sqlite3.Row]:
        sql = "SELECT * FROM received WHERE platform = ? ORDER BY id DESC LIMIT ?"
        return self.connection.execute(sql, (platform, limit)).fetchall()

    def count(self, platform: str) -> int:
        sql = "SELECT count(*) FROM received WHERE platform = ?"
        return int(self.connection.execute(sql, (platform,)).fetchone()[0])

    def keep_sent(self, request: Mapping[str, Any], reply: Mapping[str, Any], problem: str, at: str) -> int:
        """What a hospital said and heard; the number of the row."""
        values = (request["infno"], written(request), written(reply), problem, at)
        with self.writing() as connection:
            sql = "INSERT INTO sent (infno, request, reply, problem, at) VALUES (?, ?, ?, ?, ?)"
            return connection.execute(sql, values).lastrowid or 0

    def sent(self, limit: int = 100) -> list[sqlite3.Row]:
        return self.connection.execute("SELECT * FROM sent ORDER BY id DESC LIMIT ?", (limit,)).fetchall()

    def one_sent(self, number: int) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute("SELECT * FROM sent WHERE id = ?", (number,)).fetchone()
        return row

    def keep_stay(self, mdtrt_id: str, told: Mapping[str, Any], state: str) -> None:
        with self.writing() as connection:
            sql = "INSERT OR REPLACE INTO stay (mdtrt_id, told, state) VALUES (?, ?, ?)"
            connection.execute(sql, (mdtrt_id, written(told), state))

    def stay(self, mdtrt_id: str) -> sqlite3.Row | None:
        sql = "SELECT * FROM stay WHERE mdtrt_id = ?"
        row: sqlite3.Row | None = self.connection.execute(sql, (mdtrt_id,)).fetchone()
        return row

    def stays(self, limit: int = 50) -> list[sqlite3.Row]:
        return self.connection.execute("SELECT * FROM stay ORDER BY rowid DESC LIMIT ?", (limit,)).fetchall()

    def keep_settled(self, setl_id: str, house: str, home: str, day: str, told: Mapping[str, Any]) -> None:
        """A settlement or its reversal in a hospital's books; told: what it comes to."""
        with self.writing() as connection:
            sql = "INSERT OR IGNORE INTO settled (setl_id, house, home, day, told) VALUES (?, ?, ?, ?, ?)"
            connection.execute(sql, (setl_id, house, home, day, written(told)))

    def settled(self, house: str, home: str, since: str, until: str) -> list[sqlite3.Row]:
        sql = "SELECT * FROM settled WHERE house = ? AND home = ? AND day BETWEEN ? AND ? ORDER BY rowid"
        return self.connection.execute(sql, (house, home, since, until)).fetchall()

    def last_settled(self) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute("SELECT * FROM settled ORDER BY rowid DESC").fetchone()
        return row


def written(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value
