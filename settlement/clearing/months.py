"""The verbs of a month: gathered, applied for, compared, finished, closed by another, paid or not after all."""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import is_portal, reach_of
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.calculation.money import NIL
from settlement.clearing import gathering
from settlement.clearing.comparing import compare_again
from settlement.clearing.holding import hold_clearing
from settlement.clearing.lifecycle import CLEAR, MONTH_LIFECYCLE
from settlement.clearing.words import ClearingMonthStatus, Handling, first_of_month, month_after
from settlement.models import ClearingDifference, ClearingMonth

LONGEST_TEXT = 300


def gather_month(*, by: User, area: Area, month: dt.date, on: dt.date) -> ClearingMonth:
    """Make the statements of a month, or make them again as long as it is not applied for.  Raises Refused.

    by: finance, or the portal's daily run.  month: any day of it; a month that runs may be gathered, not applied for.
    """
    first = first_of_month(month)
    if not is_portal(by) and area.pk not in reach_of(by).areas_of(CLEAR):
        raise Refused.because("no_right", _("您没有“%s”的权限") % CLEAR.label)
    if first > on:
        raise Refused.because("month_to_come", _("%s尚未开始，不能汇总") % _name(first))
    with transaction.atomic(), doing(_("汇总"), by=by):
        hold_clearing(area.pk)
        if first < gathering.first_open(area.pk):
            raise Refused.because("month_closed", _("%s及以前月份已清算") % _name(first))
        found, _is_new = ClearingMonth.objects.get_or_create(area=area, month=first, defaults={"made_by": by})
        found = ClearingMonth.objects.select_for_update(no_key=True).get(pk=found.pk)
        if found.status != ClearingMonthStatus.GATHERED:
            raise Refused.because("wrong_state", _("%s已申报，有新到结算的请重新汇总并对账") % _name(first))
        MONTH_LIFECYCLE.go_on(found, "gather", gathering.gather)
    return found


def apply_for(*, by: User, month: ClearingMonth, on: dt.date, version: int | None = None) -> ClearingMonth:
    """月结申报: the month is over, and what came since it was gathered is taken in.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        if on < month_after(locked.month):
            raise Refused.because("month_runs", _("%s尚未结束，不能申报") % _name(locked.month))
        gathering.gather(locked)

    return _take(month, "apply", by=by, version=version, effect=effect)


def renew(*, by: User, month: ClearingMonth, version: int | None = None) -> ClearingMonth:
    """Take in what has come since and compare again with what the platform has given.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        locked.finished_by = locked.finished_at = None
        locked.reject_reason, locked.adjustment = "", NIL
        gathering.gather(locked)

    with transaction.atomic(), doing(MONTH_LIFECYCLE.moves["renew"].label, by=by):
        renewed = _take(month, "renew", by=by, version=version, effect=effect)
        if renewed.details or renewed.statements.filter(their_count__isnull=False).exists():
            renewed.statements.filter(their_count=None).update(
                their_count=0, their_medfee_sumamt=NIL, their_fund_pay_sumamt=NIL
            )
            MONTH_LIFECYCLE.go_on(renewed, "match_totals")
            if renewed.details:
                compare_again(renewed, by=by)
                MONTH_LIFECYCLE.go_on(renewed, "match_details")
    return renewed


def finish(*, by: User, month: ClearingMonth, version: int | None = None) -> ClearingMonth:
    """审核完成: every difference is worked off.  Another closes the month.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        _nothing_open(locked)
        accepted = locked.differences.filter(how=Handling.ACCEPTED)
        more = Coalesce(F("their_fund_pay_sumamt"), NIL) - Coalesce(F("our_fund_pay_sumamt"), NIL)
        locked.adjustment = accepted.aggregate(sum=Sum(more))["sum"] or NIL
        locked.finished_by, locked.finished_at = by, timezone.now()

    return _take(month, "finish", by=by, version=version, effect=effect)


def reject(*, by: User, month: ClearingMonth, reason: str, version: int | None = None) -> ClearingMonth:
    """驳回: the month is to be gathered and compared again.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        if len(reason.strip()) > LONGEST_TEXT:
            raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_TEXT)
        locked.reject_reason, locked.finished_by, locked.finished_at = reason.strip(), None, None
        locked.adjustment = NIL

    return _take(month, "reject", by=by, reason=reason, version=version, effect=effect)


def close(*, by: User, month: ClearingMonth, version: int | None = None) -> ClearingMonth:
    """确认清算 (3203), for good.  Raises Refused where something is left to do, or has come meanwhile."""

    def effect(locked: ClearingMonth) -> None:
        _nothing_open(locked)
        earlier = ClearingMonth.objects.open().filter(area=locked.area_id, month__lt=locked.month).order_by("month")
        before = earlier.first()
        if before:
            raise Refused.because("earlier_month_open", _("须先清算%s") % _name(before.month))
        count = gathering.waiting(locked)
        if count:
            raise Refused.because("settlements_waiting", _("有新到结算%d笔尚未汇总，请重新汇总并对账") % count)
        locked.closed_by, locked.closed_at = by, timezone.now()

    return _take(month, "close", by=by, version=version, effect=effect)


def pay(
    *, by: User, month: ClearingMonth, paid_on: dt.date, reference: str, on: dt.date, version: int | None = None
) -> ClearingMonth:
    """Write down that a cleared month is paid.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        if not reference.strip():
            raise Refused.because("reference_missing", _("须填写拨付凭证号"))
        if paid_on > on:
            raise Refused.because("paid_later", _("拨付日期不能晚于今天"))
        if locked.closed_at and paid_on < timezone.localdate(locked.closed_at):
            raise Refused.because("paid_before", _("拨付日期不能早于清算日期"))
        locked.paid_by, locked.paid_at = by, timezone.now()
        locked.paid_on, locked.reference = paid_on, reference.strip()

    return _take(month, "pay", by=by, version=version, effect=effect)


def take_back_payment(*, by: User, month: ClearingMonth, reason: str, version: int | None = None) -> ClearingMonth:
    """A payment that was written down in error, by another: the month is cleared still.  Raises Refused."""

    def effect(locked: ClearingMonth) -> None:
        locked.paid_by = locked.paid_at = locked.paid_on = None
        locked.reference = ""

    return _take(month, "take_back_payment", by=by, reason=reason, version=version, effect=effect)


def _take(
    month: ClearingMonth,
    verb: str,
    *,
    by: User,
    reason: str = "",
    version: int | None,
    effect: Callable[[ClearingMonth], None],
) -> ClearingMonth:
    with transaction.atomic():
        hold_clearing(month.area_id)
        return MONTH_LIFECYCLE.take(month, verb, by=by, reason=reason, version=version, effect=effect)


def _nothing_open(month: ClearingMonth) -> None:
    count = ClearingDifference.objects.unresolved().filter(month=month).count()
    if count:
        raise Refused.because("differences_open", _("还有%d笔差异没有处理完") % count)


def _name(month: dt.date) -> str:
    return f"{month:%Y}年{month.month}月"
