"""Turns: two transactions that ask for the same thing go one after the other."""

from collections.abc import Iterable

from django.db import connection
from django.db.transaction import TransactionManagementError


def take_turns(things: Iterable[str]) -> None:
    """Hold each thing until the transaction ends; taken in one order, so that nobody waits in a ring.

    Outside a transaction it would be let go at once: that is refused as the mistake it is.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("turns are taken within a transaction")
    with connection.cursor() as cursor:
        for thing in sorted(set(things)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [thing])
