"""The verbs of results that are their own: upload, preview, confirm; of payments to people and to hospitals alike."""

import datetime as dt
from typing import TypeVar

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.list_imports import (
    Report,
    applied,
    check_move,
    discreet,
    keeping_plan,
    moving,
    queueing,
    read_and_plan,
    reporter,
    take_in,
)
from hospitals.list_steps import count_plan, count_steps, in_json, store_steps
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets import Table
from hospitals.vocabulary import ListAction
from settlement.models import HospitalResultImport, ResultImport
from settlement.models.payment_results import ResultFile
from settlement.payments.results.applying import write_down_rows
from settlement.payments.results.books import Book
from settlement.payments.results.columns import COLUMNS
from settlement.payments.results.hospitals import HospitalsBook
from settlement.payments.results.people import PeoplesBook
from settlement.payments.results.planning import Planned, make_plan

F = TypeVar("F", bound=ResultFile)
BOOKS: dict[type[ResultFile], Book] = {ResultImport: PeoplesBook(), HospitalResultImport: HospitalsBook()}
STEP_COLUMNS = (
    *("number", "sheet", "action", "payment_id", "name", "outcome", "amount", "paid_on", "reference", "failure"),
    *("faults", "written"),
)


def upload(
    *, of: type[F], data: bytes, file_name: str, area: Area, paid_on: dt.date | None, on: dt.date, by: User
) -> F:
    """Take a file of results in; `preview` reads it.  of: results of which payments.  paid_on: for rows that give no
    day.  Raises Refused."""
    return take_in(
        of,
        data=data,
        file_name=file_name,
        by=by,
        action=_("收取拨付结果"),
        area=area,
        paid_on=paid_on,
        taken_on=on,
    )


def preview(*, list_import: F, by: User | None) -> F:
    """Check every row against what was sent and keep that plan.  Raises Refused."""

    def plan(table: Table, report: Report) -> F:
        report(40, _("核对各行"))
        known = BOOKS[type(list_import)].find(list_import, table.rows)
        steps = make_plan(
            table.rows,
            lambda row: known.get(row.values["number"]),
            on=list_import.taken_on,
            default_day=list_import.paid_on,
        )
        with keeping_plan(list_import, table, by=by) as locked:
            store_steps(locked, STEP_COLUMNS, map(_row, steps))
            count_plan(locked, (step.action for step in steps))
        return locked

    return read_and_plan(list_import, COLUMNS, plan, by=by)


def queue(*, list_import: F, by: User) -> F:
    """Hand confirmed results to the worker.  Raises Refused, also where there is nothing to write down."""
    with queueing(list_import, _("等待登记"), by=by) as locked:
        if not locked.is_applicable:
            raise Refused.because("nothing_new", _("没有可以登记的结果"))
    return locked


def apply(*, list_import: F, by: User) -> F:
    """Write a short file down at once.  Raises Refused."""
    queue(list_import=list_import, by=by)
    return apply_queued(list_import=list_import, by=by)


def apply_queued(*, list_import: F, by: User) -> F:
    """Write the rows down one after the other; broken off and taken up again, it ends the same.  Raises Refused."""
    list_import.refresh_from_db(fields=["status"])
    check_move(list_import, "apply_queued", by)
    with discreet():
        book = BOOKS[type(list_import)]
        if not write_down_rows(found=list_import, book=book, by=by, report=reporter(list_import)):
            return list_import
        with moving(list_import, "apply_queued", by=by, reason=list_import.file_name) as locked:
            count_steps(locked)
            applied(locked, by)
    return locked


def _row(step: Planned) -> tuple[object, ...]:
    row, said = step.row, step.said
    return (
        row.number,
        row.sheet,
        step.action.value,
        step.payment,
        row.values.get("name", ""),
        said.outcome.value if said else "",
        said.amount if said else None,
        said.paid_on if said else None,
        said.reference if said else "",
        said.failure if said else "",
        in_json([fault.as_dict() for fault in row.faults]),
        in_json({} if step.action is ListAction.SAME else row.values),
    )
