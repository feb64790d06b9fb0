"""The steps of a calculation put into lines, in order, each with its clause."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from filings.vocabulary import SettlementWay
from settlement.calculation.basic_fund import Share
from settlement.calculation.components import Part
from settlement.calculation.items import Cost
from settlement.calculation.money import NIL, percent, written, written_ratio
from settlement.calculation.plan import Plan
from settlement.calculation.result import Line
from settlement.calculation.rows import DestinationRule, LaterStayRule
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay

ELIGIBLE_BY = {
    SettlementWay.DIRECT: "联网直接结算，按就医地支付范围认定",
    SettlementWay.MANUAL: "手工报销，按参保地支付范围认定",
}


class Sampled(Protocol):
    """What may rest on a sample."""

    @property
    def assumed(self) -> bool: ...


class Steps(NamedTuple):
    """A calculation in yuan.  eligible: less what is paid first away from home.  due: the deductible before it is
    limited by that; charged: after.  left: what the year's ceiling leaves.  fund: of the basic fund."""

    plan: Plan
    paid_first: Decimal
    eligible: Decimal
    lowering: LaterStayRule | None
    due: Decimal
    charged: Decimal
    shares: Sequence[Share]
    left: Decimal | None
    fund: Decimal
    parts: Sequence[Part]


def lines_of(
    stay: Stay, rules: BenefitRules, steps: Steps, led_away: DestinationRule | None, led_by: str
) -> tuple[Line, ...]:
    """led_away: the row that made another area's policy hold, led_by: the clause that says so."""
    whole = f"本次{stay.service.label}全部费用"
    lines = [Line("医疗费总额", written(stay.total), f"{whole}；{led_away.text}" if led_away else whole, led_by)]
    if stay.cost:
        lines += _left_by_catalogue(stay.cost)
    lines.append(Line("符合政策范围费用", written(stay.eligible), ELIGIBLE_BY[stay.basis], steps.plan.catalogue))
    if steps.paid_first:
        lines.append(_paid_first(stay, rules, steps))
    lines += _deductible(stay, rules, steps)
    lines += _basic(stay, rules, steps)
    lines += _components(stay, rules, steps)
    return tuple(lines)


def _left_by_catalogue(cost: Cost) -> Iterator[Line]:
    for name, amount, text in (
        ("全自费", cost.outside, "丙类，目录外费用"),
        ("超限价自费", cost.above_limit, "超过支付限价的部分"),
        ("先行自付", cost.self_paid, "乙类等按比例先由个人负担的部分"),
    ):
        if amount:
            yield Line(name, written(amount), text)


def _paid_first(stay: Stay, rules: BenefitRules, steps: Steps) -> Line:
    rule = steps.plan.basic.paid_first
    assert rule is not None  # noqa: S101 - else nothing is paid first
    text = f"{stay.tier.label}，{written(stay.eligible)} × {percent(rule.number)}先由个人负担"
    return Line("异地先行自付", written(steps.paid_first), text + sample(rule), rules.cite(rule.section))


def _deductible(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    deductible, lowering = steps.plan.deductible, steps.lowering
    text = deductible.text + deductible.said(stay, lowering)
    if steps.eligible < steps.due:
        text += "，以符合政策范围费用为限"
    text += sample(deductible, lowering) if lowering else sample(deductible)
    clauses = (deductible.source, rules.cite(lowering.section)) if lowering else (deductible.source,)
    eligible, charged = written(steps.eligible), written(steps.charged)
    yield Line("起付标准", charged, text, "；".join(clauses))
    yield Line("起付线以上", written(steps.eligible - steps.charged), f"{eligible} − {charged}")


def _basic(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    basic = steps.plan.basic
    for _amount, ratio in steps.shares:
        yield Line("支付比例", written_ratio(ratio.number), ratio.text, ratio.source)
    text = "＋".join([f"{written(amount)} × {percent(ratio.number)}" for amount, ratio in steps.shares])
    ceiling = basic.ceiling
    if ceiling and steps.left is not None:
        spent = f"年度限额{written(ceiling.number)}元，本年度已支付{written(stay.fund_paid_this_year)}元"
        yield Line("最高支付限额余额", written(steps.left), spent + sample(ceiling), rules.cite(ceiling.section))
        if steps.fund == steps.left:
            text += "，以最高支付限额余额为限"
    yield Line("统筹基金支付", written(steps.fund), text, basic.source)


def _components(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    funds = [steps.fund]
    for part in steps.parts:
        label = part.terms.component.label
        if later := part.terms.follow_up:
            known = "" if part.due is None else f"；按政策应付{written(part.due)}元"
            yield Line("后续结算", written(NIL), f"{label}：{later.text}{known}", rules.cite(later.section))
        else:
            funds.append(part.paid)
            yield Line(f"{label}支付", written(part.paid), part.said(), part.terms.sources(rules))
    paid = sum(funds, NIL)
    if len(funds) > 1:
        yield Line("基金支付总额", written(paid), " ＋ ".join(written(fund) for fund in funds))
    yield Line("个人负担", written(stay.total - paid), f"{written(stay.total)} − {written(paid)}")


def sample(*rows: Sampled) -> str:
    return "（示例，待核定）" if any(row.assumed for row in rows) else ""
