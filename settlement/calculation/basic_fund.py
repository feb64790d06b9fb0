"""The basic fund's part: reduction away from home, ratio or segments, the year's ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from settlement.calculation.money import NIL, percent, to_fen
from settlement.calculation.rows import ReductionRule, Row, StayRow
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Reduction, SegmentBase


class Share(NamedTuple):
    """One segment of a ratio.  amount: the cost in it, yuan.  ratio: as it is applied."""

    row: Row
    amount: Decimal
    ratio: Decimal
    until: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicFund:
    """What the rules hold for one stay.  ratios: at least one."""

    ratios: Sequence[Row]
    reduction: ReductionRule | None
    ceiling: Row | None
    segment_base: SegmentBase

    @classmethod
    def of(cls, stay: Stay, rules: BenefitRules, ratios: Sequence[Row]) -> "BasicFund":
        reduction = rules.reductions.find(stay) if rules.reductions.rows else None
        ceiling = rules.ceilings.find(stay)
        return cls(ratios=ratios, reduction=reduction, ceiling=ceiling, segment_base=rules.segment_base)

    @property
    def assumed(self) -> bool:
        rows = (*self.ratios, self.reduction, self.ceiling)
        return any(row is not None and row.assumed for row in rows)

    def paid_first(self, eligible: Decimal) -> Decimal:
        """What of the eligible cost the person pays before the deductible, away from home."""
        if self.reduction is None or self.reduction.reduction is not Reduction.SELF_PAY_FIRST:
            return NIL
        return to_fen(eligible * self.reduction.number)

    def shares(self, above: Decimal, deductible: Decimal) -> list[Share]:
        """above: the cost that the ratios apply to.  Segments that it does not reach are left out, the first never."""
        start = deductible if self.segment_base is SegmentBase.ELIGIBLE else NIL
        end = start + above
        shares = []
        for place, row in enumerate(self.ratios):
            until = self.ratios[place + 1].above if place + 1 < len(self.ratios) else None
            upper = end if until is None else min(until, end)
            amount = max(upper - max(row.above, start), NIL)
            shares.append(Share(row, amount, self._reduced(row.number), until))
        return [share for share in shares if share.amount] or shares[:1]

    def _reduced(self, ratio: Decimal) -> Decimal:
        if self.reduction is None or self.reduction.reduction is Reduction.SELF_PAY_FIRST:
            return ratio
        number = self.reduction.number
        return ratio * number if self.reduction.reduction is Reduction.SCALED else max(ratio - number, NIL)

    def left(self, stay: Stay) -> Decimal | None:
        """What the year's ceiling leaves; None where there is none."""
        return max(self.ceiling.number - stay.fund_paid_this_year, NIL) if self.ceiling else None

    def pays(self, shares: Sequence[Share], left: Decimal | None) -> Decimal:
        """Rounded once."""
        part = sum((share.amount * share.ratio for share in shares), NIL)
        return to_fen(part if left is None else min(part, left))

    def said_of_reduction(self, ratio: Decimal) -> str:
        """How the ratio of the table becomes the one applied, to be read after it."""
        match self.reduction and self.reduction.reduction:
            case Reduction.SCALED:
                return f"，异地按{percent(self.reduction.number)}折算为{percent(ratio)}"  # type: ignore[union-attr]
            case Reduction.LOWERED:
                points = f"{(self.reduction.number * 100).normalize():f}"  # type: ignore[union-attr]
                return f"，异地降低{points}个百分点为{percent(ratio)}"
        return ""

    def rows_of(self, row: Row) -> Sequence[StayRow]:
        """What a ratio as it is applied rests on."""
        if self.reduction is None or self.reduction.reduction is Reduction.SELF_PAY_FIRST:
            return (row,)
        return row, self.reduction

    def sources(self, row: Row, rules: BenefitRules) -> str:
        return "；".join(dict.fromkeys(rules.cite(one.section) for one in self.rows_of(row)))


def bounds(share: Share) -> str:
    """Which segment it is, in yuan; empty for a ratio without segments."""
    if not share.row.above and share.until is None:
        return ""
    low = f"{share.row.above.normalize():f}元"
    return f"{low}以上部分" if share.until is None else f"{low}至{share.until.normalize():f}元部分"


def one_ratio(shares: Sequence[Share]) -> Decimal | None:
    """The ratio, where it is one."""
    first = shares[0].ratio
    return first if all(share.ratio == first for share in shares) else None
