"""The steps of a calculation put into lines, in order, each with its clause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from filings.vocabulary import SettlementWay
from settlement.calculation.basic_fund import BasicFund, Share, bounds
from settlement.calculation.components import Part
from settlement.calculation.deductible import Deductible
from settlement.calculation.items import Cost
from settlement.calculation.money import NIL, percent, written, written_ratio
from settlement.calculation.result import Line
from settlement.calculation.rows import DestinationRule
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A calculation in yuan.  eligible: less what is paid first away from home.  due: the deductible before it is
    limited by that; charged: after.  left: what the year's ceiling leaves.  fund: of the basic fund."""

    deductible: Deductible
    basic: BasicFund
    paid_first: Decimal
    eligible: Decimal
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
    lines += _eligible(stay, rules, steps)
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


def _eligible(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    catalogue = rules.cite(rules.catalogues.get(stay.basis, ""))
    yield Line("符合政策范围费用", written(stay.eligible), ELIGIBLE_BY[stay.basis], catalogue)
    if steps.paid_first and (reduction := steps.basic.reduction):
        text = f"{stay.tier.label}，{written(stay.eligible)} × {percent(reduction.number)}先由个人负担"
        yield Line("异地先行自付", written(steps.paid_first), text + sample(reduction), rules.cite(reduction.section))


def _deductible(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    deductible = steps.deductible
    text = f"{stay.scheme.label}{stay.level.label}标准{written(deductible.standard.number)}元{deductible.said(stay)}"
    if steps.eligible < steps.due:
        text += "，以符合政策范围费用为限"
    yield Line("起付标准", written(steps.charged), text + sample(deductible), deductible.sources(rules))
    above = written(steps.eligible - steps.charged)
    yield Line("起付线以上", above, f"{written(steps.eligible)} − {written(steps.charged)}")


def _basic(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    basic, shares = steps.basic, steps.shares
    employment = stay.employment.label if stay.employment else ""
    for share in shares:
        text = f"{stay.scheme.label}{employment}，{stay.tier.label}{bounds(share)}{percent(share.row.number)}"
        text += basic.said_of_reduction(share.ratio) + sample(*basic.rows_of(share.row))
        yield Line("支付比例", written_ratio(share.ratio), text, basic.sources(share.row, rules))

    text = "＋".join(f"{written(share.amount)} × {percent(share.ratio)}" for share in shares)
    ceiling = basic.ceiling
    if ceiling and steps.left is not None:
        spent = f"年度限额{written(ceiling.number)}元，本年度已支付{written(stay.fund_paid_this_year)}元"
        yield Line("最高支付限额余额", written(steps.left), spent + sample(ceiling), rules.cite(ceiling.section))
        if steps.fund == steps.left:
            text += "，以最高支付限额余额为限"
    sources = "；".join(dict.fromkeys(basic.sources(share.row, rules) for share in shares))
    yield Line("统筹基金支付", written(steps.fund), text, sources)


def _components(stay: Stay, rules: BenefitRules, steps: Steps) -> Iterator[Line]:
    funds = [steps.fund]
    for part in steps.parts:
        label = part.terms.component.label
        if later := part.terms.follow_up:
            known = "" if part.due is None else f"；按政策应付{written(part.due)}元"
            text = f"{label}：{later.text}{known}"
            yield Line("后续结算", written(NIL), text, rules.cite(later.section))
        else:
            funds.append(part.paid)
            yield Line(f"{label}支付", written(part.paid), part.said(), part.terms.sources(rules))
    paid = sum(funds, NIL)
    if len(funds) > 1:
        yield Line("基金支付总额", written(paid), " ＋ ".join(written(fund) for fund in funds))
    yield Line("个人负担", written(stay.total - paid), f"{written(stay.total)} − {written(paid)}")


def sample(*rows: Sampled) -> str:
    return "（示例，待核定）" if any(row.assumed for row in rows) else ""
