"""Worker processes of a replay: each reads pieces of the ledger in a read-only transaction, all on one snapshot.

They know no Django.  A process whose parent is gone ends at its next word with it; a parent that loses one ends the
replay.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import Any

import psycopg
from psycopg import sql

from settlement.replays.reading import Extent, Piece, extent_of, replay_piece
from settlement.replays.replaying import Question, Replay
from settlement.replays.tally import Tally

WORKERS = 2
Report = Callable[[int, int], None]  # told done and total; raises to end the replay


class ReplayBroken(Exception):
    """A worker ended before its work.  Says only what kind of fault it was: messages of the database quote rows."""


def replay_all(database: str, question: Question, *, workers: int = WORKERS, report: Report) -> Tally:
    """database: a connection string.  Raises ReplayBroken, and whatever `report` raises."""
    with _reading(database) as connection:
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        extent = extent_of(connection, question)
        report(0, extent.total)
        if not extent.pieces:
            return Tally(left_out=extent.left_out)
        assert snapshot is not None  # noqa: S101 - the statement has a row
        return _share_out(database, snapshot[0], question, extent, workers, report)


def replay_here(connection: psycopg.Connection[Any], question: Question) -> Tally:
    """The same within a transaction that is open already, in this process."""
    extent = extent_of(connection, question)
    tally = Tally(left_out=extent.left_out)
    replay = Replay(question, tally)
    for piece in extent.pieces:
        replay_piece(connection, replay, extent.years, piece)
    return tally


def _share_out(database: str, snapshot: str, question: Question, extent: Extent, workers: int, report: Report) -> Tally:
    spawning, waiting, done, whole = get_context("spawn"), list(extent.pieces), 0, Tally(left_out=extent.left_out)
    pipes: list[Pipe[Any, Any]] = []
    processes: list[Any] = []
    try:
        for _ in range(min(workers, len(waiting))):
            ours, theirs = spawning.Pipe()
            given = (theirs, database, snapshot, question, list(extent.years))
            process = spawning.Process(target=_work, args=given, daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
            ours.send(waiting.pop(0))
        open_pipes = list(pipes)
        while open_pipes:
            ready = wait(open_pipes)
            for pipe in [pipe for pipe in open_pipes if pipe in ready]:
                answer = _answer(pipe)
                if isinstance(answer, Tally):
                    whole.merge(answer)
                    open_pipes.remove(pipe)
                    continue
                done += answer
                pipe.send(waiting.pop(0) if waiting else None)
                report(done, extent.total)
        return whole
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.terminate()
            process.join()


def _answer(pipe: "Pipe[Any, Any]") -> Tally | int:
    """What a worker says: how many it has replayed, at last its tally."""
    try:
        answer: Tally | int | str = pipe.recv()
    except (EOFError, OSError):
        raise ReplayBroken("工作进程中断") from None
    if isinstance(answer, str):
        raise ReplayBroken(answer)
    return answer


def _work(pipe: "Pipe[Any, Any]", database: str, snapshot: str, question: Question, years: list[int]) -> None:
    tally = Tally()
    replay = Replay(question, tally)
    try:
        with _reading(database, snapshot) as connection:
            while (piece := pipe.recv()) is not None:
                pipe.send(replay_piece(connection, replay, years, Piece(*piece)))
        pipe.send(tally)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody waits for it any more
    except Exception as fault:
        pipe.send(type(fault).__name__)


@contextmanager
def _reading(database: str, snapshot: str = "") -> Iterator[psycopg.Connection[Any]]:
    """A read-only transaction.  snapshot: of another one, to see exactly what that sees."""
    with psycopg.connect(database) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if snapshot:
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
        yield connection
        connection.rollback()
