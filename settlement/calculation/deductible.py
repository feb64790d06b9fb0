"""What a stay is charged before the fund pays: the standard, and how the year counts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hospitals.reasons import Reason
from settlement.calculation.money import NIL, percent, to_fen, written
from settlement.calculation.rows import ContinuousDeductible, CountingRule, LaterStayRule, Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Counting, Lowering


@dataclass(frozen=True, slots=True, kw_only=True)
class Deductible:
    """The row of the standard and the rules that change it, those that hold for one stay."""

    standard: Row
    continuous: ContinuousDeductible | None
    counting: CountingRule | None
    later: LaterStayRule | None

    @classmethod
    def of(cls, stay: Stay, rules: BenefitRules, standard: Row) -> "Deductible":
        """Hardship goes before the way the year is counted, and that before what later stays are lowered by."""
        continuous = rules.continuous_for(stay) if rules.continuous else None
        counting = rules.counting.find(stay) if rules.counting.rows and not continuous else None
        each = not continuous and (counting is None or counting.counting is Counting.EACH_STAY)
        later = _later(stay, rules) if each and rules.later_stays.rows else None
        return cls(standard=standard, continuous=continuous, counting=counting, later=later)

    @property
    def assumed(self) -> bool:
        rows = (self.standard, self.counting, self.later)
        return any(row is not None and row.assumed for row in rows)

    def due(self, stay: Stay) -> Decimal:
        """Yuan to the fen, before it is limited by what is eligible."""
        if self.continuous or self._counted is Counting.TOPPED_UP:
            return max(self.standard.number - stay.deductible_paid_this_year, NIL)
        if self._counted is Counting.YEARLY:
            return max(self._standard_of_year(stay) - stay.deductible_paid_this_year, NIL)
        return lowered(self.standard.number, self.later, stay.stays_this_year or 0)

    def said(self, stay: Stay) -> str:
        """How the rules change the standard, to be read after it."""
        paid = f"本年度已付{written(stay.deductible_paid_this_year)}元"
        if self.continuous:
            return f"，连续计算，{paid}"
        if self._counted is Counting.TOPPED_UP:
            return f"，一年收取一次，不足补齐，{paid}"
        if self._counted is Counting.YEARLY:
            standard = self._standard_of_year(stay)
            from_first = "" if standard == self.standard.number else f"（按首次住院标准{written(standard)}元）"
            return f"，一年收取一次{from_first}，{paid}"
        if self.later:
            floor = f"，不低于{written(self.later.floor)}元" if self.later.floor else ""
            return f"，本年度第{(stay.stays_this_year or 0) + 1}次住院，{_how_lowered(self.later)}{floor}"
        return ""

    def sources(self, rules: BenefitRules) -> str:
        changes = (row.section for row in (self.continuous, self.counting, self.later) if row is not None)
        return "；".join(dict.fromkeys(rules.cite(section) for section in (self.standard.section, *changes)))

    @property
    def _counted(self) -> Counting:
        return self.counting.counting if self.counting else Counting.EACH_STAY

    def _standard_of_year(self, stay: Stay) -> Decimal:
        """That of the first stay; a level of hospital does not change it any more."""
        first = stay.deductible_standard_this_year
        return self.standard.number if first is None else first


def unknown_of_year(stay: Stay, rules: BenefitRules) -> Iterator[Reason]:
    """What the year has to be known of for the deductible, and is not."""
    if rules.continuous and rules.continuous_for(stay):
        return
    row = rules.counting.find(stay)
    counting = row.counting if row else Counting.EACH_STAY
    paid_already = stay.deductible_paid_this_year > 0
    if counting is Counting.YEARLY and paid_already and stay.deductible_standard_this_year is None:
        text = "本年度起付标准（deductible_standard_this_year）必须填写：起付线一年收取一次，须知首次住院的标准"
        yield Reason("missing_field", text)
    if counting is Counting.EACH_STAY and rules.later_stays.at(stay.key) and stay.stays_this_year is None:
        yield Reason("missing_field", "本年度住院次数（stays_this_year）必须填写：再次住院的起付标准按次数确定")


def lowered(standard: Decimal, row: LaterStayRule | None, stays_before: int) -> Decimal:
    """The standard of a later stay; never more than the standard, rounded once."""
    if row is None:
        return standard
    match row.lowering:
        case Lowering.AMOUNT:
            amount = row.number
        case Lowering.AMOUNT_EACH:
            amount = standard - row.number * stays_before
        case Lowering.SHARE_EACH:
            amount = standard * (1 - row.number * stays_before)
        case Lowering.FACTOR:
            amount = standard * row.number
        case Lowering.FACTOR_EACH:
            amount = standard * row.number**stays_before
    return min(max(to_fen(amount), row.floor or NIL), standard)


def _later(stay: Stay, rules: BenefitRules) -> LaterStayRule | None:
    if not stay.stays_this_year:
        return None
    this_stay = stay.stays_this_year + 1
    reached = [row for row in rules.later_stays.at(stay.key) if row.from_stay <= this_stay]
    return reached[-1] if reached else None


def _how_lowered(row: LaterStayRule) -> str:
    match row.lowering:
        case Lowering.AMOUNT:
            return f"按{written(row.number)}元"
        case Lowering.AMOUNT_EACH:
            return f"每多一次减少{written(row.number)}元"
        case Lowering.SHARE_EACH:
            return f"每多一次降低标准的{percent(row.number)}"
        case Lowering.FACTOR:
            return f"按标准的{percent(row.number)}"
        case Lowering.FACTOR_EACH:
            return f"每多一次按上次的{percent(row.number)}"
