"""Turns: two transactions that ask for the same thing go one after the other."""

from collections.abc import Iterable

from django.db import connection
from django.db.transaction import TransactionManagementError

from hospitals.compiled import asked


def take_turns(*groups: Iterable[str]) -> None:
    """Hold each thing until the transaction ends; one statement.

    Group after group, and within each in one order, so that nobody waits in a ring.  Outside a transaction they would
    be let go at once: that is refused as the mistake it is.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("turns are taken within a transaction")
    things = [thing for group in groups for thing in sorted(set(group))]
    if not things:
        return
    asked(
        "SELECT pg_advisory_xact_lock(hashtextextended(thing, 0))"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (thing, place) ORDER BY place",
        [things],
    )
