"""May this stay be settled directly?  Every check in the documents' order, each with its reasons and clauses.

Asked by the gateway when a hospital admits somebody, and by whoever wants to know why it failed.  Reads only.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from filings.arrivals import Arrival, filing_for_admission
from filings.assessment import FilingRules
from filings.card_standing import card_standing
from filings.chronic import chronic_standing
from filings.coverage import scope_of
from filings.models import FilingPolicy, InsuredPerson, Participation
from filings.models.registrations import RegistrationStatus
from filings.sanctions import reasons_at
from filings.vocabulary import Employment, Matter, Measure, Scheme, SettlementWay
from hospitals.models import Area, Hospital
from hospitals.reasons import Reason
from hospitals.vocabulary import Service, Term
from settlement.claims.manual_reasons import settled_at_home
from settlement.models import Admission
from settlement.vocabulary import AdmissionStatus

AGAINST_DIRECT = (Measure.SUSPEND_DIRECT, Measure.RESTRICT_HOSPITALS)


class CheckName(Term):
    """In the order in which the documents look."""

    FILING = "filing", "备案"
    HOSPITAL = "hospital", "医院与开通业务"
    REGISTRATION = "registration", "住院联网登记"
    INSURANCE = "insurance", "参保与待遇"
    CARD = "card", "社会保障卡"
    SANCTIONS = "sanctions", "失信处理"
    STAY = "stay", "在院情况"
    CHRONIC = "chronic", "门诊慢特病"
    MARKS = "marks", "外伤与第三方标志"


@dataclass(frozen=True, slots=True)
class Marks:
    """What the hospital has marked (WF-10, WF-11).

    has_statement: 《外伤无第三方责任承诺书》 is signed.  maternity: the stay is for a birth (TL-18).
    """

    emergency: bool = False
    trum_flag: bool = False
    rel_ttp_flag: bool = False
    has_statement: bool = False
    maternity: bool = False
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.  reasons: why it stands in the way, or what speaks for it; perhaps none.

    holds: it only stops the settlement until the hospital has made it good.
    """

    name: CheckName
    passed: bool
    reasons: tuple[Reason, ...] = ()
    holds: bool = False


NO_MARKS = Marks()


def checks_for(
    *,
    person: InsuredPerson,
    place: Area,
    service: Service,
    day: dt.date,
    hospital: Hospital | None,
    hospital_name: str = "",
    marks: Marks = NO_MARKS,
    arrival: Arrival | None = None,
    measures: Mapping[Measure, Reason] | None = None,
    until: dt.date | None = None,
    admission: Admission | None = None,
) -> list[Check]:
    """Every check of a stay that begins on `day`, in order; those that do not apply are left out.

    place: the hospital's area, a county stands for its city.  hospital: of the directory, None where it has none of
    that name or code.  arrival: how the stay is covered, where that is known; else it is foreseen.  measures: against
    the person there, where they are known.  until: the day of discharge.  admission: the stay itself, where it is told
    already: it does not stand in its own way.
    """
    name = hospital.name if hospital else hospital_name
    if measures is None:
        measures = reasons_at(person, day, name)
    if arrival is None:
        arrival = filing_for_admission(
            person=person,
            place=place,
            admitted_on=day,
            emergency=marks.emergency,
            hospital_name=name,
            on=day,
            maternity=marks.maternity,
            service=service,
            measures=measures,
            foreseen=True,
        )
    rules = FilingPolicy.objects.rules_on(person.area_id, day)
    pool = pool_of(place)
    against = tuple(measures[one] for one in AGAINST_DIRECT if one in measures)
    checks = [
        _filing(arrival, against),
        Check(CheckName.HOSPITAL, *_hospital(person, pool, service, day, hospital, name)),
        *_registration(person, service, day, hospital, name, rules),
        Check(CheckName.INSURANCE, *_insurance(person, day, rules)),
        _met(CheckName.CARD, card_standing(person, day, rules)),
        _met(CheckName.SANCTIONS, against),
    ]
    if service is Service.INPATIENT:
        checks.append(_met(CheckName.STAY, _other_stay(person, day, until, admission)))
    if service is Service.CHRONIC:
        standing = chronic_standing(person=person, disease=marks.disease, place=pool, day=day, hospital=hospital)
        checks.append(Check(CheckName.CHRONIC, standing.settlement is SettlementWay.DIRECT, standing.reasons))
    checks.append(marks_check(marks, rules))
    return checks


def failing(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if not check.passed]


def pool_of(place: Area) -> Area:
    """The pooling area that a place belongs to."""
    return place if place.is_pool or place.parent is None else place.parent


def hospital_known_as(code: str, name: str, pool: Area) -> Hospital | None:
    """The directory's hospital of this code; without one, of this name in the area."""
    same = Q(code=code) | Q(name=name, area=pool)
    found = Hospital.objects.filter(same).prefetch_related("services").select_related("area")
    return min(found, key=lambda one: one.code != code, default=None)


def marks_check(marks: Marks, rules: FilingRules | None) -> Check:
    """A third party's part is not for the fund; an injury waits for the signed statement."""
    source = rules.cite_matter(Matter.INJURY) if rules else ""
    if marks.rel_ttp_flag:
        text = _("医院标注涉及第三方责任，不能直接结算，请按规定向第三方追偿；应由基金支付的部分回参保地手工报销")
        return Check(CheckName.MARKS, False, (Reason("third_party", text, source),))
    if marks.trum_flag and not marks.has_statement:
        text = _("外伤住院，未见参保人签署的《外伤无第三方责任承诺书》，签署并由医院上传标志后方可结算")
        return Check(CheckName.MARKS, False, (Reason("statement_missing", text, source),), holds=True)
    return Check(CheckName.MARKS, True)


