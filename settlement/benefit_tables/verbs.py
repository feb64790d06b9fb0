"""The verbs of a draft's workbook: give out, preview, apply exactly what was previewed."""

import hashlib
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpResponseBase

from hospitals.exports import workbook
from hospitals.history import doing
from hospitals.reasons import Refused
from hospitals.sheets import Unreadable
from settlement.benefit_tables.planning import Plan, Step, TablePlan, fingerprint, read_plan
from settlement.benefit_tables.sheets import sheets
from settlement.models import BenefitPolicy

SALT = "settlement.benefit_tables"
HOURS = 12


def give_out(policy: BenefitPolicy) -> HttpResponseBase:
    """One workbook, a sheet a table."""
    content = [
        (sheet.title, sheet.header, [sheet.written(row) for row in getattr(policy, sheet.table).all()])
        for sheet in sheets()
    ]
    return workbook(f"{policy.area.name}待遇政策第{policy.version}版", content)


def preview(*, policy: BenefitPolicy, data: bytes) -> tuple[Plan, str]:
    """What the workbook would change, and the token that `apply` takes: it holds for this file and this draft as it is.

    Writes nothing.  Raises Refused.
    """
    _check_draft(policy)
    try:
        plan = read_plan(policy, data)
    except Unreadable as problem:
        raise Refused.because("unreadable", str(problem)) from problem
    return plan, signing.dumps([hashlib.sha256(data).hexdigest(), fingerprint(policy)], salt=SALT)


@transaction.atomic
def apply(*, policy: BenefitPolicy, data: bytes, token: str, file_name: str, by: Any) -> int:
    """Carry out what was previewed, all of it or nothing; the number of rows changed.

    Raises Refused where the file or the draft is another one than was previewed, or rows are at fault.
    """
    locked = BenefitPolicy.objects.select_for_update().get(pk=policy.pk)
    _check_draft(locked)
    try:
        seen = signing.loads(token, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as fault:
        raise Refused.because("not_previewed", "请先预览再确认导入") from fault
    if seen != [hashlib.sha256(data).hexdigest(), fingerprint(locked)]:
        raise Refused.because("changed_since", "文件或草稿在预览之后已有变动，请重新预览")
    plan, _token = preview(policy=locked, data=data)
    if plan.faults:
        raise Refused.because("rows_at_fault", "表中有误，改正后再导入")
    with doing("导入待遇表", by=by, reason=f"{file_name} {seen[0][:12]}"):
        for table in plan.tables:
            _carry_out(locked, table)
    return plan.changes


def _carry_out(policy: BenefitPolicy, table: TablePlan) -> None:
    rows = table.sheet.model._default_manager.filter(policy=policy)
    rows.filter(pk__in=[change.pk for change in table.changes if change.step is Step.REMOVED]).delete()
    for change in table.changes:
        if change.step is Step.CHANGED:
            rows.filter(pk=change.pk).update(**change.values)
        elif change.step is Step.NEW:
            table.sheet.model._default_manager.create(policy=policy, **change.values)


def _check_draft(policy: BenefitPolicy) -> None:
    if not policy.is_draft:
        raise Refused.because("not_a_draft", f"该版本{policy.get_status_display()}，不能导入；先新建版本")
