"""How clearing is shown: badges, and the statements of a month as a table by fund."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hospitals.listing import badge
from settlement.calculation.money import NIL
from settlement.clearing.advances import Use
from settlement.clearing.words import AdvanceStatus, Comparison, Warned
from settlement.clearing.words import ClearingDifferenceStatus as D
from settlement.clearing.words import ClearingMonthStatus as C
from settlement.models import AdvanceChange, ClearingDifference, ClearingMonth, ClearingStatement
from settlement.vocabulary import Fund

MONTH_TONES = {C.CLEARED: "good", C.PAID: "good", C.REJECTED: "bad", C.GATHERED: ""}
DIFFERENCE_TONES = {D.OPEN: "bad", D.TAKEN: "warn", D.PROPOSED: "warn", D.RESOLVED: "good"}
COMPARED_TONES = {Comparison.EQUAL: "good"}
ADVANCE_TONES = {AdvanceStatus.PROPOSED: "warn", AdvanceStatus.APPROVED: "good", AdvanceStatus.REFUSED: "bad"}
WARNED_TONES = {Warned.YELLOW: "warn", Warned.RED: "bad"}
HUNDREDTH = Decimal("0.01")


def month_badge(month: ClearingMonth) -> SafeString:
    return badge(month.get_status_display(), MONTH_TONES.get(C.of(month.status), "warn"))


def difference_badge(difference: ClearingDifference) -> SafeString:
    return badge(difference.get_status_display(), DIFFERENCE_TONES[D.of(difference.status)])


def compared_badge(statement: ClearingStatement) -> SafeString | str:
    found = statement.comparison
    return badge(found.label, COMPARED_TONES.get(found, "bad")) if found else ""


def advance_badge(change: AdvanceChange) -> SafeString:
    return badge(change.get_status_display(), ADVANCE_TONES[AdvanceStatus.of(change.status)])


def percent(share: Decimal | None) -> str:
    """0.7 → 70%, 0.90259 → 90.25%; nothing where there is no amount.  What is not reached is not rounded up to."""
    return "" if share is None else f"{(share * 100).quantize(HUNDREDTH, ROUND_DOWN).normalize():f}%"


def warned_text(use: Use) -> str:
    """已用 92.3%，红色预警; what is lacking where it cannot be said."""
    if use.share is None:
        return _("预付金未核定")
    used = _("已用 %s") % percent(use.share)
    if not use.thresholds:
        return _("%s，预警比例未配置") % used
    return f"{used}，{use.warned.get_level_display()}" if use.warned else used


def warned_badge(use: Use) -> SafeString | str:
    if use.share is None or not use.thresholds:
        return badge(_("未配置"), "")
    return badge(use.warned.get_level_display(), WARNED_TONES[Warned.of(use.warned.level)]) if use.warned else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Statements by fund: `funds` are the columns, each row has its amounts in that order; then what they come to."""

    funds: list[Fund]
    rows: list[tuple[ClearingStatement, list[tuple[Fund, Decimal]], SafeString | str]]
    sums: list[tuple[Fund, Decimal]]
    count: int
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal


def table_of(statements: Iterable[ClearingStatement]) -> Table:
    found = [(one, one.by_fund) for one in statements]
    funds = [fund for fund in Fund if any(fund in by_fund for _one, by_fund in found)]
    rows = [(one, [(fund, by_fund.get(fund, NIL)) for fund in funds], compared_badge(one)) for one, by_fund in found]
    return Table(
        funds=funds,
        rows=rows,
        sums=[(fund, sum((by_fund.get(fund, NIL) for _one, by_fund in found), NIL)) for fund in funds],
        count=sum(one.count for one, _by_fund in found),
        medfee_sumamt=sum((one.medfee_sumamt for one, _by_fund in found), NIL),
        fund_pay_sumamt=sum((one.fund_pay_sumamt for one, _by_fund in found), NIL),
    )
