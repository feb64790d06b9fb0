"""What a stay is charged before the fund pays: the standard, and how the year counts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hospitals.reasons import Reason
from settlement.calculation.money import NIL, percent, to_fen, written
from settlement.calculation.rows import ContinuousDeductible, CountingRule, LaterStayRule, Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Counting, Lowering

STANDARD_UNKNOWN = Reason(
    "missing_field",
    "本年度起付标准（deductible_standard_this_year）必须填写：起付线一年收取一次，须知首次住院的标准",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deductible:
    """The row of the standard and the rules that change it, those that hold for one kind of stay.

    later: what later stays of the year are lowered by, by their number.  text, source: of the standard.
    """

    standard: Row
    continuous: ContinuousDeductible | None
    counting: Counting
    later: Sequence[LaterStayRule]
    assumed: bool
    text: str
    source: str

    @classmethod
    def of(cls, stay: Stay, rules: BenefitRules, standard: Row) -> "Deductible":
        """Hardship goes before the way the year is counted, and that before what later stays are lowered by."""
        continuous = rules.continuous_for(stay)
        row: CountingRule | None = None if continuous else rules.counting.find(stay)
        counting = row.counting if row else Counting.EACH_STAY
        each = not continuous and counting is Counting.EACH_STAY
        changes = (change.section for change in (standard, continuous, row) if change is not None)
        return cls(
            standard=standard,
            continuous=continuous,
            counting=counting,
            later=rules.later_stays.at(stay.key) if each else (),
            assumed=standard.assumed or (row is not None and row.assumed),
            text=f"{stay.scheme.label}{stay.level.label}标准{written(standard.number)}元",
            source="；".join(dict.fromkeys(rules.cite(section) for section in changes)),
        )

    def lowering(self, stay: Stay) -> LaterStayRule | None:
        """The rule for the number of this stay in the year."""
        if not self.later or not stay.stays_this_year:
            return None
        reached = [row for row in self.later if row.from_stay <= stay.stays_this_year + 1]
        return reached[-1] if reached else None

    def due(self, stay: Stay, lowering: LaterStayRule | None) -> Decimal:
        """Yuan to the fen, before it is limited by what is eligible."""
        if self.continuous or self.counting is Counting.TOPPED_UP:
            return max(self.standard.number - stay.deductible_paid_this_year, NIL)
        if self.counting is Counting.YEARLY:
            return max(self._standard_of_year(stay) - stay.deductible_paid_this_year, NIL)
        return lowered(self.standard.number, lowering, stay.stays_this_year or 0) if lowering else self.standard.number

    def said(self, stay: Stay, lowering: LaterStayRule | None) -> str:
        """How the rules change the standard, to be read after it."""
        if lowering:
            floor = f"，不低于{written(lowering.floor)}元" if lowering.floor else ""
            return f"，本年度第{(stay.stays_this_year or 0) + 1}次住院，{_how_lowered(lowering)}{floor}"
        if not self.continuous and self.counting is Counting.EACH_STAY:
            return ""
        paid = f"本年度已付{written(stay.deductible_paid_this_year)}元"
        if self.continuous:
            return f"，连续计算，{paid}"
        if self.counting is Counting.TOPPED_UP:
            return f"，一年收取一次，不足补齐，{paid}"
        standard = self._standard_of_year(stay)
        from_first = "" if standard == self.standard.number else f"（按首次住院标准{written(standard)}元）"
        return f"，一年收取一次{from_first}，{paid}"

    def unknown_of_year(self, stay: Stay) -> Iterator[Reason]:
        """What the year has to be known of, and is not."""
        if self.later and stay.stays_this_year is None:
            yield Reason("missing_field", "本年度住院次数（stays_this_year）必须填写：再次住院的起付标准按次数确定")
        has_paid = stay.deductible_paid_this_year > 0 and not self.continuous
        if has_paid and self.counting is Counting.YEARLY and stay.deductible_standard_this_year is None:
            yield STANDARD_UNKNOWN

    def _standard_of_year(self, stay: Stay) -> Decimal:
        """That of the first stay; a level of hospital does not change it any more."""
        first = stay.deductible_standard_this_year
        return self.standard.number if first is None else first


def lowered(standard: Decimal, rule: LaterStayRule, stays_before: int) -> Decimal:
    """The standard of a later stay; never more than the standard, rounded once."""
    match rule.lowering:
        case Lowering.AMOUNT:
            amount = rule.number
        case Lowering.AMOUNT_EACH:
            amount = standard - rule.number * stays_before
        case Lowering.SHARE_EACH:
            amount = standard * (1 - rule.number * stays_before)
        case Lowering.FACTOR:
            amount = standard * rule.number
        case Lowering.FACTOR_EACH:
            amount = standard * rule.number**stays_before
    return min(max(to_fen(amount), rule.floor or NIL), standard)


def _how_lowered(rule: LaterStayRule) -> str:
    match rule.lowering:
        case Lowering.AMOUNT:
            return f"按{written(rule.number)}元"
        case Lowering.AMOUNT_EACH:
            return f"每多一次减少{written(rule.number)}元"
        case Lowering.SHARE_EACH:
            return f"每多一次降低标准的{percent(rule.number)}"
        case Lowering.FACTOR:
            return f"按标准的{percent(rule.number)}"
        case Lowering.FACTOR_EACH:
            return f"每多一次按上次的{percent(rule.number)}"
