"""What the policy in force says to a change or cancellation, with what the answer rests on."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from filings.appraisal import FILEABLE, Assessment, assess_filing, policy_record
from filings.assessment import ChangeAnswer, ChangeCase, Days, FilingRules, Rule, assess_change, days_for
from filings.changes.asked import ChangeAsked, going_on
from filings.costs import last_cost_day
from filings.models import Filing, FilingChange, FilingPolicy
from filings.places import places_of
from filings.vocabulary import (
    LONG_TERM,
    Asked,
    Category,
    Channel,
    Handling,
    Kind,
    Matter,
    Occasion,
    Outcome,
    Scheme,
    Variant,
)
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class ChangeAssessment:
    """outcome: accept (done at once), review or refuse.  possible_on: the first day it may be, None if never.

    refusals: why not.  minded: what to mind where it may be.  successor: the filing at the new place, as assessed.
    """

    asked: ChangeAsked
    policy: FilingPolicy | None
    answer: ChangeAnswer
    outcome: Outcome
    possible_on: dt.date | None
    refusals: tuple[Reason, ...]
    minded: tuple[Reason, ...]
    successor: Assessment | None

    @property
    def is_possible(self) -> bool:
        return not self.refusals

    @property
    def needs_review(self) -> bool:
        return self.outcome is Outcome.REVIEW

    def as_record(self) -> dict[str, Any]:
        """Of JSON values: the answer, its inputs and the version; kept with the change."""
        asked, basis = self.asked, self.answer.basis
        return {
            **self.answer.as_dict(),
            "outcome": self.outcome,
            "possible_on": self.possible_on and self.possible_on.isoformat(),
            "reasons": [reason.as_dict() for reason in (*self.refusals, *self.minded)],
            "basis": basis and basis.as_dict(),
            "policy": self.policy and policy_record(self.policy),
            "filing": self.successor and self.successor.as_record(),
            "question": {
                "kind": asked.kind,
                "on": asked.on.isoformat(),
                "asked_on": asked.asked_on.isoformat(),
                "has_cost_there": asked.has_cost_there,
                "destination": asked.destination and asked.destination.pk,
                "channel": asked.channel,
            },
        }


def keep_asked(change: FilingChange, assessment: ChangeAssessment) -> None:
    """What is asked, and the answer that lets it in."""
    asked, successor = assessment.asked, assessment.successor
    change.kind, change.on, change.asked_on, change.reason = asked.kind, asked.on, asked.asked_on, asked.reason.strip()
    change.has_cost_there, change.channel = asked.has_cost_there, asked.channel
    change.destination, change.hospital_name, change.ward = asked.destination, asked.hospital_name, asked.ward
    seen = successor.application.materials if successor else ()
    change.materials = {one.material: [one.originals, one.copies] for one in seen}
    agent = asked.agent
    change.agent_name, change.agent_relation = (agent.name, agent.relation) if agent else ("", "")
    change.agent_phone, change.agent_id_number = (agent.phone, agent.id_number) if agent else ("", "")
    if assessment.policy is None:
        raise ValueError(f"an answer of {assessment.outcome} is nothing to keep")
    change.policy, change.decision = assessment.policy, assessment.as_record()


def assess_asked(*, filing: Filing, asked: ChangeAsked) -> ChangeAssessment:
    """May this be done with the filing?  The page, the asking and the approval put the same question."""
    policy = FilingPolicy.objects.with_rows().in_force(filing.area_id, asked.asked_on)
    rules = policy.rules() if policy else None
    rule = own_rule(filing, rules)
    last_cost_on = last_cost_day(filing)
    has_cost = asked.has_cost_there or last_cost_on is not None
    # A lock binds the day of asking and the day asked for alike: who waits does not end a filing within it afterwards.
    day = min(asked.on, asked.asked_on) if rules else asked.asked_on
    answer = _answer(filing, asked.kind, day, has_cost, rules)
    days = days_for(asked.kind, asked.asked_on, filing.start_on, filing.end_on, last_cost_on)
    successor, obstacles = _successor(filing, asked, rule) if asked.destination else (None, ())
    refusals = (
        *(answer.reasons if answer.outcome is Outcome.REFUSE else ()),
        *([reason] if (reason := days.refusal(asked.kind, asked.on)) else ()),
        *obstacles,
    )
    reviewed = _is_reviewed(rule, rules, asked.channel) or _is_to_review(successor)
    outcome = Outcome.REFUSE if refusals else Outcome.REVIEW if reviewed else Outcome.ACCEPT
    return ChangeAssessment(
        asked=asked,
        policy=policy,
        answer=answer,
        outcome=outcome,
        possible_on=_possible_on(answer, days),
        refusals=refusals,
        minded=() if refusals else tuple(_to_mind(filing, asked.kind, rule, rules, reviewed)),
        successor=successor,
    )


def outlook(filing: Filing, on: dt.date) -> dict[Kind, ChangeAnswer]:
    """Whether the policy lets the filing be changed and cancelled on a day, by what the portal knows of cost."""
    rules = FilingPolicy.objects.rules_on(filing.area_id, on)
    has_cost = last_cost_day(filing) is not None
    return {kind: _answer(filing, kind, on, has_cost, rules) for kind in (Kind.CHANGE, Kind.CANCEL)}


def own_rule(filing: Filing, rules: FilingRules | None) -> Rule | None:
    """The rule for such a filing, as the policy stands."""
    if rules is None:
        return None
    return rules.rule_for(
        Category.of(filing.category),
        Variant.of(filing.variant) if filing.variant else None,
        Scheme.of(filing.scheme),
        Scope.of(filing.scope),
        Occasion.of(filing.occasion) if filing.occasion else None,
    )


def _answer(filing: Filing, kind: Kind, on: dt.date, has_cost: bool, rules: FilingRules | None) -> ChangeAnswer:
    """By the locks; the new place is weighed as a filing."""
    case = ChangeCase(
        kind=kind,
        area=filing.area_id,
        category=Category.of(filing.category),
        filing_filed_on=filing.filed_on,
        has_cost_there=has_cost,
        on=on,
    )
    return assess_change(case, rules, places_of((filing.area_id,)))


def _possible_on(answer: ChangeAnswer, days: Days) -> dt.date | None:
    return max(answer.possible_on, days.first) if answer.possible_on else None


def _successor(filing: Filing, asked: ChangeAsked, rule: Rule | None) -> tuple[Assessment | None, tuple[Reason, ...]]:
    """The filing at the new place, and what stands in its way."""
    if asked.destination is None:
        return None, ()
    if asked.destination.pk == filing.destination_id:
        return None, (Reason("same_destination", _("新就医地与原备案相同")),)
    is_admission = rule is not None and Asked.ADMISSION in rule.asks
    application = going_on(filing, asked, asked.destination, is_admission=is_admission)
    try:
        assessment = assess_filing(person=filing.person, application=application, replacing=filing)
    except Refused as refused:
        return None, refused.reasons
    if assessment.is_fileable:
        return assessment, ()
    reasons = assessment.reasons
    if assessment.answer.outcome not in (*FILEABLE, Outcome.INCOMPLETE, Outcome.REFUSE):
        text = _("在{place}就医{outcome}，不用变更，可取消原备案")
        words = {"place": asked.destination.name, "outcome": assessment.answer.outcome.label}
        reasons = (Reason("nothing_to_change", text.format(**words)), *reasons)
    return assessment, reasons or assessment.refusal().reasons


def _is_reviewed(rule: Rule | None, rules: FilingRules | None, channel: Channel) -> bool:
    if rule is None or rules is None or rule.handling is not Handling.REVIEW:
        return False
    offer = rules.offer_of(channel, rule.category)
    return not (offer and offer.without_review)


def _is_to_review(successor: Assessment | None) -> bool:
    return successor is not None and successor.answer.outcome is Outcome.REVIEW


def _to_mind(
    filing: Filing, kind: Kind, rule: Rule | None, rules: FilingRules | None, reviewed: bool
) -> Iterator[Reason]:
    if rules is None:
        return
    if reviewed and rule:
        text = _("{category}备案须审核，{kind}同样经审核后生效").format(category=rule.category.label, kind=kind.label)
        yield Reason("needs_review", text, rules.cite(rule.section))
    if rules.says(Matter.AFTER_CANCELLATION) and filing.category in LONG_TERM:
        text = _("{kind}后在原就医地（{place}）发生的医疗费用不予支付")
        words = {"kind": kind.label, "place": filing.destination.name}
        yield Reason("after_cancellation", text.format(**words), rules.cite_matter(Matter.AFTER_CANCELLATION))
