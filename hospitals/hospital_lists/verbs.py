"""The verbs of a list import: upload, preview, apply, discard.  Undoing has a module of its own."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import staff_name
from hospitals.hospital_lists.carrying import carry_out
from hospitals.hospital_lists.check import Checker
from hospitals.hospital_lists.columns import COLUMNS
from hospitals.hospital_lists.planning import Directory, Plan, make_plan
from hospitals.hospital_lists.record import directory_of, facts_of, store
from hospitals.models import Area, HospitalListImport
from hospitals.models.imports import LIST_LIFECYCLE, WITHDRAWAL_LIMIT
from hospitals.reasons import Refused
from hospitals.sheets import Table, Unreadable, read_table
from hospitals.vocabulary import ListStatus, ListStrategy, Scope

Report = Callable[[int, str], None]
LOCK = 370_000_001  # advisory lock: (LOCK, area code)


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
    list_import = HospitalListImport(
        area=area,
        file_name=file_name[-200:],
        file_sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        strategy=strategy,
        scope=scope,
        allow_many_withdrawals=allow_many_withdrawals,
        made_by=by,
    )
    _check(list_import, "preview", by)
    with as_user(by, _("上传医院名单")):
        list_import.save()
    return list_import


def preview(*, list_import: HospitalListImport, by: User | None) -> HospitalListImport:
    """Work out what the list would change and keep that plan.  A file that cannot be read leaves its sentence.

    Raises Refused.
    """

    def report(percent: int, stage: str) -> None:
        HospitalListImport.objects.filter(pk=list_import.pk).update(progress=percent, stage=stage)

    data = bytes(HospitalListImport.objects.values_list("content", flat=True).get(pk=list_import.pk) or b"")
    report(10, _("读取文件"))
    try:
        table = read_list(data)
    except Unreadable as problem:
        return give_up(list_import=list_import, by=by, problem=str(problem))
    strategy, scope = ListStrategy(list_import.strategy), Scope(list_import.scope)  # type: ignore[call-arg]
    seen = forecast(table=table, area=list_import.area, strategy=strategy, scope=scope, report=report)
    report(80, _("写入预览"))
    return keep(list_import=list_import, seen=seen, by=by)


def give_up(*, list_import: HospitalListImport, by: User | None, problem: str) -> HospitalListImport:
    """Leave a list that cannot be read, with its sentence.  Raises Refused."""
    with moving(list_import, "give_up", by=by) as locked:
        locked.problem, locked.content = problem, None
    return locked


def keep(*, list_import: HospitalListImport, seen: Forecast, by: User | None) -> HospitalListImport:
    """Keep a forecast as the import's plan, ready to be confirmed.  Raises Refused."""
    with moving(list_import, "preview", by=by) as locked:
        locked.directory_state = seen.directory.fingerprint()
        locked.columns = seen.table.headings
        locked.notes = notes_of(seen.table)
        locked.problem = ""
        locked.progress, locked.stage = 100, ""
        store(locked, seen.plan)
    return locked


def queue(
    *, list_import: HospitalListImport, by: User | None, allow_many_withdrawals: bool = False
) -> HospitalListImport:
    """Hand a confirmed plan to the worker, who applies it or puts it back.  Raises Refused."""
    with moving(list_import, "queue", by=by) as locked:
        locked.allow_many_withdrawals |= allow_many_withdrawals
        refuse_to_apply(locked)
        locked.problem, locked.stage, locked.progress = "", _("等待导入"), 0
    return locked


def put_back(*, list_import: HospitalListImport, by: User | None, problem: str = "") -> HospitalListImport:
    """Take a plan back from the worker, to be looked at again.  Raises Refused."""
    with moving(list_import, "put_back", by=by) as locked:
        locked.problem = problem
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
            if directory_of(locked.area, codes, lock=True).fingerprint() != locked.directory_state:
                raise Refused.because("changed_meanwhile", _("预览之后名录有改动，请重新预览"))
            carry_out(locked, on)
            locked.applied_by, locked.applied_at, locked.applied_on = by, timezone.now(), on
            locked.content, locked.problem = None, ""
    except IntegrityError:
        raise Refused.because("changed_meanwhile", _("预览之后名录有改动，请重新预览")) from None
    return locked


def discard(*, list_import: HospitalListImport, by: User | None) -> HospitalListImport:
    """Put a list away that will not be imported.  Raises Refused."""
    with moving(list_import, "discard", by=by) as locked:
        locked.content = None
        locked.steps.all().delete()
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


def notes_of(table: Table) -> list[str]:
    """What was left out of a file, in words."""
    notes = []
    for entry in table.skipped:
        place = f"{entry.sheet} " if entry.sheet else ""
        notes.append(f"{place}{entry.text}" if entry.row is None else f"{place}第 {entry.row} 行：{entry.text}")
    if table.unknown_headings:
        notes.append(_("未使用的列：") + "、".join(table.unknown_headings))
    return notes


def lock_area(area: Area) -> None:
    """One list at a time for an area, until the transaction ends.  Raises Refused rather than wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, int(area.code)])
        if cursor.fetchone() != (True,):
            raise Refused.because("busy", _("该统筹区正在导入另一份名单，请稍后再试"))


@contextmanager
def moving(list_import: HospitalListImport, verb: str, *, by: User | None, reason: str = "") -> Iterator[Any]:
    """One step of the lifecycle: lock the row, check, let the body work, save the new state.  Raises Refused."""
    move = LIST_LIFECYCLE.moves[verb]
    with transaction.atomic(), as_user(by, move.label, reason):
        rows = HospitalListImport.objects.select_related("area__parent").select_for_update(of=("self",))
        locked = rows.defer("content").get(pk=list_import.pk)
        _check(locked, verb, by, reason)
        yield locked
        locked.status = move.target
        locked.version += 1
        locked.save()


def as_user(by: User | None, action: str, reason: str = "") -> Any:
    """The history's context; outside a request there is no other."""
    name = staff_name(by) if by else _("命令行")
    return pghistory.context(user=by.pk if by else None, user_name=name, action=action, reason=reason)


def _check(list_import: HospitalListImport, verb: str, by: User | None, reason: str = "") -> None:
    """Whoever works at the command line holds the machine, so only the state is asked of them."""
    move = LIST_LIFECYCLE.moves[verb]
    if by is not None:
        refusal = LIST_LIFECYCLE.refusal(list_import, verb, by, reason)
    elif list_import.status not in move.sources:
        state = ListStatus.name_of(list_import.status)
        refusal = Refused.because(
            "wrong_state", _("当前状态为“%(state)s”，不能%(step)s") % {"state": state, "step": move.label}
        )
    else:
        refusal = None
    if refusal:
        raise refusal
