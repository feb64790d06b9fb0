"""The calculation: a stay and the rules in, the answer with its lines out."""

from decimal import Decimal
from typing import NamedTuple

from hospitals.reasons import Reason
from settlement.calculation import components
from settlement.calculation.basic_fund import one_ratio, pays
from settlement.calculation.lines import Steps, lines_of
from settlement.calculation.money import NIL, to_fen
from settlement.calculation.plan import Plan, plan_for
from settlement.calculation.result import Outcome, Result, SettlementInfo
from settlement.calculation.rows import DestinationRule
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay, contradictions
from settlement.vocabulary import Component


class Amounts(NamedTuple):
    """A stay worked out, not yet in words.  rules: the version that pays it; led_away: the row that made it so."""

    rules: BenefitRules
    steps: Steps
    led_away: DestinationRule | None
    led_by: str


def calculate(stay: Stay, rules: BenefitRules | None, elsewhere: BenefitRules | None = None) -> Result:
    """What a stay is paid by a version of the home area's benefits; `rules` is None where none is in force.

    elsewhere: the version of the area whose policy `rules` name for the stay's destination.
    The person pays first what the catalogue and the reduction away from home leave them, then the deductible; the
    ratio applies to what is left, the year's ceiling cuts the basic fund, the components follow on what is still
    theirs.  Each fund is rounded once, and the person bears the rest.
    """
    found = amounts_of(stay, rules, elsewhere)
    return found if isinstance(found, Result) else _told(stay, found)


def amounts_of(stay: Stay, rules: BenefitRules | None, elsewhere: BenefitRules | None = None) -> Amounts | Result:
    """The same without its lines, for those who ask by the million; a Result says why there are no amounts."""
    if faults := contradictions(stay):
        return Result(outcome=Outcome.INVALID, reasons=tuple(faults))
    if rules is None or not rules.serves(stay):
        text = f"参保地{stay.area}在入院日期{stay.admitted_on}没有施行的待遇政策"
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=(Reason("no_policy_in_force", text),))
    led_away = rules.destination_for(stay)
    if led_away is None:
        return _by(stay, rules)
    if elsewhere is None or elsewhere.area != led_away.policy_area or not elsewhere.serves(stay):
        text = f"{led_away.text}：{led_away.policy_area}的待遇政策未配置"
        gap = Reason("destination_policy_not_configured", text, rules.cite(led_away.section))
        return Result(outcome=Outcome.NOT_CONFIGURED, reasons=(gap,), area=rules.area, version=rules.version)
    return _by(stay, elsewhere, led_away, rules.cite(led_away.section))


def _by(stay: Stay, rules: BenefitRules, led_away: DestinationRule | None = None, led_by: str = "") -> Amounts | Result:
    plan = plan_for(stay, rules)
    if isinstance(plan, tuple):
        row = rules.deductibles.find(stay)
        return Result(
            outcome=Outcome.NOT_CONFIGURED,
            standard=row.number if row else None,
            reasons=plan,
            area=rules.area,
            version=rules.version,
        )
    if unknown := plan.unknown_of_year(stay):
        return Result(outcome=Outcome.INVALID, reasons=unknown, area=rules.area, version=rules.version)
    return Amounts(rules, _steps(stay, plan), led_away, led_by)


def _told(stay: Stay, amounts: Amounts) -> Result:
    rules, steps, led_away, led_by = amounts
    setlinfo, plan, lowering = _setlinfo(stay, steps), steps.plan, steps.lowering
    return Result(
        outcome=Outcome.CALCULATED,
        assumed=plan.assumed or (lowering is not None and lowering.assumed),
        deductible=steps.charged,
        standard=plan.deductible.standard.number,
        ratio=setlinfo.pool_prop_selfpay,
        fund=setlinfo.fund_pay_sumamt,
        personal=setlinfo.psn_part_amt,
        lines=lines_of(stay, rules, steps, led_away, led_by),
        warnings=plan.warnings,
        area=rules.area,
        version=rules.version,
        setlinfo=setlinfo,
        follow_ups=components.follow_ups_of(steps.parts, rules) if steps.parts else (),
    )


def _steps(stay: Stay, plan: Plan) -> Steps:
    basic = plan.basic
    paid_first = to_fen(stay.eligible * basic.paid_first.number) if basic.paid_first else NIL
    eligible = stay.eligible - paid_first
    lowering = plan.deductible.lowering(stay)
    due = plan.deductible.due(stay, lowering)
    charged = min(due, eligible)
    shares, left = basic.shares(eligible - charged, charged), basic.left(stay)
    fund = pays(shares, left)
    parts = components.parts_of(stay, plan.components, eligible - fund) if plan.components else ()
    return Steps(plan, paid_first, eligible, lowering, due, charged, shares, left, fund, parts)


def _setlinfo(stay: Stay, steps: Steps) -> SettlementInfo:
    """A component that the rules know and the stay has no part in pays nought; one that they do not know is None."""
    cost, fund, known = stay.cost, steps.fund, steps.plan.known
    paid: dict[Component, Decimal] = dict.fromkeys(known, NIL) if known else {}
    for part in steps.parts:
        paid[part.terms.component] = part.paid
        fund += part.paid
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
