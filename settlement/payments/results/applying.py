"""Results are written down some rows at a time, each time in a transaction of its own.

What is written down stays whatever happens to the next, and a run that was broken off goes on where it ended.  Rows
that the database does not take together are written down one by one: the good ones go on, a bad one has its reason.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.list_imports import Report
from hospitals.reasons import Refused
from hospitals.sheets import Fault
from hospitals.vocabulary import ListAction, ListStatus
from settlement.payments.results.books import Book, New
from settlement.payments.results.columns import HEADINGS
from settlement.payments.results.planning import verdict
from settlement.vocabulary import PaymentStatus

TOGETHER = 200  # rows; whoever puts the import back waits for so many


def write_down_rows(*, found: Any, book: Book, by: User, report: Report) -> bool:
    """Write down what is not yet, in the order of the payments.

    False where the import was put back meanwhile: then the rest is left.
    """
    waiting = found.steps.filter(action=ListAction.NEW).order_by("payment_id")
    keys = list(waiting.values_list("pk", flat=True))
    for done in range(0, len(keys), TOGETHER):
        report(done * 100 // len(keys), _("已登记 {done} / {total} 笔").format(done=done, total=len(keys)))
        some = keys[done : done + TOGETHER]
        try:
            goes_on = _write_down(found, book, some, by)
        except (Refused, IntegrityError):
            goes_on = all(_write_down(found, book, [key], by) for key in some)
        if not goes_on:
            return False
    _close_batches(found, book, by)
    return True


def _write_down(found: Any, book: Book, keys: list[int], by: User) -> bool:
    """These rows together, or none of them; a row by itself that the database refuses is left with the reason."""
    with transaction.atomic(), doing(_("登记拨付结果"), by=by, reason=found.file_name):
        locked = type(found).objects.select_for_update().defer("content").get(pk=found.pk)
        if locked.status != ListStatus.APPLYING:
            return False
        rows = list(locked.steps.filter(pk__in=keys, action=ListAction.NEW).order_by("payment_id"))
        try:
            with refused_by_constraints(*book.held):
                _take_down(rows, locked, book, by)
        except Refused as refused:
            if len(rows) > 1:
                raise
            _leave(rows[0], locked, "number", str(refused))
        locked.steps.bulk_update(rows, ["action", "faults", "written"])
    return True


def _take_down(rows: list[Any], found: Any, book: Book, by: User) -> None:
    payments = book.hold([row.payment_id for row in rows])
    new: New = {PaymentStatus.PAID: [], PaymentStatus.FAILED: []}
    for row in rows:
        payment = payments[row.payment_id]  # a good row has one
        known = book.known(payment)
        said = book.said(row, known)
        action, column, text = verdict(known, said)
        if action is ListAction.NEW:
            try:
                book.mark(payment, said, by=by, found=found)
            except Refused as refused:
                action, column, text = ListAction.INVALID, "number", str(refused)
            else:
                new[said.outcome].append(payment)
        if action is ListAction.INVALID:
            _leave(row, found, column, text)
        else:
            row.action, row.written = ListAction.SAME, {}
    book.save(new)


def _leave(row: Any, found: Any, column: str, text: str) -> None:
    """A row that cannot be written down any more."""
    row.action = ListAction.INVALID
    heading = found.headings.get(column, HEADINGS[column])
    fault = Fault(row=row.number, column=heading, value=row.written.get(column, ""), text=text, sheet=row.sheet)
    row.faults = [fault.as_dict()]


def _close_batches(found: Any, book: Book, by: User) -> None:
    """A batch of which every payment has its result is closed."""
    for batch in book.complete(found.steps.filter(action=ListAction.SAME)).order_by("pk"):
        with transaction.atomic(), doing(book.closing, by=by, reason=found.file_name):
            book.close(type(batch).objects.select_for_update(no_key=True).get(pk=batch.pk))
