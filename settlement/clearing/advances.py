"""The advance fund of an area: fixed for a period, changed by two people, used by what is cleared or due.

Used is what the statements of the period come to that are not paid yet; the daily run gathers what is settled.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, VisibleQuerySet, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.calculation.money import NIL
from settlement.clearing.lifecycle import ADVANCE_LIFECYCLE
from settlement.clearing.words import AdvanceKind, AdvanceStatus, Warned
from settlement.models import AdvanceChange, AdvanceFund, AdvanceWarning, ClearingMonth, Settlement

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Use:
    """How far an advance is used, in yuan.

    thresholds: the configured warnings, the lesser first; empty where none is configured.
    """

    amount: Decimal
    used: Decimal
    thresholds: list[AdvanceWarning] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        return self.amount - self.used

    @property
    def share(self) -> Decimal | None:
        """Of the amount; None where no amount is approved."""
        return (self.used / self.amount).quantize(PLACES) if self.amount else None

    @property
    def warned(self) -> AdvanceWarning | None:
        """The highest threshold that is reached."""
        reached = [one for one in self.thresholds if self.amount and self.used >= one.share * self.amount]
        return reached[-1] if reached else None


def with_use(funds: QuerySet[AdvanceFund]) -> QuerySet[AdvanceFund]:
    """The funds with what `use_of` asks for, in the one statement."""
    approved = AdvanceChange.objects.filter(fund=OuterRef("pk"), status=AdvanceStatus.APPROVED)
    months = ClearingMonth.objects.unpaid().filter(
        area=OuterRef("area"), month__gte=OuterRef("starts_on"), month__lte=OuterRef("ends_on")
    )
    return funds.annotate(
        amount=_sum(approved.values("fund").annotate(sum=Sum("amount"))),
        used=_sum(months.values("area").annotate(sum=Sum(F("fund_pay_sumamt") + F("adjustment")))),
    )


def uses_of(funds: Iterable[AdvanceFund]) -> dict[AdvanceFund, Use]:
    """Of funds read `with_use`."""
    found: Any = list(funds)
    thresholds = list(AdvanceWarning.objects.filter(area__in={fund.area_id for fund in found}).order_by("share"))
    return {
        fund: Use(fund.amount, fund.used, [one for one in thresholds if one.area_id == fund.area_id]) for fund in found
    }


def use_of(fund: AdvanceFund) -> Use:
    return next(iter(uses_of(with_use(AdvanceFund.objects.filter(pk=fund.pk))).values()))


def ungathered(fund: AdvanceFund) -> Decimal:
    """What has been settled in the period and stands in no statement yet."""
    settled = Settlement.objects.filter(
        area=fund.area_id, way="direct", settled_on__range=(fund.starts_on, fund.ends_on), clearing=None
    )
    return settled.aggregate(sum=Sum("fund_pay_sumamt"))["sum"] or NIL


def _sum(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows.values("sum")), Value(NIL), output_field=DecimalField())


def in_force(day: dt.date) -> VisibleQuerySet[AdvanceFund]:
    return AdvanceFund.objects.filter(starts_on__lte=day, ends_on__gte=day)


def fix_advance(
    *, by: User, area: Area, starts_on: dt.date, ends_on: dt.date, amount: Decimal, source: str, reason: str
) -> AdvanceFund:
    """预付金核定, for a second person to approve.  Raises Refused."""
    _may(by, Right.CLEAR, area.pk)
    with transaction.atomic(), doing(AdvanceKind.FIXED.label, by=by), refused_by_constraints(AdvanceFund):
        fund = AdvanceFund(area=area, starts_on=starts_on, ends_on=ends_on, made_by=by)
        checked(fund)
        fund.save()
        propose_change(by=by, fund=fund, kind=AdvanceKind.FIXED, amount=amount, source=source, reason=reason)
    return fund


def propose_change(
    *, by: User, fund: AdvanceFund, kind: AdvanceKind, amount: Decimal, source: str, reason: str
) -> AdvanceChange:
    """紧急调增, 收回, or fixing again what was refused.  amount: positive.  Raises Refused."""
    _may(by, Right.CLEAR, fund.area_id)
    signed = -amount if kind is AdvanceKind.TAKEN_BACK else amount
    change = AdvanceChange(fund=fund, area_id=fund.area_id, kind=kind, amount=signed, made_by=by)
    change.source, change.reason = source.strip(), reason.strip()
    with transaction.atomic(), doing(kind.label, by=by, reason=reason), refused_by_constraints(AdvanceChange):
        checked(change)
        change.save()
    return change


def approve_change(*, by: User, change: AdvanceChange, version: int | None = None) -> AdvanceChange:
    """By another than who proposed it.  Raises Refused, also where more would be taken back than there is."""

    def effect(locked: AdvanceChange) -> None:
        AdvanceFund.objects.select_for_update(no_key=True).get(pk=locked.fund_id)
        if use_of(locked.fund).amount + locked.amount < 0:
            raise Refused.because("less_than_nothing", _("收回金额超过预付金"))
        locked.decided_by, locked.decided_at = by, timezone.now()

    return ADVANCE_LIFECYCLE.take(change, "approve", by=by, version=version, effect=effect)


def refuse_change(*, by: User, change: AdvanceChange, reason: str, version: int | None = None) -> AdvanceChange:
    """By another than who proposed it.  Raises Refused."""

    def effect(locked: AdvanceChange) -> None:
        locked.decided_by, locked.decided_at, locked.decision = by, timezone.now(), reason.strip()[:300]

    return ADVANCE_LIFECYCLE.take(change, "refuse", by=by, reason=reason, version=version, effect=effect)


def set_warnings(*, by: User, area: Area, shares: Mapping[Warned, Decimal | None], source: str) -> None:
    """From what shares on the area is warned; None takes a warning away.  Raises Refused."""
    _may(by, Right.KEEP_ADVANCE, area.pk)
    yellow, red = shares.get(Warned.YELLOW), shares.get(Warned.RED)
    if yellow is not None and red is not None and yellow >= red:
        raise Refused.because("order_of_warnings", _("黄色预警的比例须低于红色预警"))
    if not source.strip() and (yellow or red):
        raise Refused.because("source_missing", _("须填写预警比例的依据"))
    with transaction.atomic(), doing(_("设置预付金预警"), by=by, reason=source):
        for level in Warned:
            found = AdvanceWarning.objects.filter(area=area, level=level)
            share = shares.get(level)
            if share is None:
                found.delete()
                continue
            row = found.first() or AdvanceWarning(area=area, level=level)
            row.share, row.source, row.set_by = share, source.strip(), by
            checked(row)
            row.save()


def _may(by: User, right: Right, area: str) -> None:
    if area not in reach_of(by).areas_of(right):
        raise Refused.because("no_right", _("您没有“%s”的权限") % right.label)
