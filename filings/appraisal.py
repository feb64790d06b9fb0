"""What the policy in force says to an application, with what the answer rests on."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from filings.application import Application, Seen
from filings.assessment import FilingAnswer, FilingCase, FilingRules, Issuer, MaterialGroup, Rule, assess
from filings.models import Filing, FilingPolicy, InsuredPerson, Participation
from filings.places import places_of
from filings.sanctions import reasons_on
from filings.vocabulary import Channel, Employment, Material, Measure, Outcome, Scheme
from hospitals.models import Hospital
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Level

FILEABLE = frozenset({Outcome.ACCEPT, Outcome.REVIEW})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person's case is judged by on a day: their insurance and the policy in force, if there is one."""

    insured: Participation
    policy: FilingPolicy | None
    rules: FilingRules | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer with what it rests on.

    required: the materials that this case takes.  conflict: the open filing that stands in the way, as a reason.
    unsaid: what else the rule or the channel asks to be told.  sanctions: what is in force against the person.
    """

    application: Application
    standing: Standing
    case: FilingCase
    answer: FilingAnswer
    required: tuple[MaterialGroup, ...]
    conflict: Reason | None
    unsaid: tuple[Reason, ...] = ()
    sanctions: Mapping[Measure, Reason] = field(default_factory=dict)

    @property
    def is_fileable(self) -> bool:
        barred = self.conflict is not None or Measure.RESTRICT_FILING in self.sanctions
        return self.answer.outcome in FILEABLE and not barred and not self.unsaid

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What bars the filing first, what goes on beside it last."""
        barring = self.sanctions.get(Measure.RESTRICT_FILING)
        bars = (reason for reason in (barring, self.conflict) if reason)
        beside = (reason for reason in self.sanctions.values() if reason is not barring)
        return (*bars, *self.unsaid, *self.answer.reasons, *beside)

    def refusal(self) -> Refused:
        """Why it cannot be filed; the answer's reasons, or at least what it says."""
        outcome = self.answer.outcome
        return Refused.all_of(self.reasons or (Reason(outcome, outcome.label),))

    def as_record(self) -> dict[str, Any]:
        """Of JSON values: the answer, its inputs, the version and the materials it asked for; kept with the filing."""
        asked, answer = self.application, self.answer
        return {
            **answer.as_dict(),
            "reasons": [reason.as_dict() for reason in self.reasons],
            "basis": answer.basis and answer.basis.as_dict(),
            "start_on": answer.start_on and answer.start_on.isoformat(),
            "complete_by": answer.complete_by and answer.complete_by.isoformat(),
            "required": [_group(group) | {"lacking": group.lacks(self.case.materials)} for group in self.required],
            "policy": self.standing.policy and policy_record(self.standing.policy),
            "question": {
                "area": self.standing.insured.area_id,
                "scheme": self.standing.insured.scheme,
                "employment": self.standing.insured.employment,
                "category": asked.category,
                "variant": asked.variant,
                "destination": asked.destination.pk,
                "filed_on": asked.filed_on.isoformat(),
                "start_on": asked.start_on and asked.start_on.isoformat(),
                "admitted_on": asked.admitted_on and asked.admitted_on.isoformat(),
                "discharge_settled": asked.discharge_settled,
                "channel": asked.channel,
                "materials": {seen.material: [seen.originals, seen.copies] for seen in asked.materials},
                "commitment": asked.commitment,
                "occasion": asked.occasion,
                "disease": asked.disease or None,
                "issuer": asked.issuer.name if asked.issuer else asked.issuer_name or None,
            },
        }


def standing_on(person: InsuredPerson, day: dt.date) -> Standing:
    """Raises Refused where the person is not insured on that day."""
    insured = person.participation_on(day)
    if insured is None:
        text = _("{name}在 {day} 没有有效的参保关系，请先登记参保关系").format(name=person.name, day=day)
        raise Refused.because("not_insured", text)
    return Standing(insured, *FilingPolicy.objects.version_on(person.area_id, day))


def assess_filing(
    *,
    person: InsuredPerson,
    application: Application,
    replacing: Filing | None = None,
    standing: Standing | None = None,
) -> Assessment:
    """What the policy in force on the day of filing says; the page and the saving ask the same.

    replacing: a filing that is handed in anew and does not stand in its own way.  standing: on the day of filing, where
    it is at hand already.  Raises Refused where the person is not insured on that day.
    """
    standing = standing or standing_on(person, application.filed_on)
    areas = places_of((person.area_id, application.destination.pk))
    case = _case(person, standing.insured, application, standing.rules)
    answer = assess(case, standing.rules, areas)
    conflict = None
    if answer.start_on and (other := open_filing_in(person, answer.start_on, replacing)):
        conflict = overlap(other)
    required: tuple[MaterialGroup, ...] = ()
    unsaid: tuple[Reason, ...] = ()
    if answer.rule and standing.rules:
        required = materials_of(answer.rule, standing.rules, application.channel)
        unsaid = _unsaid(application, answer, standing.rules) if answer.outcome in FILEABLE else ()
    sanctions = reasons_on(person, application.filed_on)
    return Assessment(application, standing, case, answer, required, conflict, unsaid, sanctions)