def _met(name: CheckName, faults: Iterable[Reason]) -> Check:
    reasons = tuple(faults)
    return Check(name, not reasons, reasons)


def _filing(arrival: Arrival, against: tuple[Reason, ...]) -> Check:
    """Covered, and to be settled directly; what only a sanction forbids is the sanctions' own check."""
    own = tuple(reason for reason in arrival.reasons if reason not in against)
    if not arrival.is_covered:
        return Check(CheckName.FILING, False, own or arrival.reasons)
    if arrival.settlement is SettlementWay.MANUAL and not against:
        text = _("此次就医已备案，按规定不能直接结算，须全额自费后回参保地手工报销")
        source = next((reason.source for reason in own if reason.source), "")
        return Check(CheckName.FILING, False, (Reason("filing_manual", text, source), *own))
    return Check(CheckName.FILING, True, own)


def _hospital(
    person: InsuredPerson, pool: Area, service: Service, day: dt.date, hospital: Hospital | None, name: str
) -> tuple[bool, tuple[Reason, ...]]:
    if hospital is None:
        text = _("联网医院目录中没有“{name}”（{place}），不能确认已开通直接结算")
        return False, (Reason("hospital_unknown", text.format(name=name, place=pool.name)),)
    if hospital.area_id != pool.pk:
        text = _("{name}在{area}，与报文所说的就医地{place}不符")
        given = {"name": hospital.name, "area": hospital.area.name, "place": pool.name}
        return False, (Reason("hospital_elsewhere", text.format(**given)),)
    if hospital.withdrawn_on and hospital.withdrawn_on <= day:
        text = _("{name}已于 {day} 退网").format(name=hospital.name, day=hospital.withdrawn_on)
        return False, (Reason("hospital_withdrawn", text),)
    scope = scope_of(person.area_id, pool)
    same = [one for one in hospital.services.all() if one.service == service and one.scope == scope]
    open_then = [one for one in same if one.opened_on <= day and (one.closed_on is None or one.closed_on >= day)]
    if not open_then:
        text = _("{name}在 {day} 没有开通{scope}{service}直接结算").format(
            name=hospital.name, day=day, scope=scope.label, service=service.label
        )
        return False, (Reason("hospital_not_open", text, next((one.source for one in same if one.source), "")),)
    text = _("{name}已开通{scope}{service}直接结算").format(
        name=hospital.name, scope=scope.label, service=service.label
    )
    return True, (Reason("hospital_open", text, open_then[0].source),)


def _registration(
    person: InsuredPerson,
    service: Service,
    day: dt.date,
    hospital: Hospital | None,
    name: str,
    rules: FilingRules | None,
) -> Iterator[Check]:
    """Only where the document asks for one (Yantai, Dongying)."""
    if service is not Service.INPATIENT or rules is None or not rules.says(Matter.REGISTRATION):
        return
    source = rules.cite_matter(Matter.REGISTRATION)
    same = Q(hospital=hospital) if hospital else Q(hospital_name=name)
    found = person.registrations.filter(same, admitted_on=day, status=RegistrationStatus.REGISTERED).first()
    if found:
        text = _("住院联网登记 {number}").format(number=found.number)
        yield Check(CheckName.REGISTRATION, True, (Reason("registered", text, source),))
    else:
        text = _("{day} 在{name}的住院没有联网登记，请参保人或家属先联系参保地经办机构登记")
        reason = Reason("registration_missing", text.format(day=day, name=name), source)
        yield Check(CheckName.REGISTRATION, False, (reason,))


def _insurance(person: InsuredPerson, day: dt.date, rules: FilingRules | None) -> tuple[bool, tuple[Reason, ...]]:
    insured = person.participation_on(day)
    if insured is None:
        return False, (Reason("not_insured", _("{day} 没有有效的参保关系").format(day=day)),)
    faults = (*_contributions(insured, day, rules), *filter(None, (settled_at_home(person, day),)))
    return not faults, tuple(faults)


def _contributions(insured: Participation, day: dt.date, rules: FilingRules | None) -> Iterator[Reason]:
    """Paid up to the day.  Where nobody told, only a document that asks for it makes a fault of that."""
    if insured.employment == Employment.RETIRED:
        return
    asked = rules is not None and rules.says(Matter.REGISTRATION_CONTRIBUTIONS)
    source = rules.cite_matter(Matter.REGISTRATION_CONTRIBUTIONS) if rules and asked else ""
    who = _("单位") if insured.scheme == Scheme.EMPLOYEE else _("居民医保")
    through = insured.contributions_paid_through
    if through is None and asked:
        yield Reason("contributions_unknown", _("没有登记{who}缴费至何日").format(who=who), source)
    elif through is not None and through < day:
        text = _("{who}只缴费至 {through}，未缴到 {day}").format(who=who, through=through, day=day)
        yield Reason("contributions_behind", text, source)


def _other_stay(person: InsuredPerson, day: dt.date, until: dt.date | None, own: Admission | None) -> Iterator[Reason]:
    """Another stay in hospital on one of the days; discharge and the next admission may share one."""
    others = person.admissions.exclude(status=AdmissionStatus.CANCELLED).filter(
        Q(discharged_on=None) | Q(discharged_on__gt=day), service=Service.INPATIENT
    )
    if until:
        others = others.filter(admitted_on__lt=until)
    if own:
        others = others.exclude(pk=own.pk)
    for other in others.order_by("admitted_on")[:1]:
        text = _("该参保人在相同时间段内存在就诊信息或正在院：{name}，{day} 入院，{status}").format(
            name=other.hospital_name, day=other.admitted_on, status=other.get_status_display()
        )
        yield Reason("stay_overlaps", text)
