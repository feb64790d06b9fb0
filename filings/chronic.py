"""Chronic diseases: a recognition is taken over from the treatment area, and what follows for settlement there."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filings.assessment import FilingRules, ListedDisease
from filings.coverage import cover_of, lineage, scope_of
from filings.models import ChronicQualification, Filing, FilingPolicy, InsuredPerson
from filings.register import require_in
from filings.vocabulary import LONG_TERM, DiseaseList, Matter, Recognition, SettlementWay
from hospitals.access import Right
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area, Hospital, NetworkedService
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Scope, Service


@dataclass(frozen=True, slots=True)
class ChronicStanding:
    """How treatment of a chronic disease elsewhere is settled, and why."""

    settlement: SettlementWay
    qualification: ChronicQualification | None
    reasons: tuple[Reason, ...]


def take_recognition(
    *,
    by: User,
    person: InsuredPerson,
    disease: str,
    recognised_in: Area,
    recognised_on: dt.date,
    returned_on: dt.date,
    result: Recognition,
    reference: str = "",
    starts_on: dt.date | None = None,
) -> ChronicQualification:
    """Put a recognition on record; granted, it is the chronic filing from `starts_on`, or from the day it came back.

    recognised_in: the home area, or the place that a long-term filing covers, where the document accepts its word.
    Raises Refused.
    """
    require_in(by, Right.FILE, person.area)
    granted = result is Recognition.RECOGNISED
    with transaction.atomic(), doing(_("登记门诊慢特病认定"), by=by):
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=person.pk)
        filing = None
        if recognised_in.pk != person.area_id:
            filing = _filing_behind(person, recognised_in, recognised_on, returned_on)
        qualification = ChronicQualification(
            area_id=person.area_id,
            person=person,
            filing=filing,
            disease=disease.strip(),
            recognised_in=recognised_in,
            recognised_on=recognised_on,
            reference=reference.strip(),
            result=result,
            returned_on=returned_on,
            starts_on=(starts_on or returned_on) if granted else None,
            made_by=by,
        )
        checked(qualification)
        with refused_by_constraints(ChronicQualification):
            qualification.save()
    return qualification


def chronic_standing(
    *, person: InsuredPerson, disease: str, place: Area, day: dt.date, hospital: Hospital | None = None
) -> ChronicStanding:
    """Direct where the person is qualified, the disease may be settled so, and the hospital has opened it; else manual.

    hospital: None where it is not known yet; whether it has opened chronic treatment is then left open.
    """
    rules, scope = FilingPolicy.objects.rules_on(person.area_id, day), scope_of(person.area_id, place)
    qualification = _qualification(person, disease, place, day)
    against = [
        *_unqualified(qualification, disease),
        *_unlisted(rules, disease, scope, qualification),
        *_unopened(hospital, scope, day),
    ]
    if against:
        return ChronicStanding(SettlementWay.MANUAL, qualification, (*against, _to_manual(rules)))
    return ChronicStanding(SettlementWay.DIRECT, qualification, _grounds(rules, disease, scope, qualification))


def _filing_behind(person: InsuredPerson, place: Area, day: dt.date, returned_on: dt.date) -> Filing:
    rules = FilingPolicy.objects.rules_on(person.area_id, returned_on)
    if rules is None or not rules.says(Matter.RECOGNITION):
        raise Refused.because("recognition_not_regulated", _("文件没有互认就医地门诊慢特病认定的规定"))
    source = rules.cite_matter(Matter.RECOGNITION)
    if scope_of(person.area_id, place) is not Scope.IN_PROVINCE:
        text = _("只互认省内就医地的认定，{place}在省外").format(place=place.name)
        raise Refused.because("recognition_out_of_province", text, source)
    filing = cover_of(person, place, day).asked_for
    if filing is None or filing.category not in LONG_TERM:
        text = _("{day} 没有{place}的长期异地备案").format(day=day, place=place.name)
        raise Refused.because("recognition_without_filing", text, source)
    return filing


def _qualification(person: InsuredPerson, disease: str, place: Area, day: dt.date) -> ChronicQualification | None:
    """Recognised at home, or where the person is filed; the latter counts there and as long as the filing does."""
    covering = Filing.objects.covering(day).filter(destination__in=lineage(place))
    return (
        person.chronic_qualifications.filter(disease=disease, result=Recognition.RECOGNISED, starts_on__lte=day)
        .filter(Q(filing=None) | Q(filing__in=covering))
        .select_related("recognised_in", "filing")
        .first()
    )


def _unqualified(qualification: ChronicQualification | None, disease: str) -> list[Reason]:
    if qualification:
        return []
    text = _("没有“{disease}”的门诊慢特病认定，或认定所依的备案不在有效期内").format(disease=disease)
    return [Reason("not_qualified", text)]


def _unlisted(
    rules: FilingRules | None, disease: str, scope: Scope, qualification: ChronicQualification | None
) -> list[Reason]:
    """A list decides where there is one for the scope; without one, the treatment area's own recognition does."""
    name = DiseaseList.CHRONIC.label
    listed = _listed(rules, scope)
    if rules is None or not listed:
        if qualification and qualification.filing_id:
            return []
        text = _("{scope}范围内{name}病种未配置").format(scope=scope.label, name=name)
        return [Reason("list_not_configured", text)]
    if rules.listed(DiseaseList.CHRONIC, disease, scope):
        return []
    names = "、".join(entry.name for entry in listed)
    text = _("“{disease}”不在{name}病种之内：{names}").format(disease=disease, name=name, names=names)
    return [Reason("disease_not_listed", text, rules.cite(listed[0].section))]


def _listed(rules: FilingRules | None, scope: Scope) -> list[ListedDisease]:
    entries = rules.diseases_on(DiseaseList.CHRONIC) if rules else ()
    return [entry for entry in entries if entry.scope in (None, scope)]


def _unopened(hospital: Hospital | None, scope: Scope, day: dt.date) -> list[Reason]:
    if hospital is None:
        return []
    opened = NetworkedService.objects.filter(
        Q(closed_on=None) | Q(closed_on__gte=day),
        hospital=hospital,
        service=Service.CHRONIC,
        scope=scope,
        opened_on__lte=day,
    )
    if opened.exists():
        return []
    text = _("{hospital}在 {day} 没有开通{scope}门诊慢特病直接结算").format(
        hospital=hospital.name, day=day, scope=scope.label
    )
    return [Reason("not_opened", text)]


def _to_manual(rules: FilingRules | None) -> Reason:
    source = rules.cite_matter(Matter.CHRONIC_NOT_OPENED) if rules else ""
    return Reason("manual", _("在医院全额自费结算后，备齐材料回参保地手工报销"), source)


def _grounds(
    rules: FilingRules | None, disease: str, scope: Scope, qualification: ChronicQualification | None
) -> tuple[Reason, ...]:
    if rules is None or qualification is None:
        raise ValueError("nothing grants direct settlement")
    text = _("“{disease}”由{area}于 {day} 认定，自 {start} 起可直接结算").format(
        disease=disease,
        area=qualification.recognised_in.name,
        day=qualification.recognised_on,
        start=qualification.starts_on,
    )
    source = rules.cite_matter(Matter.RECOGNITION) if qualification.filing_id else ""
    entry = rules.listed(DiseaseList.CHRONIC, disease, scope)
    listed = (Reason("disease_listed", _("在可直接结算病种之内"), rules.cite(entry.section)),) if entry else ()
    return (Reason("qualified", text, source), *listed)
