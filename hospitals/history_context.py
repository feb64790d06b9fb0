"""Who acts, and why, told to the database: once a transaction, and again where it becomes another.

The triggers of the history read two settings of the transaction.  pghistory's own context writes them in front of
every statement, which costs each of them an answer more and keeps the server from preparing it.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

TELL = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"
# What changes no row, or may stand in no transaction.
TELLS_NOTHING = (
    *("select", "(select", "with recursive", "savepoint", "release", "rollback", "set ", "lock", "listen", "notify"),
    *("vacuum", "analyze", "checkpoint", "reindex", "create", "alter", "drop"),
)
LONGEST = max(map(len, TELLS_NOTHING))

_here = threading.local()


class HistoryContext:
    """One action under one number.  metadata: what the history keeps of it."""

    def __init__(self, metadata: dict[str, Any]) -> None:
        self.number, self.metadata = str(uuid.uuid4()), metadata
        self._told: dict[str, Any] | None = None  # what the transaction knows
        self._at: tuple[str, ...] = ()  # the savepoints it was told within

    def execute(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """A statement passes by (Django's execute_wrapper): what changes rows is told of first."""
        here = context["connection"]
        status = here.connection.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            self._told = None
        if _tells_nothing(sql) or getattr(context["cursor"], "name", None) or status == TransactionStatus.INERROR:
            return execute(sql, params, many, context)
        if here.in_atomic_block:
            self._tell(execute, context)
            return execute(sql, params, many, context)
        with transaction.atomic():  # the settings last as long as their transaction
            self._tell(execute, context)
            return execute(sql, params, many, context)

    def _tell(self, execute: Callable[..., Any], context: dict[str, Any]) -> None:
        """What is told within a savepoint is forgotten when that is rolled back."""
        savepoints = tuple(context["connection"].savepoint_ids)
        if self._told != self.metadata or savepoints[: len(self._at)] != self._at:
            said = json.dumps(self.metadata, cls=DjangoJSONEncoder)
            execute(TELL, (self.number, said), False, context)
            self._told, self._at = dict(self.metadata), savepoints


def _tells_nothing(sql: Any) -> bool:
    words = sql.decode() if isinstance(sql, bytes) else str(sql)
    return words.lstrip()[:LONGEST].lower().startswith(TELLS_NOTHING)


@contextmanager
def history_context(**metadata: Any) -> Iterator[HistoryContext]:
    """Changes made inside carry this in the history.  One inside another adds to the outer one's, for good."""
    current: HistoryContext | None = getattr(_here, "context", None)
    if current is not None:
        current.metadata.update(metadata)
        yield current
        return
    current = _here.context = HistoryContext(metadata)
    try:
        with connection.execute_wrapper(current.execute):
            yield current
    finally:
        del _here.context