def materials_of(rule: Rule, rules: FilingRules, channel: Channel) -> tuple[MaterialGroup, ...]:
    """What a rule asks for through this channel; some channels ask for nothing."""
    offer = rules.offer_of(channel, rule.category)
    return () if offer and offer.without_materials else rule.materials


def open_filing_in(person: InsuredPerson, start_on: dt.date, besides: Filing | None = None) -> Filing | None:
    """A filing of the person that is open on `start_on` or later."""
    others = person.filings.open()
    if besides:
        others = others.exclude(pk=besides.pk)
    return others.exclude(end_on__lt=start_on).select_related("destination").first()


def overlap(other: Filing) -> Reason:
    text = _(
        "该参保人已有备案 {number}（{category}，{destination}，自 {day} 起，{status}），"
        "不能重复办理；须先取消或撤回该备案"
    ).format(
        number=other.number,
        category=other.get_category_display(),
        destination=other.destination.name,
        day=other.start_on,
        status=other.get_status_display(),
    )
    return Reason("already_filed", text)


def _case(person: InsuredPerson, insured: Participation, asked: Application, rules: FilingRules | None) -> FilingCase:
    return FilingCase(
        area=person.area_id,
        scheme=Scheme.of(insured.scheme),
        employment=Employment.of(insured.employment) if insured.employment else None,
        category=asked.category,
        variant=asked.variant,
        destination=asked.destination.pk,
        filed_on=asked.filed_on,
        start_on=asked.start_on,
        admitted_on=asked.admitted_on,
        discharge_settled=asked.discharge_settled,
        channel=asked.channel,
        materials=frozenset(seen.material for seen in asked.materials if _is_enough(seen, asked, rules)),
        commitment=asked.commitment,
        occasion=asked.occasion,
        disease=asked.disease or None,
        issuer=_issuer(person.area_id, asked, rules),
    )


def _issuer(home: str, asked: Application, rules: FilingRules | None) -> Issuer | None:
    """Whose certificate it is, with the level that the directory gives."""
    if asked.issuer is None:
        return Issuer(asked.issuer_name) if asked.issuer_name else None
    levels = Hospital.objects.networked().filter(area=home).exclude(level="").values_list("level", flat=True).distinct()
    known = sorted(map(Level.of, levels), key=list(Level).index)
    level = Level.of(asked.issuer.level) if asked.issuer.level else None
    return Issuer(asked.issuer.name, level, known[-1] if known else None, asked.issuer.area_id != home)


def _unsaid(asked: Application, answer: FilingAnswer, rules: FilingRules) -> tuple[Reason, ...]:
    """What the rule or the channel asks for and nobody has told."""
    rule, offer = answer.rule, rules.offer_of(asked.channel, asked.category)
    if rule is None:
        return ()
    by_channel = [(one, offer.section) for one in offer.asks] if offer else []
    demands = {**dict(by_channel), **dict.fromkeys(rule.asks, rule.section)}
    unsaid = [(one.label, section) for one, section in demands.items() if not asked.told(one)]
    if rule.checks_issuer and asked.shows(Material.REFERRAL_CERTIFICATE) and not (asked.issuer or asked.issuer_name):
        unsaid.append((_("开具转诊证明的医院"), rule.issuer_section or rule.section))
    return tuple(Reason("unsaid", _("请填写{what}").format(what=what), rules.cite(section)) for what, section in unsaid)


def _is_enough(seen: Seen, asked: Application, rules: FilingRules | None) -> bool:
    """As many originals and copies as the document counts; a material handed in short is not handed in."""
    groups = [group for rule in (rules.rules if rules else ()) if _is_of(rule, asked) for group in rule.materials]
    return all(seen.meets(group) for group in groups if seen.material in group.one_of)


def _is_of(rule: Rule, asked: Application) -> bool:
    return rule.category is asked.category and rule.variant in (None, asked.variant)


def _group(group: MaterialGroup) -> dict[str, Any]:
    return {
        "one_of": list(group.one_of),
        "originals": group.originals,
        "copies": group.copies,
        "note": group.note,
        "condition": group.condition,
        "section": group.section,
        "title": group.title,
    }


def policy_record(policy: FilingPolicy) -> dict[str, Any]:
    return {
        "document": policy.document,
        "version": policy.version,
        "starts_on": policy.starts_on.isoformat(),
        "starts_assumed": policy.starts_assumed,
    }
