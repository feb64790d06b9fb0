"""The basic fund's part: reduction away from home, ratio or segments, the year's ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from settlement.calculation.money import NIL, percent, to_fen
from settlement.calculation.rows import ReductionRule, Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Reduction, SegmentBase


class Ratio(NamedTuple):
    """A ratio as it is applied, for the cost from `above` to `until` (yuan; None: without end)."""

    number: Decimal
    above: Decimal
    until: Decimal | None
    text: str
    source: str


class Share(NamedTuple):
    """amount: the cost that a ratio is applied to, yuan."""

    amount: Decimal
    ratio: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicFund:
    """What the rules hold for one kind of stay.  ratios: at least one.  source: of all the ratios.

    paid_first: the reduction that the person pays before the deductible, away from home.
    """

    ratios: Sequence[Ratio]
    paid_first: ReductionRule | None
    ceiling: Row | None
    segments_of_eligible: bool
    assumed: bool
    source: str

    @classmethod
    def of(cls, stay: Stay, rules: BenefitRules, rows: Sequence[Row]) -> "BasicFund":
        reduction, ceiling = rules.reductions.find(stay), rules.ceilings.find(stay)
        paid_first = reduction if reduction and reduction.reduction is Reduction.SELF_PAY_FIRST else None
        on_ratio = None if paid_first else reduction
        ends = [*(row.above for row in rows[1:]), None]
        ratios = [_ratio(stay, rules, row, until, on_ratio) for row, until in zip(rows, ends, strict=True)]
        sampled = (*rows, reduction, ceiling)
        return cls(
            ratios=ratios,
            paid_first=paid_first,
            ceiling=ceiling,
            segments_of_eligible=rules.segment_base is SegmentBase.ELIGIBLE,
            assumed=any(row is not None and row.assumed for row in sampled),
            source="；".join(dict.fromkeys(ratio.source for ratio in ratios)),
        )

    def shares(self, above: Decimal, deductible: Decimal) -> Sequence[Share]:
        """above: the cost that the ratios apply to.  Segments that it does not reach are left out, the first never."""
        if len(self.ratios) == 1:
            return (Share(above, self.ratios[0]),)
        start = deductible if self.segments_of_eligible else NIL
        end = start + above
        shares = []
        for ratio in self.ratios:
            upper = end if ratio.until is None else min(ratio.until, end)
            shares.append(Share(max(upper - max(ratio.above, start), NIL), ratio))
        return [share for share in shares if share.amount] or shares[:1]

    def left(self, stay: Stay) -> Decimal | None:
        """What the year's ceiling leaves; None where there is none."""
        return max(self.ceiling.number - stay.fund_paid_this_year, NIL) if self.ceiling else None


def pays(shares: Sequence[Share], left: Decimal | None) -> Decimal:
    """Rounded once."""
    part = sum((share.amount * share.ratio.number for share in shares), NIL)
    return to_fen(part if left is None else min(part, left))


def one_ratio(shares: Sequence[Share]) -> Decimal | None:
    """The ratio, where it is one."""
    first = shares[0].ratio.number
    return first if len(shares) == 1 or all(share.ratio.number == first for share in shares) else None


def _ratio(stay: Stay, rules: BenefitRules, row: Row, until: Decimal | None, reduction: ReductionRule | None) -> Ratio:
    """How the ratio of the table becomes the one applied."""
    employment = stay.employment.label if stay.employment else ""
    text = f"{stay.scheme.label}{employment}，{stay.tier.label}{_bounds(row, until)}{percent(row.number)}"
    number, source, assumed = row.number, rules.cite(row.section), row.assumed
    if reduction:
        source = "；".join(dict.fromkeys((source, rules.cite(reduction.section))))
        assumed |= reduction.assumed
        if reduction.reduction is Reduction.SCALED:
            number = row.number * reduction.number
            text += f"，异地按{percent(reduction.number)}折算为{percent(number)}"
        else:
            number = max(row.number - reduction.number, NIL)
            text += f"，异地降低{(reduction.number * 100).normalize():f}个百分点为{percent(number)}"
    return Ratio(number, row.above, until, text + ("（示例，待核定）" if assumed else ""), source)


def _bounds(row: Row, until: Decimal | None) -> str:
    """Which segment it is, in yuan; empty for a ratio without segments."""
    if not row.above and until is None:
        return ""
    low = f"{row.above.normalize():f}元"
    return f"{low}以上部分" if until is None else f"{low}至{until.normalize():f}元部分"
