"""May this be filed?"""

import datetime as dt

from filings.assessment.answers import FilingAnswer
from filings.assessment.areas import Areas, scope_between
from filings.assessment.cases import FilingCase
from filings.assessment.refusals import category_refusal, destination_refusal, no_policy
from filings.assessment.rules import ChannelOffer, FilingRules, MaterialGroup, Rule
from filings.vocabulary import Backdating, Handling, Matter, Outcome, Scheme, SettlementWay
from hospitals.periods import add_months
from hospitals.reasons import Reason

NOTHING_TO_FILE = {
    Handling.AUTOMATIC: Outcome.AUTOMATIC,
    Handling.DEEMED: Outcome.DEEMED,
    Handling.NOT_NEEDED: Outcome.NOT_NEEDED,
}


def assess(case: FilingCase, rules: FilingRules | None, areas: Areas) -> FilingAnswer:
    """What the policy in force on `case.filed_on` says to a filing; `rules` is None where there is none.

    Raises KeyError for an area that `areas` does not know.
    """
    scope = scope_between(case.area, case.destination, areas)
    if rules is None:
        return FilingAnswer(Outcome.REFUSE, scope, reasons=(no_policy(areas[case.area], case.filed_on),))
    if refusal := destination_refusal(case.area, case.destination, rules, areas):
        return FilingAnswer(Outcome.REFUSE, reasons=(refusal,))
    rule = rules.rule_for(case.category, case.variant, case.scheme, scope)
    if rule is None:
        return FilingAnswer(Outcome.REFUSE, scope, reasons=(category_refusal(case, rules),))

    basis = Reason(rule.handling, rule.text, rules.cite(rule.section))
    settlement = SettlementWay.MANUAL if case.discharge_settled else rule.settlement
    minded = _to_mind(case, rule, rules)
    if outcome := NOTHING_TO_FILE.get(rule.handling):
        return FilingAnswer(outcome, scope, rule.tier, settlement, reasons=(basis, *minded), basis=basis, rule=rule)

    earliest = rule.earliest_start(case.filed_on)
    start = case.start_on or _best_start(case, earliest)
    offer = rules.offer_of(case.channel, case.category)
    refusals = [
        *([basis] if rule.handling is Handling.REFUSE else ()),
        *_employment_refusals(case, rule, rules),
        *_channel_refusals(case, offer, rules),
        *_start_refusals(case, start, earliest, rule, rules),
    ]
    if refusals:
        return FilingAnswer(
            Outcome.REFUSE, scope, None, None, earliest, reasons=tuple(refusals), basis=basis, rule=rule
        )

    outcome = _outcome_when_complete(rule, offer)
    missing = _missing(case, rule, offer)
    complete_by = None
    reasons = [*([basis] if outcome is Outcome.REVIEW else ()), *minded]
    if missing and case.commitment and rules.commitment_months:
        complete_by = add_months(case.filed_on, rules.commitment_months)
        text = f"材料不齐，凭承诺补充书先予备案；须在 {complete_by} 前补齐：{_listed(missing)}"
        reasons.append(Reason("commitment", text, rules.cite_matter(Matter.COMMITMENT)))
    elif missing:
        outcome = Outcome.INCOMPLETE
        reasons = [*_missing_reasons(case, missing, rules), *minded]
    return FilingAnswer(
        outcome, scope, rule.tier, settlement, earliest, missing, tuple(reasons), start, complete_by, basis, rule
    )


def _best_start(case: FilingCase, earliest: dt.date | None) -> dt.date:
    """The day of filing; back to the admission where that lies before it and as far as the policy allows."""
    if case.admitted_on is None or case.admitted_on >= case.filed_on:
        return case.filed_on
    return max(case.admitted_on, earliest) if earliest else case.admitted_on


def _start_refusals(
    case: FilingCase, start: dt.date, earliest: dt.date | None, rule: Rule, rules: FilingRules
) -> list[Reason]:
    refusals = []
    if earliest and start < earliest:
        if rule.backdating is Backdating.DAYS:
            text = f"备案开始日期自申请之日起最多往前 {rule.backdate_days} 日，最早为 {earliest}"
        else:
            text = f"文件未规定可以补办，备案开始日期不能早于申请之日 {earliest}"
        refusals.append(Reason("start_too_early", text, rules.cite(rule.backdating_section)))
        start = earliest
    if case.admitted_on and start > case.admitted_on:
        text = f"备案开始日期 {start} 晚于入院日期 {case.admitted_on}，本次住院不在备案期内"
        refusals.append(Reason("start_after_admission", text, rules.cite_matter(Matter.START_BY_ADMISSION)))
    return refusals


def _employment_refusals(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    if case.scheme is not Scheme.EMPLOYEE or rule.employment in (None, case.employment):
        return []
    text = f"{case.category.label}须为{rule.employment.label}人员"
    return [Reason("employment", text, rules.cite(rule.section))]


def _channel_refusals(case: FilingCase, offer: ChannelOffer | None, rules: FilingRules) -> list[Reason]:
    if offer or not rules.channels:
        return []
    offered = [offer for offer in rules.channels if offer.serves(case.category)]
    names = "、".join(offer.channel.label for offer in offered)
    source = rules.cite(offered[0].section) if offered else ""
    return [Reason("channel_not_offered", f"文件未开通“{case.channel.label}”办理，可通过{names}办理", source)]


def _outcome_when_complete(rule: Rule, offer: ChannelOffer | None) -> Outcome:
    without_review = offer is not None and offer.without_review
    return Outcome.REVIEW if rule.handling is Handling.REVIEW and not without_review else Outcome.ACCEPT


def _missing(case: FilingCase, rule: Rule, offer: ChannelOffer | None) -> tuple[MaterialGroup, ...]:
    if offer and offer.without_materials:
        return ()
    return tuple(group for group in rule.materials if group.lacks(case.materials))


def _missing_reasons(case: FilingCase, missing: tuple[MaterialGroup, ...], rules: FilingRules) -> list[Reason]:
    reasons = [Reason("material_missing", f"缺少{group.label}", rules.cite(group.section)) for group in missing]
    source = rules.cite_matter(Matter.COMMITMENT)
    if rules.commitment_months:
        text = f"材料不齐的，可签订承诺补充书先予备案，{rules.commitment_months} 个月内补齐"
        reasons.append(Reason("commitment_possible", text, source))
    elif case.commitment:
        reasons.append(Reason("commitment_not_offered", "文件未规定可凭承诺补充材料，须补齐后再备案", source))
    return reasons


def _to_mind(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    """What an answer other than a refusal still has to say."""
    reasons = []
    if rule.caveat:
        reasons.append(Reason("to_confirm", rule.caveat, rules.cite(rule.section)))
    if rule.assumption:
        reasons.append(Reason("assumed", rule.assumption))
    if case.discharge_settled:
        text = "已出院自费结算，按参保地规定申请手工报销"
        reasons.append(Reason("settled_already", text, rules.cite_matter(Matter.LATE_FILING)))
    return reasons


def _listed(groups: tuple[MaterialGroup, ...]) -> str:
    return "；".join(group.label for group in groups)
