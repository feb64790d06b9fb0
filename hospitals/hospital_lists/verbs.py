"""The verbs of a hospital list import that are its own: upload, preview, apply.  Undoing has a module of its own."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils.translation import gettext as _

from hospitals.hospital_lists.carrying import carry_out
from hospitals.hospital_lists.check import Checker
from hospitals.hospital_lists.columns import COLUMNS
from hospitals.hospital_lists.planning import Directory, Plan, make_plan
from hospitals.hospital_lists.record import directory_of, facts_of, store
from hospitals.list_imports import (
    Report,
    applied,
    keeping_plan,
    lock_area,
    moving,
    queueing,
    read_and_plan,
    take_in,
)
from hospitals.models import Area, HospitalListImport
from hospitals.models.imports import WITHDRAWAL_LIMIT
from hospitals.reasons import Refused
from hospitals.sheets import Table, read_table
from hospitals.vocabulary import ListStrategy, Scope


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a list would do to the directory as it is now."""

    table: Table
    directory: Directory
    plan: Plan


def read_list(data: bytes) -> Table:
    """A hospital list from the bytes of a file.  Raises Unreadable."""
    return read_table(data, COLUMNS)


def forecast(
    *, table: Table, area: Area, strategy: ListStrategy, scope: Scope, report: Report = lambda percent, stage: None
) -> Forecast:
    """Check and plan; writes nothing.  report: told the progress in per cent and words."""
    report(40, _("核对各行"))
    entries = Checker(facts_of(area), scope).entries(table)
    report(60, _("比对名录"))
    directory = directory_of(area, (entry.code for entry in entries))
    return Forecast(table, directory, make_plan(entries, directory, strategy))


def upload(
    *,
    data: bytes,
    file_name: str,
    area: Area,
    strategy: ListStrategy,
    scope: Scope,
    allow_many_withdrawals: bool,
    by: User | None,
) -> HospitalListImport:
    """Take a list in; `preview` reads it.  Raises Refused."""
    return take_in(
        HospitalListImport,
        data=data,
        file_name=file_name,
        by=by,
        action=_("上传医院名单"),
        area=area,
        strategy=strategy,
        scope=scope,
        allow_many_withdrawals=allow_many_withdrawals,
    )


def preview(*, list_import: HospitalListImport, by: User | None) -> HospitalListImport:
    """Work out what the list would change and keep that plan.  A file that cannot be read leaves its sentence.

    Raises Refused.
    """
    strategy, scope = ListStrategy(list_import.strategy), Scope(list_import.scope)  # type: ignore[call-arg]

    def plan(table: Table, report: Report) -> HospitalListImport:
        seen = forecast(table=table, area=list_import.area, strategy=strategy, scope=scope, report=report)
        report(80, _("写入预览"))
        return keep(list_import=list_import, seen=seen, by=by)

    return read_and_plan(list_import, COLUMNS, plan, by=by)


def keep(*, list_import: HospitalListImport, seen: Forecast, by: User | None) -> HospitalListImport:
    """Keep a forecast as the import's plan, ready to be confirmed.  Raises Refused."""
    with keeping_plan(list_import, seen.table, by=by) as locked:
        locked.seen_state = seen.directory.fingerprint()
        store(locked, seen.plan)
    return locked


def queue(
    *, list_import: HospitalListImport, by: User | None, allow_many_withdrawals: bool = False
) -> HospitalListImport:
    """Hand a confirmed plan to the worker, who applies it or puts it back.  Raises Refused."""
    with queueing(list_import, _("等待导入"), by=by) as locked:
        locked.allow_many_withdrawals |= allow_many_withdrawals
        refuse_to_apply(locked)
    return locked


def apply(
    *,
    list_import: HospitalListImport,
    by: User | None,
    on: dt.date,
    allow_many_withdrawals: bool = False,
    queued: bool = False,
) -> HospitalListImport:
    """Carry out exactly the plan that was previewed, once, from `on`.

    queued: for the worker.  Raises Refused: faulty rows, too many withdrawals, a directory changed since the preview.
    """
    verb = "apply_queued" if queued else "apply"
    try:
        with moving(list_import, verb, by=by, reason=list_import.file_name) as locked:
            lock_area(locked.area)
            locked.allow_many_withdrawals |= allow_many_withdrawals
            refuse_to_apply(locked)
            codes = locked.steps.exclude(code="").values_list("code", flat=True)
            if directory_of(locked.area, codes, lock=True).fingerprint() != locked.seen_state:
                raise Refused.because("changed_meanwhile", _("预览之后名录有改动，请重新预览"))
            carry_out(locked, on)
            applied(locked, by)
            locked.applied_on = on
    except IntegrityError:
        raise Refused.because("changed_meanwhile", _("预览之后名录有改动，请重新预览")) from None
    return locked


def refuse_to_apply(list_import: HospitalListImport) -> None:
    """Raises Refused where the plan as a whole may not be applied."""
    if list_import.invalid:
        raise Refused.because("invalid_rows", _("有 %(rows)s 行有误，请改正后重新上传") % {"rows": list_import.invalid})
    check_withdrawals(list_import.withdrawn, list_import.active_before, allowed=list_import.allow_many_withdrawals)


def check_withdrawals(withdrawn: int, active: int, *, allowed: bool) -> None:
    """Raises Refused where a complete list drops more than one active hospital in five and nobody said it may."""
    if withdrawn * WITHDRAWAL_LIMIT > active and not allowed:
        text = _("名单中缺少 %(withdrawn)s 家在网医院，超过在网 %(active)s 家的 20%%，请核对名单是否完整")
        raise Refused.because("too_many_withdrawals", text % {"withdrawn": withdrawn, "active": active})
