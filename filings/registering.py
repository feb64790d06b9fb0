"""Inpatient registration: a stay under a filing is checked, registered, cancelled."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.application import Agent
from filings.assessment.registration import (
    Check,
    FiledFor,
    Opening,
    RegistrationAnswer,
    RegistrationCase,
    TreatingHospital,
    assess_registration,
    covers_place,
    not_registered,
)
from filings.card_standing import card_standing
from filings.models import Filing, FilingPolicy, InpatientRegistration, InsuredPerson
from filings.models.filing import FilingStatus
from filings.models.registrations import REGISTRATION_LIFECYCLE, RegistrationStatus
from filings.places import places_of
from filings.register import require_at
from filings.vocabulary import Channel, Employment, Matter, Outcome, Scheme, SettlementWay
from hospitals.access import Right
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Hospital, ServiceHall
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Scope, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay announced.  hospital_name: as told, or the code of the hospital.

    agent: who came or called for the person.  by_person: the person did; by telephone one of the two is to be told.
    """

    hospital_name: str
    admitted_on: dt.date
    channel: Channel = Channel.COUNTER
    ward: str = ""
    condition: str = ""
    agent: Agent | None = None
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What the checks found, with the rows behind them.  filing, hospital: None where there is none."""

    answer: RegistrationAnswer
    filing: Filing | None
    hospital: Hospital | None
    policy: FilingPolicy | None

    @property
    def may_register(self) -> bool:
        return self.answer.outcome is Outcome.ACCEPT

    def as_record(self) -> dict[str, Any]:
        """Of JSON values; kept with the registration."""
        policy = self.policy
        return {
            "outcome": self.answer.outcome,
            "checks": self.answer.as_list,
            "policy": policy and {"document": policy.document, "version": policy.version},
        }


def register_inpatient(
    *,
    by: User,
    person: InsuredPerson,
    stay: Stay,
    on: dt.date,
    request_token: uuid.UUID,
    hall: ServiceHall | None = None,
) -> InpatientRegistration:
    """Register a stay before or at admission.  The same token again gives the same registration.

    Raises Refused with every check that fails, and where this stay is registered already.
    """
    require_at(by, Right.FILE, person, hall)
    with transaction.atomic(), doing(_("住院联网登记"), by=by):
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=person.pk)
        earlier = InpatientRegistration.objects.filter(request_token=request_token).first()
        if earlier:
            return _same(earlier, person, by)
        examined = examine(person=person, stay=stay, on=on)
        if not examined.may_register or examined.filing is None or examined.hospital is None:
            raise Refused.all_of(examined.answer.failing)
        agent = stay.agent
        registration = InpatientRegistration(
            area_id=person.area_id,
            hall=hall,
            person=person,
            filing=examined.filing,
            hospital=examined.hospital,
            hospital_name=examined.hospital.name,
            registered_on=on,
            admitted_on=stay.admitted_on,
            ward=stay.ward,
            condition=stay.condition,
            channel=stay.channel,
            agent_name=agent.name if agent else "",
            agent_relation=agent.relation if agent else "",
            agent_phone=agent.phone if agent else "",
            agent_id_number=agent.id_number if agent else "",
            answer=examined.as_record(),
            made_by=by,
            request_token=request_token,
        )
        checked(registration)
        with refused_by_constraints(InpatientRegistration):
            registration.save()
    return registration


def cancel_registration(
    *, by: User, registration: InpatientRegistration, reason: str, version: int | None = None
) -> InpatientRegistration:
    def end(locked: InpatientRegistration) -> None:
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason.strip()

    return REGISTRATION_LIFECYCLE.take(registration, "cancel", by=by, reason=reason, version=version, effect=end)


def examine(*, person: InsuredPerson, stay: Stay, on: dt.date) -> Examined:
    """What the policy in force on the day `on` says to the stay; the page and the saving ask the same."""
    policy = FilingPolicy.objects.with_rows().in_force(person.area_id, on)
    rules = policy.rules() if policy else None
    insured = person.participation_on(stay.admitted_on)
    filings = filings_in_effect(person, stay.admitted_on)
    hospital = hospital_meant(stay.hospital_name, filings)
    codes = {person.area_id, *(filing.destination_id for filing in filings)}
    areas = places_of([*codes, *([hospital.area_id] if hospital else ())])
    case = RegistrationCase(
        area=person.area_id,
        on=on,
        admitted_on=stay.admitted_on,
        scheme=Scheme.of(insured.scheme) if insured else None,
        employment=Employment.of(insured.employment) if insured and insured.employment else None,
        paid_through=insured.contributions_paid_through if insured else None,
        filings=tuple(map(_filed_for, filings)),
        hospital_name=stay.hospital_name,
        hospital=_treating(hospital) if hospital else None,
        card=tuple(card_standing(person, stay.admitted_on, rules)),
        channel=stay.channel,
        is_caller_told=bool(stay.agent) or stay.by_person,
    )
    answer = assess_registration(case, rules, areas)
    if hospital and (twin := _registered_already(person, hospital, stay.admitted_on)):
        text = _("此次住院已登记：{number}，{day} 入院，{hospital}").format(
            number=twin.number, day=twin.admitted_on, hospital=twin.hospital_name
        )
        checks = (Check(Reason("already_registered", text), False), *answer.checks)
        answer = RegistrationAnswer(Outcome.REFUSE, checks, answer.filing)
    falls_under = answer.filing.number if answer.filing else None
    filing = next((filing for filing in filings if filing.number == falls_under), None)
    return Examined(answer, filing, hospital, policy)


def without_registration(person: InsuredPerson, on: dt.date) -> RegistrationAnswer | None:
    """The answer where nothing is registered in the person's area, whatever the stay; None where it is."""
    policy = FilingPolicy.objects.in_force(person.area_id, on)
    rules = policy.rules() if policy else None
    if rules and rules.says(Matter.REGISTRATION):
        return None
    return not_registered(places_of((person.area_id,))[person.area_id], on, rules)


