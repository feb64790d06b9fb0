"""May this be filed?"""

from filings.assessment.answers import FilingAnswer
from filings.assessment.areas import Areas, scope_between
from filings.assessment.cases import FilingCase
from filings.assessment.dates import best_start, deadline_refusals, deadline_to_mind, start_refusals
from filings.assessment.evidence import (
    disease_to_mind,
    issuer_refusals,
    issuer_to_mind,
    missing_groups,
    missing_reasons,
)
from filings.assessment.refusals import category_refusal, destination_refusal, no_policy
from filings.assessment.rules import ChannelOffer, FilingRules, MaterialGroup, Rule
from filings.vocabulary import Handling, Matter, Outcome, Scheme, SettlementWay
from hospitals.periods import add_months
from hospitals.reasons import Reason
from hospitals.vocabulary import Scope

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
    rule = rules.rule_for(case.category, case.variant, case.scheme, scope, case.occasion)
    if rule is None:
        return FilingAnswer(Outcome.REFUSE, scope, reasons=(category_refusal(case, rules),))

    basis = Reason(rule.handling, rule.text, rules.cite(rule.section))
    settlement = SettlementWay.MANUAL if case.discharge_settled else rule.settlement
    minded = _to_mind(case, rule, rules, scope)
    if outcome := NOTHING_TO_FILE.get(rule.handling):
        return FilingAnswer(outcome, scope, rule.tier, settlement, reasons=(basis, *minded), basis=basis, rule=rule)

    offer = rules.offer_of(case.channel, case.category)
    earliest = None if offer and offer.backdates else rule.earliest_start(case.filed_on)
    start = case.start_on or best_start(case, earliest)
    refusals = [
        *([basis] if rule.handling is Handling.REFUSE else ()),
        *_employment_refusals(case, rule, rules),
        *_channel_refusals(case, offer, rules),
        *deadline_refusals(case, rule, rules),
        *start_refusals(case, start, earliest, rule, rules),
        *issuer_refusals(case, rule, rules),
    ]
    if refusals:
        return FilingAnswer(
            Outcome.REFUSE, scope, None, None, earliest, reasons=tuple(refusals), basis=basis, rule=rule
        )

    outcome = _outcome_when_complete(rule, offer)
    missing = missing_groups(case, rule, offer, rules, scope)
    complete_by = add_months(case.filed_on, rules.commitment_months) if missing and rules.commitment_months else None
    reasons = [*([basis] if outcome is Outcome.REVIEW else ()), *minded]
    if missing and case.commitment and complete_by:
        text = f"材料不齐，凭承诺补充书先予备案；须在 {complete_by} 前补齐：{_listed(missing)}"
        reasons.append(Reason("commitment", text, rules.cite_matter(Matter.COMMITMENT)))
    elif missing:
        outcome = Outcome.INCOMPLETE
        reasons = [*missing_reasons(case, missing, rules), *minded]
    return FilingAnswer(
        outcome, scope, rule.tier, settlement, earliest, missing, tuple(reasons), start, complete_by, basis, rule
    )


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


def _to_mind(case: FilingCase, rule: Rule, rules: FilingRules, scope: Scope) -> list[Reason]:
    """What an answer other than a refusal still has to say."""
    reasons = [
        *disease_to_mind(case, rule, rules, scope),
        *issuer_to_mind(case, rule, rules),
        *deadline_to_mind(case, rule, rules),
    ]
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
