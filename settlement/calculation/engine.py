"""The calculation: a stay and the rules in, the answer with its lines out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hospitals.reasons import Reason
from hospitals.vocabulary import Level
from settlement.calculation import components, deductible
from settlement.calculation.basic_fund import BasicFund, one_ratio
from settlement.calculation.components import Part, Terms
from settlement.calculation.deductible import Deductible
from settlement.calculation.lines import Steps, lines_of
from settlement.calculation.money import NIL
from settlement.calculation.result import Line, Outcome, Result, SettlementInfo
from settlement.calculation.rows import DestinationRule, Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay, contradictions
from settlement.vocabulary import Component


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the rules hold for one stay."""

    deductible: Deductible
    basic: BasicFund
    components: Sequence[Terms]

    @property
    def assumed(self) -> bool:
        return self.deductible.assumed or self.basic.assumed or any(terms.assumed for terms in self.components)


def calculate(stay: Stay, rules: BenefitRules | None, elsewhere: BenefitRules | None = None) -> Result:
    """What a stay is paid by a version of the home area's benefits; `rules` is None where none is in force.

    elsewhere: the version of the area whose policy `rules` name for the stay's destination.
    The person pays first what the catalogue and the reduction away from home leave them, then the deductible; the
    ratio applies to what is left, the year's ceiling cuts the basic fund, the components follow on what is still
    theirs.  Each fund is rounded once, and the person bears the rest.
    """
    if faults := contradictions(stay):
        return Result(outcome=Outcome.INVALID, reasons=tuple(faults))
    if rules is None or not rules.serves(stay):
        text = f"参保地{stay.area}在入院日期{stay.admitted_on}没有施行的待遇政策"
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=(Reason("no_policy_in_force", text),))
    led_away = rules.destination_for(stay) if rules.destinations else None
    if led_away is None:
        return _by(stay, rules)
    if elsewhere is None or elsewhere.area != led_away.policy_area or not elsewhere.serves(stay):
        text = f"{led_away.text}：{led_away.policy_area}的待遇政策未配置"
        gap = Reason("destination_policy_not_configured", text, rules.cite(led_away.section))
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=(gap,), area=rules.area, version=rules.version)
    return _by(stay, elsewhere, led_away, rules.cite(led_away.section))


def _by(stay: Stay, rules: BenefitRules, led_away: DestinationRule | None = None, source: str = "") -> Result:
    standard, ratios, terms = rules.deductibles.find(stay), rules.ratios.at(stay.key), components.terms_of(stay, rules)
    document = f"《{rules.document}》"
    gaps = () if standard and ratios else tuple(_gaps(stay, rules, standard, ratios))
    if gaps := (*gaps, *components.gaps_in(terms, document)):
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=gaps, area=rules.area, version=rules.version)
    if unknown := (*deductible.unknown_of_year(stay, rules), *components.unknown_of_year(stay, terms)):
        return Result(outcome=Outcome.INVALID, reasons=unknown, area=rules.area, version=rules.version)
    assert standard is not None  # noqa: S101 - else it is among the gaps
    numbers = Numbers(Deductible.of(stay, rules, standard), BasicFund.of(stay, rules, ratios), terms)
    steps = _steps(stay, numbers)
    return _result(stay, rules, numbers, steps, lines_of(stay, rules, steps, led_away, source))


def _steps(stay: Stay, numbers: Numbers) -> Steps:
    basic = numbers.basic
    paid_first = basic.paid_first(stay.eligible)
    eligible = stay.eligible - paid_first
    due = numbers.deductible.due(stay)
    charged = min(due, eligible)
    shares, left = basic.shares(eligible - charged, charged), basic.left(stay)
    fund = basic.pays(shares, left)
    return Steps(
        deductible=numbers.deductible,
        basic=basic,
        paid_first=paid_first,
        eligible=eligible,
        due=due,
        charged=charged,
        shares=shares,
        left=left,
        fund=fund,
        parts=components.parts_of(stay, numbers.components, eligible - fund) if numbers.components else (),
    )


def _result(stay: Stay, rules: BenefitRules, numbers: Numbers, steps: Steps, lines: tuple[Line, ...]) -> Result:
    setlinfo = _setlinfo(stay, rules, steps)
    return Result(
        outcome=Outcome.CALCULATED,
        assumed=numbers.assumed,
        deductible=steps.charged,
        ratio=setlinfo.pool_prop_selfpay,
        fund=setlinfo.fund_pay_sumamt,
        personal=setlinfo.psn_part_amt,
        lines=lines,
        warnings=tuple(_warnings(stay, numbers)),
        area=rules.area,
        version=rules.version,
        setlinfo=setlinfo,
        follow_ups=components.follow_ups_of(steps.parts, rules) if steps.parts else (),
    )


def _setlinfo(stay: Stay, rules: BenefitRules, steps: Steps) -> SettlementInfo:
    paid = _paid(steps.parts, rules) if rules.components.rows or rules.follow_ups else {}
    fund = sum((part.paid for part in steps.parts), steps.fund)
    cost = stay.cost
    return SettlementInfo(
        medfee_sumamt=stay.total,
        fulamt_ownpay_amt=cost.outside if cost else None,
        overlmt_selfpay=cost.above_limit if cost else None,
        preselfpay_amt=cost.self_paid + steps.paid_first if cost else None,
        inscp_scp_amt=steps.eligible,
        act_pay_dedc=steps.charged,
        pool_prop_selfpay=one_ratio(steps.shares),
        hifp_pay=steps.fund,
        cvlserv_pay=paid.get(Component.CIVIL_SERVANT),
        hifmi_pay=paid.get(Component.SERIOUS_ILLNESS),
        hifob_pay=paid.get(Component.LARGE_AMOUNT),
        maf_pay=paid.get(Component.MEDICAL_AID),
        fund_pay_sumamt=fund,
        psn_part_amt=stay.total - fund,
    )


def _paid(parts: Sequence[Part], rules: BenefitRules) -> dict[Component, Decimal]:
    """Nought for a component that the rules know and the stay has no part in."""
    known = {row.component for row in rules.components.rows} | {row.component for row in rules.follow_ups}
    return dict.fromkeys(known, NIL) | {part.terms.component: part.paid for part in parts}


def _warnings(stay: Stay, numbers: Numbers) -> Iterator[str]:
    continuous = numbers.deductible.continuous
    if continuous and continuous.remark:
        yield continuous.remark
    if numbers.basic.ceiling is None:
        yield "最高支付限额未配置"
    if stay.civil_servant and not any(terms.component is Component.CIVIL_SERVANT for terms in numbers.components):
        yield f"{Component.CIVIL_SERVANT.label}未配置，未计算"


def _gaps(stay: Stay, rules: BenefitRules, deductible: Row | None, ratios: Sequence[Row]) -> Iterator[Reason]:
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
    if not ratios:
        yield Reason("ratio_not_configured", f"支付比例未配置：{whose}", f"《{rules.document}》")
