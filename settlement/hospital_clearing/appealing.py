"""What the hospital says to the deductions, and what a second person decides; then the month is closed."""

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.constraints import checked
from hospitals.reasons import Refused
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.sums import add_up
from settlement.hospital_clearing.words import CLOSED, DeductionStatus
from settlement.models import HospitalDeduction, HospitalStatement


def agree(*, by: User, statement: HospitalStatement, version: int, on: dt.date) -> HospitalStatement:
    """The hospital has said that it agrees to the deductions.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        if locked.agreed_on:
            raise Refused.because("agreed", _("医院已于 %s 确认") % locked.agreed_on)
        if locked.deductions.awaiting().exists():
            raise Refused.because("appeal_open", _("还有申诉没有裁定"))
        locked.agreed_on = on

    return STATEMENT_LIFECYCLE.take(statement, "agree", by=by, version=version, effect=effect)


def appeal(*, by: User, deduction: HospitalDeduction, version: int, on: dt.date, grounds: str) -> HospitalDeduction:
    """The hospital's appeal against one deduction, once.  version: of the statement.  Raises Refused."""
    found = deduction

    def effect(locked: HospitalStatement) -> None:
        nonlocal found
        found = locked.deductions.select_for_update().get(pk=deduction.pk)
        if found.status != DeductionStatus.TOLD or found.appealed_on:
            raise Refused.because("not_open", _("此项扣款已撤销或已申诉"))
        if locked.agreed_on:
            raise Refused.because("agreed", _("医院已于 %s 确认扣款") % locked.agreed_on)
        if locked.appeal_until and on > locked.appeal_until:
            raise Refused.because("late", _("申诉期限已于 %s 届满") % locked.appeal_until)
        found.appealed_on, found.grounds, found.version = on, grounds.strip(), found.version + 1
        checked(found)
        found.save()

    STATEMENT_LIFECYCLE.take(deduction.statement, "appeal", by=by, version=version, reason=grounds, effect=effect)
    return found


def decide(
    *, by: User, deduction: HospitalDeduction, version: int, returned: Decimal, decision: str
) -> HospitalDeduction:
    """returned: what of the amount is given back, from nothing to all of it; yuan.  Raises Refused."""
    found = deduction

    def effect(locked: HospitalStatement) -> None:
        nonlocal found
        found = locked.deductions.select_for_update().get(pk=deduction.pk)
        if not found.awaits_decision:
            raise Refused.because("not_appealed", _("此项扣款没有待裁定的申诉"))
        if found.made_by_id == by.pk:
            raise Refused.because("same_person", _("申诉须由扣款人以外的人员裁定"))
        found.returned, found.decision = returned, decision.strip()
        found.decided_by, found.decided_at, found.version = by, timezone.now(), found.version + 1
        checked(found)
        found.save()
        add_up(locked)

    STATEMENT_LIFECYCLE.take(deduction.statement, "decide", by=by, version=version, reason=decision, effect=effect)
    return found


def clear(*, by: User, statement: HospitalStatement, version: int, on: dt.date) -> HospitalStatement:
    """Close the month: nothing of it changes any more.  Raises Refused while something may still change."""

    def effect(locked: HospitalStatement) -> None:
        refusal = what_keeps_open(locked, on)
        if refusal:
            raise refusal
        add_up(locked)
        locked.cleared_by, locked.cleared_at = by, timezone.now()

    return STATEMENT_LIFECYCLE.take(statement, "clear", by=by, version=version, effect=effect)


def what_keeps_open(statement: HospitalStatement, on: dt.date) -> Refused | None:
    """Why a reviewed statement cannot be cleared yet: open appeals, the hospital's time to appeal, earlier months."""
    if statement.deductions.awaiting().exists():
        return Refused.because("appeal_open", _("还有申诉没有裁定"))
    open_earlier = HospitalStatement.objects.filter(
        hospital=statement.hospital_id, scope=statement.scope, month__lt=statement.month
    ).exclude(status__in=CLOSED)
    earlier = open_earlier.order_by("month").first()
    if earlier:
        return Refused.because("earlier_open", _("%s 的清算单尚未清算") % f"{earlier.month:%Y年%m月}")
    if statement.agreed_on or not statement.deductions.standing().filter(decided_by=None).exists():
        return None
    if statement.appeal_until is None:
        return Refused.because("term_not_configured", _("申诉期限未配置，须医院确认扣款后清算"))
    if on <= statement.appeal_until:
        return Refused.because("may_appeal", _("医院可申诉至 %s，期满或医院确认后清算") % statement.appeal_until)
    return None