def filings_in_effect(person: InsuredPerson, day: dt.date) -> list[Filing]:
    """In effect on a day, those that still are before those that have been cancelled since."""
    covering = person.filings.covering(day).select_related("destination")
    return sorted(covering, key=lambda filing: (filing.status != FilingStatus.ACTIVE, -filing.pk))


def hospital_meant(words: str, filings: list[Filing]) -> Hospital | None:
    """The hospital of this name or code; of several cities' hospitals of one name, that of the place filed for."""
    named = Hospital.objects.filter(Q(name=words) | Q(code=words)).exclude(name="").order_by("pk")
    found = list(named.select_related("area__parent").prefetch_related("services")) if words else []
    areas = places_of([hospital.area_id for hospital in found])
    for hospital in found:
        if any(covers_place(filing.destination_id, hospital.area_id, areas) for filing in filings):
            return hospital
    return found[0] if found else None


def hospitals_to_choose(filings: list[Filing]) -> list[str]:
    """Names to offer beside the field: hospitals with inpatient settlement at the places filed for."""
    places = {filing.destination_id for filing in filings}
    there = Hospital.objects.networked().filter(Q(area__in=places) | Q(area__parent__in=places))
    opened = there.filter(services__service=Service.INPATIENT).order_by("name").distinct()
    return list(opened.values_list("name", flat=True)[:MOST_OFFERED])


MOST_OFFERED = 500


def _filed_for(filing: Filing) -> FiledFor:
    return FiledFor(filing.number, filing.destination_id, SettlementWay.of(filing.settlement))


def _treating(hospital: Hospital) -> TreatingHospital:
    return TreatingHospital(
        name=hospital.name,
        area=hospital.area_id,
        openings=tuple(
            Opening(Scope.of(opened.scope), opened.opened_on, opened.closed_on)
            for opened in hospital.services.all()
            if opened.service == Service.INPATIENT
        ),
        withdrawn_on=hospital.withdrawn_on,
    )


def _registered_already(
    person: InsuredPerson, hospital: Hospital, admitted_on: dt.date
) -> InpatientRegistration | None:
    return person.registrations.filter(
        hospital=hospital, admitted_on=admitted_on, status=RegistrationStatus.REGISTERED
    ).first()


def _same(earlier: InpatientRegistration, person: InsuredPerson, by: User) -> InpatientRegistration:
    if earlier.person_id != person.pk or earlier.made_by_id != by.pk:
        raise Refused.because("token_used", _("此页面已提交过另一件登记，请重新打开页面"))
    return earlier
