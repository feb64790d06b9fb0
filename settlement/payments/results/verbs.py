"""The verbs of results that are their own: upload, preview, confirm."""

import datetime as dt
import hashlib

from django.contrib.auth.models import User
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.list_imports import as_user, check_move, discreet, give_up, moving, notes_of, reporter
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets import Unreadable, read_table
from settlement.models import ResultImport
from settlement.payments.results.applying import write_down_rows
from settlement.payments.results.columns import COLUMNS
from settlement.payments.results.planning import make_plan
from settlement.payments.results.record import COUNTED, known_payments, store


def upload(*, data: bytes, file_name: str, area: Area, paid_on: dt.date | None, on: dt.date, by: User) -> ResultImport:
    """Take a file of results in; `preview` reads it.  paid_on: for rows that give no day.  Raises Refused."""
    found = ResultImport(
        area=area,
        file_name=file_name[-200:],
        file_sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        paid_on=paid_on,
        taken_on=on,
        made_by=by,
    )
    check_move(found, "preview", by)
    with as_user(by, _("收取拨付结果")):
        found.save()
    return found


def preview(*, list_import: ResultImport, by: User | None) -> ResultImport:
    """Check every row against what was sent and keep that plan.  Raises Refused."""
    report = reporter(list_import)
    data = bytes(ResultImport.objects.values_list("content", flat=True).get(pk=list_import.pk) or b"")
    report(10, _("读取文件"))
    try:
        table = read_table(data, COLUMNS)
    except Unreadable as problem:
        return give_up(list_import=list_import, by=by, problem=str(problem))
    with discreet():
        report(40, _("核对各行"))
        plan = make_plan(
            table.rows,
            known_payments(list_import, table.rows),
            on=list_import.taken_on,
            default_day=list_import.paid_on,
        )
        with moving(list_import, "preview", by=by) as locked:
            locked.columns = list(table.headings.items())
            locked.notes = notes_of(table)
            locked.problem, locked.progress, locked.stage = "", 100, ""
            store(locked, plan)
    return locked


def queue(*, list_import: ResultImport, by: User) -> ResultImport:
    """Hand confirmed results to the worker.  Raises Refused, also where there is nothing to write down."""
    with moving(list_import, "queue", by=by) as locked:
        if not locked.is_applicable:
            raise Refused.because("nothing_new", _("没有可以登记的结果"))
        locked.problem, locked.stage, locked.progress = "", _("等待登记"), 0
    return locked


def apply(*, list_import: ResultImport, by: User) -> ResultImport:
    """Write a short file down at once.  Raises Refused."""
    queue(list_import=list_import, by=by)
    return apply_queued(list_import=list_import, by=by)


def apply_queued(*, list_import: ResultImport, by: User) -> ResultImport:
    """Write the rows down one after the other; broken off and taken up again, it ends the same.  Raises Refused."""
    list_import.refresh_from_db(fields=["status"])
    check_move(list_import, "apply_queued", by)
    with discreet():
        if not write_down_rows(found=list_import, by=by, report=reporter(list_import)):
            return list_import
        with moving(list_import, "apply_queued", by=by, reason=list_import.file_name) as locked:
            counts = dict(locked.steps.order_by().values_list("action").annotate(Count("pk")))
            for action in COUNTED:
                setattr(locked, action.value, counts.get(action, 0))
            locked.applied_by, locked.applied_at = by, timezone.now()
            locked.content, locked.problem = None, ""
            locked.progress, locked.stage = 100, ""
    return locked
