"""Admissions elsewhere: the filing that covers one, or that comes into being by itself."""

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.application import Application
from filings.appraisal import Assessment, Standing, assess_filing, standing_on
from filings.assessment.dates import file_by
from filings.assessment.needed import what_is_needed
from filings.assessment.refusals import no_policy
from filings.coverage import Cover, cover_of, is_better, lineage, scope_of
from filings.models import Filing, InsuredPerson
from filings.models.filing import FilingStatus
from filings.models.filing_lifecycle import FILING_LIFECYCLE
from filings.places import places_of
from filings.sanctions import reasons_at
from filings.vocabulary import Category, Channel, Handling, Measure, Occasion, Scheme, SettlementWay, Tier
from hospitals.access import portal_account
from hospitals.compiled import CompiledQuery, Given, save_unless_changed
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Service

BY_ITSELF = frozenset({Handling.AUTOMATIC, Handling.DEEMED})
_PERSON_HELD = CompiledQuery(
    lambda: InsuredPerson.objects.filter(pk=Given("pk")).only("pk").order_by().select_for_update(no_key=True)
)
_FILING_HELD = CompiledQuery(lambda: Filing.objects.filter(pk=Given("pk")).order_by().select_for_update())


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a stay stands on the day of admission.

    filing: what covers it; None where nothing does, or nothing need.  made: it came into being by this admission.
    tier, settlement: None where nothing covers the stay; `reasons` then say what is to be done, until `file_by` where
    the document sets a term.
    """

    filing: Filing | None
    made: bool
    tier: Tier | None
    settlement: SettlementWay | None
    reasons: tuple[Reason, ...]
    file_by: dt.date | None = None

    @property
    def is_covered(self) -> bool:
        return self.tier is not None


def filing_for_admission(
    *,
    person: InsuredPerson,
    place: Area,
    admitted_on: dt.date,
    emergency: bool,
    hospital_name: str,
    on: dt.date,
    maternity: bool = False,
    service: Service = Service.INPATIENT,
    measures: Mapping[Measure, Reason] | None = None,
    foreseen: bool = False,
) -> Arrival:
    """What covers a stay that a hospital tells of; made where the policy of the day of admission has it made.

    place: the area of the hospital, a county stands for its city.  emergency: the hospital's mark.  on: the day of
    telling.  measures: against the person at this hospital, each with why; None for those that are in force.
    foreseen: only say what would be; nothing is written, a filing that would be made is None.
    The same admission again gives the same filing; a mark told later may better it, never worsen it.
    """
    pool = place if place.is_pool or place.parent is None else place.parent
    try:
        standing = standing_on(person, admitted_on)
    except Refused as uninsured:
        return _uncovered(uninsured.reasons)
    with nullcontext() if foreseen else transaction.atomic():
        if not foreseen:
            _PERSON_HELD.get(pk=person.pk)
        cover = cover_of(person, pool, admitted_on)
        assessment = _assessed(person, standing, pool, admitted_on, on, hospital_name, emergency, maternity)
        if measures is None:
            measures = reasons_at(person, admitted_on, hospital_name)
        arrival = _arrival(cover, assessment, admitted_on, service, measures, foreseen)
    return _restricted(arrival, measures)


def close_arrival(*, filing: Filing, discharged_on: dt.date, by: User | None = None) -> Filing:
    """The hospital tells the discharge: a filing made at the admission ends with it; told again, the last word counts.

    A filing that was asked for goes on.  Raises Refused for a discharge before the admission; the transaction is over
    then.
    """
    if filing.channel != Channel.AUTOMATIC:
        return filing
    by = by or portal_account()
    with transaction.atomic(savepoint=False), doing(_("出院，自动备案结束"), by=by):
        _PERSON_HELD.get(pk=filing.person_id)
        if discharged_on < filing.start_on:
            text = _("出院日期 {out} 早于入院日期 {admitted}").format(out=discharged_on, admitted=filing.start_on)
            raise Refused.because("discharge_before_admission", text)
        if filing.end_on != discharged_on:
            filing.end_on = discharged_on
            with refused_by_constraints(Filing, savepoint=False):
                if not save_unless_changed(filing, "end_on"):
                    raise Refused.because("changed_meanwhile", _("备案 %s 刚刚变动，请重新办理") % filing.number)
    return filing


def reopen_arrival(*, filing: Filing) -> Filing:
    """The hospital takes the discharge back: a filing made at the admission goes on."""
    if filing.channel != Channel.AUTOMATIC or filing.end_on is None:
        return filing
    by = portal_account()
    with transaction.atomic(), doing(_("撤销出院，自动备案继续"), by=by):
        _PERSON_HELD.get(pk=filing.person_id)
        locked = _FILING_HELD.get(pk=filing.pk)
        locked.end_on = None
        locked.version += 1
        with refused_by_constraints(Filing):
            locked.save(update_fields=["end_on", "version"])
    return locked


def void_arrival(*, filing: Filing, reason: str) -> None:
    """The hospital takes the admission back: a filing made at it covers nothing any more."""
    if filing.channel != Channel.AUTOMATIC:
        return
    by = portal_account()

    def end(locked: Filing) -> None:
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason
        locked.end_on = locked.end_on or locked.start_on

    with transaction.atomic(), doing(_("撤销入院，自动备案取消"), by=by, reason=reason):
        _PERSON_HELD.get(pk=filing.person_id)
        FILING_LIFECYCLE.follow(filing, "cancel", effect=end)


def _assessed(
    person: InsuredPerson,
    standing: Standing,
    place: Area,
    admitted_on: dt.date,
    on: dt.date,
    hospital_name: str,
    emergency: bool,
    maternity: bool,
) -> Assessment:
    """What the policy says to the stay: as an emergency where it is marked so and the document knows emergencies."""
    rules, scheme = standing.rules, Scheme.of(standing.insured.scheme)
    scope = scope_of(person.area_id, place)
    knows_it = rules is not None and rules.rule_for(Category.EMERGENCY, None, scheme, scope) is not None
    as_emergency = emergency and knows_it
    application = Application(
        category=Category.EMERGENCY if as_emergency else Category.TEMPORARY,
        destination=place,
        filed_on=on,
        admitted_on=admitted_on,
        channel=Channel.AUTOMATIC,
        hospital_name=hospital_name,
        occasion=Occasion.MATERNITY if maternity and not as_emergency else None,
    )
    return assess_filing(person=person, application=application, standing=standing)


def _arrival(
    cover: Cover,
    assessment: Assessment,
    admitted_on: dt.date,
    service: Service,
    measures: Mapping[Measure, Reason],
    foreseen: bool,
) -> Arrival:
    rule, answer, filed = assessment.answer.rule, assessment.answer, cover.filing
    grants = rule.tier if rule and rule.handling in BY_ITSELF else None
    if filed and not (
        grants and rule and is_better(grants, filed.tier) and (rule.prevails or filed == cover.automatic)
    ):
        return _covered(filed)
    if rule is None or assessment.standing.rules is None:
        return _uncovered(_why_nothing(assessment, admitted_on))
    if rule.handling is Handling.NOT_NEEDED:
        return Arrival(None, False, answer.tier, answer.settlement, answer.reasons)
    if not grants:
        return _to_be_filed(assessment)
    if Measure.RESTRICT_FILING in measures:
        return _covered(filed) if filed else _uncovered((measures[Measure.RESTRICT_FILING],))
    other = _stay_elsewhere(cover.automatic, assessment, admitted_on, service)
    if other:
        return _uncovered((_stay_open(other),))
    if foreseen:
        return Arrival(cover.automatic, cover.automatic is None, answer.tier, answer.settlement, answer.reasons)
    return _made(cover.automatic, assessment, admitted_on, service)


def _covered(filing: Filing) -> Arrival:
    text = _("备案 {number}（{category}，{destination}，自 {day} 起）覆盖本次入院，按{tier}").format(
        number=filing.number,
        category=filing.get_category_display(),
        destination=filing.destination.name,
        day=filing.start_on,
        tier=filing.get_tier_display(),
    )
    return Arrival(
        filing,
        False,
        Tier.of(filing.tier),
        SettlementWay.of(filing.settlement),
        (Reason("filed", text, _clause(filing)),),
    )


def _clause(filing: Filing) -> str:
    """The clause that the filing rests on, as kept with it."""
    return str((filing.decision.get("basis") or {}).get("source", ""))


def _uncovered(reasons: Iterable[Reason], file_by: dt.date | None = None) -> Arrival:
    return Arrival(None, False, None, None, tuple(reasons), file_by)


def _why_nothing(assessment: Assessment, admitted_on: dt.date) -> tuple[Reason, ...]:
    """No policy on the day of admission, no such place, or no such category."""
    if assessment.standing.rules is None:
        area = assessment.standing.insured.area_id
        return (no_policy(places_of((area,))[area], admitted_on),)
    return assessment.answer.reasons


def _to_be_filed(assessment: Assessment) -> Arrival:
    """The policy asks for a filing and there is none in effect; one that waits for review is named."""
    rule, rules, case = assessment.answer.rule, assessment.standing.rules, assessment.case
    if rule is None or rules is None:
        raise ValueError("no rule asks for a filing")
    if rule.handling is Handling.REFUSE:
        return _uncovered(assessment.answer.reasons)
    waiting = _waiting(assessment)
    return _uncovered((*waiting, *what_is_needed(case, rule, rules)), file_by(case, rule))


def _waiting(assessment: Assessment) -> list[Reason]:
    person, place = assessment.standing.insured.person, assessment.application.destination
    rows = person.filings.asked_for().filter(
        status__in=(FilingStatus.PENDING, FilingStatus.RETURNED), destination__in=lineage(place)
    )
    text = _("备案 {number} {status}，尚未生效")
    return [Reason("filing_waits", text.format(number=row.number, status=row.get_status_display())) for row in rows]


def _stay_elsewhere(
    own: Filing | None, assessment: Assessment, admitted_on: dt.date, service: Service
) -> Filing | None:
    """Another stay that had not ended when this one began.  A visit of a day stands in nobody's way."""
    if own or service is not Service.INPATIENT:
        return None
    stays = assessment.standing.insured.person.filings.filter(channel=Channel.AUTOMATIC, status=FilingStatus.ACTIVE)
    not_ended = Q(end_on=None) | (Q(end_on__gt=admitted_on) & ~Q(end_on=F("start_on")))
    return stays.filter(not_ended).select_related("destination").order_by("start_on").first()


