"""The verbs of an import of people that are its own: upload, preview, confirm."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils.translation import gettext as _

from filings.models import PeopleListImport
from filings.people_lists.carrying import carry_out
from filings.people_lists.check import Checker
from filings.people_lists.columns import COLUMNS
from filings.people_lists.planning import Plan, Register, make_plan
from filings.people_lists.record import register_of, store
from hospitals.list_imports import (
    Report,
    applied,
    discreet,
    keeping_plan,
    lock_area,
    moving,
    queueing,
    read_and_plan,
    take_in,
)
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets import Table, read_table


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a list would do to the register as it is now."""

    table: Table
    register: Register
    plan: Plan


def read_list(data: bytes) -> Table:
    """A list of people from the bytes of a file.  Raises Unreadable."""
    return read_table(data, COLUMNS)


def forecast(*, table: Table, area: Area, on: dt.date, report: Report = lambda percent, stage: None) -> Forecast:
    """Check and plan as of a day; writes nothing.  report: told the progress in per cent and words."""
    report(30, _("核对各行"))
    entries = Checker(on).entries(table)
    report(60, _("比对参保登记"))
    register = register_of(area, (entry.id_number for entry in entries), (entry.card for entry in entries))
    return Forecast(table, register, make_plan(entries, register, on))


def upload(*, data: bytes, file_name: str, area: Area, by: User | None) -> PeopleListImport:
    """Take a list in; `preview` reads it.  Raises Refused."""
    action = _("上传参保人员名单")
    return take_in(PeopleListImport, data=data, file_name=file_name, by=by, action=action, area=area)


def preview(*, list_import: PeopleListImport, by: User | None, on: dt.date) -> PeopleListImport:
    """Work out what the list would change and keep that plan.  A file that cannot be read leaves its sentence.

    Raises Refused.
    """

    def plan(table: Table, report: Report) -> PeopleListImport:
        seen = forecast(table=table, area=list_import.area, on=on, report=report)
        report(80, _("写入预览"))
        return keep(list_import=list_import, seen=seen, by=by)

    return read_and_plan(list_import, COLUMNS, plan, by=by)


def keep(*, list_import: PeopleListImport, seen: Forecast, by: User | None) -> PeopleListImport:
    """Keep a forecast as the import's plan, ready to be confirmed.  Raises Refused."""
    with discreet(), keeping_plan(list_import, seen.table, by=by) as locked:
        locked.seen_state = seen.register.fingerprint()
        store(locked, seen.plan)
    return locked


def queue(*, list_import: PeopleListImport, by: User | None) -> PeopleListImport:
    """Hand a confirmed plan to the worker, who applies it or puts it back.  Raises Refused."""
    with queueing(list_import, _("等待导入"), by=by) as locked:
        refuse_faulty(locked)
    return locked


def apply(*, list_import: PeopleListImport, by: User | None, queued: bool = False) -> PeopleListImport:
    """Carry out exactly the plan that was previewed, once.

    queued: for the worker.  Raises Refused: faulty rows, a register changed since the preview.
    """
    verb = "apply_queued" if queued else "apply"
    changed = Refused.because("changed_meanwhile", _("预览之后参保登记有改动，请重新预览"))
    try:
        with discreet(IntegrityError), moving(list_import, verb, by=by, reason=list_import.file_name) as locked:
            lock_area(locked.area, "peoplelistimport")
            refuse_faulty(locked)
            told = list(locked.steps.values_list("id_number", "card"))
            register = register_of(locked.area, (row[0] for row in told), (row[1] for row in told), lock=True)
            if register.fingerprint() != locked.seen_state:
                raise changed
            carry_out(locked)
            applied(locked, by)
    except IntegrityError:
        raise changed from None
    return locked


def refuse_faulty(list_import: PeopleListImport) -> None:
    """Raises Refused where the plan may not be applied."""
    if list_import.invalid:
        raise Refused.because("invalid_rows", _("有 %(rows)s 行有误，请改正后重新上传") % {"rows": list_import.invalid})
