"""Whose payments a file of results speaks of: what is known of them, and how a result is written down."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from hospitals.sheets import Row
from settlement.models.payment_results import ResultFile, ResultStep
from settlement.payments.results.planning import Known, Said
from settlement.vocabulary import PaymentStatus

New = dict[PaymentStatus, list[Any]]  # outcome → the payments that it is new of


class Book:
    """One kind of payments.

    number: how their numbers are written, with the key in it.  held: models whose constraints say why a row is refused.
    closing: what it is called in the history when a batch has all its results.
    """

    number: ClassVar[re.Pattern[str]]
    held: ClassVar[tuple[type[Model], ...]]
    closing: ClassVar[str]

    def payments(self, found: ResultFile, keys: Iterable[int]) -> QuerySet[Any]:
        """Those of the file's area, with what `known` asks of them."""
        raise NotImplementedError

    def known(self, payment: Any) -> Known:
        raise NotImplementedError

    def hold(self, keys: Iterable[int]) -> dict[int, Any]:
        """Lock the payments and what hangs on them, in the order that their own steps lock them in."""
        raise NotImplementedError

    def mark(self, payment: Any, said: Said, *, by: User, found: ResultFile) -> None:
        """Note a new result in a payment that is held.  Raises Refused, and leaves it alone then."""
        raise NotImplementedError

    def save(self, new: New) -> None:
        """Write down what was noted, in sets."""
        raise NotImplementedError

    def complete(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Batches that are out, of which these rows speak, and of which no payment waits for its result."""
        raise NotImplementedError

    def close(self, batch: Any) -> None:
        """Close a batch that is held, unless somebody has closed it meanwhile."""
        raise NotImplementedError

    # the same for all

    def find(self, found: ResultFile, rows: Iterable[Row]) -> dict[str, Known]:
        """What the rows name, by the number as written; one query for any number."""
        keys = {row.values["number"]: int(match[1]) for row in rows if (match := self._match(row))}
        payments = {one.pk: self.known(one) for one in self.payments(found, set(keys.values()))}
        return {number: payments[key] for number, key in keys.items() if key in payments}

    def said(self, row: ResultStep, known: Known) -> Said:
        """What a row that was found good says: accounts were compared when the file was read, and do not change."""
        return Said(
            outcome=PaymentStatus.of(row.outcome),
            account=known.account,
            amount=row.amount,
            paid_on=row.paid_on,
            reference=row.reference,
            failure=row.failure,
        )

    def _match(self, row: Row) -> re.Match[str] | None:
        return self.number.fullmatch(row.values["number"])