def _stay_open(other: Filing) -> Reason:
    text = _("{place}{hospital}的住院（自动备案 {number}，自 {day} 入院）{until}，不能同时在两处住院").format(
        place=other.destination.name,
        hospital=other.hospital_name,
        number=other.number,
        day=other.start_on,
        until=_("至 {day} 出院").format(day=other.end_on) if other.end_on else _("尚未出院"),
    )
    return Reason("stay_open", text)


def _made(own: Filing | None, assessment: Assessment, admitted_on: dt.date, service: Service) -> Arrival:
    """A filing of this admission, new or bettered."""
    answer, insured, policy = assessment.answer, assessment.standing.insured, assessment.standing.policy
    asked = assessment.application
    if not (answer.scope and answer.tier and answer.settlement and policy):
        raise ValueError(f"an answer of {answer.outcome} makes no filing")
    by = portal_account()
    filing = own or Filing(
        area_id=insured.area_id,
        person=insured.person,
        channel=Channel.AUTOMATIC,
        status=FilingStatus.ACTIVE,
        made_by=by,
        filed_on=asked.filed_on,
        admitted_on=admitted_on,
        start_on=admitted_on,
        end_on=None if service is Service.INPATIENT else admitted_on,
    )
    filing.destination, filing.scope = asked.destination, answer.scope
    filing.scheme, filing.employment = insured.scheme, insured.employment
    filing.category, filing.occasion = asked.category, asked.occasion or ""
    filing.tier, filing.settlement = answer.tier, answer.settlement
    filing.hospital_name, filing.policy = asked.hospital_name, policy
    filing.decision = assessment.as_record() | {"service": service}
    action = _("入院信息更正，重新认定") if own else _("入院，自动备案")
    with doing(action, by=by), refused_by_constraints(Filing):
        if own:
            filing.version += 1
        filing.save()
    return Arrival(filing, own is None, answer.tier, answer.settlement, answer.reasons)


def _restricted(arrival: Arrival, measures: Mapping[Measure, Reason]) -> Arrival:
    """Measures that keep a covered stay from being settled directly."""
    against = [measures[one] for one in (Measure.SUSPEND_DIRECT, Measure.RESTRICT_HOSPITALS) if one in measures]
    if not (against and arrival.is_covered):
        return arrival
    return Arrival(
        arrival.filing, arrival.made, arrival.tier, SettlementWay.MANUAL, (*against, *arrival.reasons), arrival.file_by
    )
