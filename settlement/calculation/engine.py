"""The calculation: a stay and the rules in, the answer with its lines out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from filings.vocabulary import SettlementWay
from hospitals.reasons import Reason
from hospitals.vocabulary import Level
from settlement.calculation.money import NIL, percent, to_fen, written, written_ratio
from settlement.calculation.result import Line, Outcome, Result
from settlement.calculation.rules import BenefitRules, ContinuousDeductible, Row
from settlement.calculation.stay import Stay, contradictions

ELIGIBLE_BY = {
    SettlementWay.DIRECT: "联网直接结算，按就医地支付范围认定",
    SettlementWay.MANUAL: "手工报销，按参保地支付范围认定",
}


class Numbers(NamedTuple):
    """What the rules hold for one stay."""

    deductible: Row
    ratio: Row
    ceiling: Row | None
    continuous: ContinuousDeductible | None

    @property
    def assumed(self) -> bool:
        return self.deductible.assumed or self.ratio.assumed or (self.ceiling is not None and self.ceiling.assumed)


def calculate(stay: Stay, rules: BenefitRules | None) -> Result:
    """What a stay is paid by a version of the home area's benefits; `rules` is None where none is in force.

    The deductible is charged first, the ratio applies to what is left, the year's ceiling cuts last; the fund's part is
    rounded once and the person bears the rest.
    """
    if faults := contradictions(stay):
        return Result(outcome=Outcome.INVALID, reasons=tuple(faults))
    if rules is None or not rules.in_force_on(stay.admitted_on):
        text = f"参保地{stay.area}在入院日期{stay.admitted_on}没有施行的待遇政策"
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=(Reason("no_policy_in_force", text),))
    deductible, ratio = rules.deductibles.find(stay), rules.ratios.find(stay)
    if deductible is None or ratio is None:
        gaps = tuple(_gaps(stay, rules, deductible, ratio))
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=gaps, version=rules.version)
    return _pay(stay, rules, Numbers(deductible, ratio, rules.ceilings.find(stay), rules.continuous_for(stay)))


def _pay(stay: Stay, rules: BenefitRules, numbers: Numbers) -> Result:
    deductible = min(_due(stay, numbers), stay.eligible)
    part = (stay.eligible - deductible) * numbers.ratio.number
    left = max(numbers.ceiling.number - stay.fund_paid_this_year, NIL) if numbers.ceiling else None
    fund = to_fen(part if left is None else min(part, left))
    return Result(
        outcome=Outcome.CALCULATED,
        assumed=numbers.assumed,
        deductible=deductible,
        ratio=numbers.ratio.number,
        fund=fund,
        personal=stay.total - fund,
        lines=tuple(_lines(stay, rules, numbers, deductible, fund, left)),
        warnings=tuple(_warnings(numbers)),
        version=rules.version,
    )


def _due(stay: Stay, numbers: Numbers) -> Decimal:
    """The standard, or what the year has left of it."""
    standard = numbers.deductible.number
    return max(standard - stay.deductible_paid_this_year, NIL) if numbers.continuous else standard


def _lines(
    stay: Stay, rules: BenefitRules, numbers: Numbers, deductible: Decimal, fund: Decimal, left: Decimal | None
) -> Iterator[Line]:
    standard, ratio, ceiling, continuous = numbers
    total, eligible, charged, paid = (written(amount) for amount in (stay.total, stay.eligible, deductible, fund))
    above, share = written(stay.eligible - deductible), percent(ratio.number)

    yield Line("医疗费总额", total, f"本次{stay.service.label}全部费用")
    catalogue = rules.cite(rules.catalogues.get(stay.basis, ""))
    yield Line("符合政策范围费用", eligible, ELIGIBLE_BY[stay.basis], catalogue)

    text = f"{stay.scheme.label}{stay.level.label}标准{written(standard.number)}元"
    source = rules.cite(standard.section)
    if continuous:
        text += f"，连续计算，本年度已付{written(stay.deductible_paid_this_year)}元"
        source += f"；{rules.cite(continuous.section)}"
    if stay.eligible < _due(stay, numbers):
        text += "，以符合政策范围费用为限"
    yield Line("起付标准", charged, text + _sample(standard), source)
    yield Line("起付线以上", above, f"{eligible} − {charged}")

    employment = stay.employment.label if stay.employment else ""
    text = f"{stay.scheme.label}{employment}，{stay.tier.label}{share}"
    source = rules.cite(ratio.section)
    yield Line("支付比例", written_ratio(ratio.number), text + _sample(ratio), source)

    text = f"{above} × {share}"
    if ceiling and left is not None:
        spent = f"年度限额{written(ceiling.number)}元，本年度已支付{written(stay.fund_paid_this_year)}元"
        yield Line("最高支付限额余额", written(left), spent + _sample(ceiling), rules.cite(ceiling.section))
        if fund == left:
            text += "，以最高支付限额余额为限"
    yield Line("统筹基金支付", paid, text, source)
    yield Line("个人负担", written(stay.total - fund), f"{total} − {paid}")


def _sample(row: Row) -> str:
    return "（示例，待核定）" if row.assumed else ""


def _warnings(numbers: Numbers) -> Iterator[str]:
    if numbers.continuous and numbers.continuous.remark:
        yield numbers.continuous.remark
    if numbers.ceiling is None:
        yield "最高支付限额未配置"


def _gaps(stay: Stay, rules: BenefitRules, deductible: Row | None, ratio: Row | None) -> Iterator[Reason]:
    """Which number is missing, and for whom; said once more plainly where the document gives no such table at all."""
    level = "三级（等级未定）" if stay.level is Level.THREE else stay.level.label
    employment = (stay.employment.label,) if stay.employment else ()
    whose = "、".join((stay.scheme.label, *employment, stay.tier.label, stay.service.label, level))
    if not rules.speaks_of(stay.scheme, stay.service):
        whose += f"；文件未给出{stay.service.label}待遇表"
    elif not rules.speaks_of(stay.scheme, stay.service, stay.tier):
        whose += f"；文件未给出{stay.tier.label}表"
    if deductible is None:
        yield Reason("deductible_not_configured", f"起付标准未配置：{whose}", f"《{rules.document}》")
    if ratio is None:
        yield Reason("ratio_not_configured", f"支付比例未配置：{whose}", f"《{rules.document}》")
