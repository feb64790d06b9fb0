"""2401, 2403 and 2404: somebody is admitted elsewhere; marks follow; or it was not so."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from filings.arrivals import Arrival, filing_for_admission, void_arrival
from filings.models import InsuredPerson
from filings.platform.codes import EMERGENCIES, LEVEL_OF_HOSP_LV, MATERNITY, SERVICE_OF_MEDICAL_TYPE, MedicalType
from filings.platform.transactions.fields import Told
from filings.platform.transactions.stays import AdmissionOutput, AdmissionResult, StayOutput
from filings.sanctions import reasons_at
from filings.vocabulary import Category, SettlementWay
from hospitals.access import portal_account
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area, Hospital
from hospitals.reasons import Reason, Refused
from hospitals.turns import take_turns
from hospitals.vocabulary import Service
from settlement.accounts.year import hold_year
from settlement.gateway.admission_checks import (
    Check,
    CheckName,
    Marks,
    checks_for,
    hospital_known_as,
    marks_check,
    pool_of,
)
from settlement.gateway.hearing import Answered, Heard, place_of, year_named
from settlement.gateway.persons import number_of, person_heard
from settlement.models import Admission
from settlement.models.gateway import ADMISSION_LIFECYCLE
from settlement.vocabulary import AdmissionStatus

OLDEST_DAYS = 730  # what began before that is no admission to tell of


def admit(heard: Heard) -> Answered:
    """2401.  Accepted with its tier, or refused with every check that fails; a filing comes into being where due."""
    told, request = heard.body.mdtrtinfo, heard.request
    person = person_heard(heard, told.psn_no)
    _refuse_day(told.begntime, heard.on)
    place = _place(request.mdtrtarea_admvs)
    pool, service = pool_of(place), SERVICE_OF_MEDICAL_TYPE[told.med_type]
    hold_year(person, told.begntime)
    hospital = hospital_known_as(request.fixmedins_code, request.fixmedins_name, pool)
    name = hospital.name if hospital else request.fixmedins_name
    marks = _marks(told, told.med_type)
    _refuse_twice(person, request.fixmedins_code, service, told)
    measures = reasons_at(person, told.begntime, name)
    arrival = filing_for_admission(
        person=person,
        place=place,
        admitted_on=told.begntime,
        emergency=marks.emergency,
        hospital_name=name,
        on=heard.on,
        maternity=marks.maternity,
        service=service,
        measures=measures,
    )
    checks = checks_for(
        person=person,
        place=place,
        service=service,
        day=told.begntime,
        hospital=hospital,
        hospital_name=name,
        marks=marks,
        arrival=arrival,
        measures=measures,
    )
    barring = [check for check in checks if not check.passed and not check.holds and not _is_by_hand(check, arrival)]
    if barring or arrival.tier is None or arrival.settlement is None:
        raise Refused.all_of(reason for check in barring for reason in check.reasons)
    held = [reason for check in checks if not check.passed for reason in check.reasons]
    admission = _admission(heard, person, pool, hospital, marks, arrival, [*held, *arrival.reasons])
    with doing(_("入院办理（平台）"), by=portal_account()), refused_by_constraints(Admission):
        admission.save()
    heard.about.admission = admission
    result = AdmissionResult(
        mdtrt_id=admission.mdtrt_id,
        tier=admission.tier,
        way=admission.way,
        filing=arrival.filing.number if arrival.filing else "",
        filing_made=arrival.made,
    )
    told_why = [Told(**reason.as_dict()) for reason in (*held, *arrival.reasons)]
    return Answered(AdmissionOutput(result=result, reasons=told_why), "；".join(reason.text for reason in held))


def change(heard: Heard) -> Answered:
    """2403.  Marks told later: with the signed statement a held stay may be settled, with a third party it may not."""
    told = heard.body.adminfo
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if admission.status not in (AdmissionStatus.ADMITTED, AdmissionStatus.DISCHARGED):
        raise wrong_state(admission, _("变更住院信息"))
    if told.begntime and told.begntime != admission.admitted_on:
        text = _("入院日期有误的，请撤销入院后重新办理，不能变更")
        raise Refused.because("admission_day_fixed", text)
    for name, value in (
        ("trum_flag", told.trum_flag),
        ("rel_ttp_flag", told.rel_ttp_flag),
        ("has_statement", told.ttp_stmt_flag),
    ):
        if value is not None:
            setattr(admission, name, value)
    admission.diagnosis = told.adm_diag_dscr or admission.diagnosis
    admission.ipt_no = told.ipt_no or admission.ipt_no
    reasons: list[Reason] = []
    if (told.er_flag or told.otp_er_refl_flag) and not admission.is_emergency:
        reasons += _as_emergency(admission, heard.on)
    check = marks_check(marks_of(admission), None)
    admission.version += 1
    with doing(_("住院信息变更（平台）"), by=portal_account()), refused_by_constraints(Admission):
        admission.save()
    reasons += check.reasons
    return Answered(_output(admission, reasons), "；".join(reason.text for reason in check.reasons))


def cancel(heard: Heard) -> Answered:
    """2404.  What the admission had made goes with it; a settled stay is reversed first."""
    told = heard.body.data
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if admission.status == AdmissionStatus.SETTLED:
        raise Refused.because("settled", _("该次住院已结算，请先撤销结算"))
    with doing(_("入院撤销（平台）"), by=portal_account()):
        _go_on(admission, "cancel")
        filing = admission.filing
        if filing and admission.decision.get("made") and filing.status == "active":
            void_arrival(filing=filing, reason=_("医院撤销入院 %s") % admission.mdtrt_id)
    return Answered(_output(admission))


def held_admission(heard: Heard, mdtrt_id: str, psn_no: str) -> Admission:
    """The stay of a message, its person's year held and its row locked; `has_slips` says whether any wait.

    Raises Refused.

    Whoever touches a stay holds the year first, as whoever settles does.
    """
    turn = year_named(mdtrt_id, psn_no)
    if turn and turn not in heard.turns:
        take_turns([turn])
    found = Admission.objects.held_as(mdtrt_id)
    if found is None:
        raise Refused.because("admission_unknown", _("没有就诊ID {number}，请先办理入院").format(number=mdtrt_id))
    heard.about.is_about(found.person)
    if number_of(found.person) != psn_no:
        raise Refused.because("person_differs", _("人员编号与就诊ID的参保人不符"))
    if found.hospital_code != heard.request.fixmedins_code:
        raise Refused.because("hospital_differs", _("就诊ID {number} 不是贵院办理的").format(number=mdtrt_id))
    heard.about.admission = found
    return found


def wrong_state(admission: Admission, what: str) -> Refused:
    text = _("该次住院{status}，不能{what}").format(status=admission.get_status_display(), what=what)
    return Refused.because("wrong_state", text)


def marks_of(admission: Admission) -> Marks:
    return Marks(
        emergency=admission.is_emergency,
        trum_flag=admission.trum_flag,
        rel_ttp_flag=admission.rel_ttp_flag,
        has_statement=admission.has_statement,
        maternity=admission.med_type in MATERNITY,
        disease=admission.disease,
    )


def _go_on(admission: Admission, verb: str) -> None:
    """A step of a stay that is locked already.  Raises Refused."""
    ADMISSION_LIFECYCLE.go_on(admission, verb)


def _is_by_hand(check: Check, arrival: Arrival) -> bool:
    """The stay is taken in and filed, to be paid by hand: the document itself says so (TL-18)."""
    return check.name is CheckName.FILING and arrival.is_covered and arrival.settlement is SettlementWay.MANUAL


def _refuse_day(day: dt.date, on: dt.date) -> None:
    if day > on:
        raise Refused.because("admitted_later", _("入院日期 {day} 晚于今天").format(day=day))
    if day < on - dt.timedelta(days=OLDEST_DAYS):
        raise Refused.because("admitted_long_ago", _("入院日期 {day} 过早，不能联网办理入院").format(day=day))


def _place(code: str) -> Area:
    place = place_of(code)
    if place is None:
        raise Refused.because("place_unknown", _("没有就医地区划 {code}").format(code=code))
    return place


def _marks(told: Any, med_type: MedicalType) -> Marks:
    """An injury is marked by the kind of stay, too; an emergency in three ways (WF-11)."""
    return Marks(
        emergency=told.er_flag or told.otp_er_refl_flag or med_type in EMERGENCIES,
        trum_flag=told.trum_flag or med_type is MedicalType.INJURY_INPATIENT,
        rel_ttp_flag=told.rel_ttp_flag,
        has_statement=told.ttp_stmt_flag,
        maternity=med_type in MATERNITY,
        disease=told.dise_name,
    )


def _refuse_twice(person: InsuredPerson, hospital_code: str, service: Service, told: Any) -> None:
    same = person.admissions.exclude(status=AdmissionStatus.CANCELLED).filter(
        hospital_code=hospital_code, service=service, admitted_on=told.begntime
    )
    twin = same.filter(ipt_no=told.ipt_no).first()
    if twin and service is Service.INPATIENT:
        text = _("该次住院已办理入院，就诊ID {number}").format(number=twin.mdtrt_id)
        raise Refused.because("admitted_already", text)


def _admission(
    heard: Heard,
    person: InsuredPerson,
    pool: Area,
    hospital: Hospital | None,
    marks: Marks,
    arrival: Arrival,
    reasons: list[Reason],
) -> Admission:
    told, request = heard.body.mdtrtinfo, heard.request
    insured = person.participation_on(told.begntime)
    assert insured is not None  # noqa: S101 - the checks have looked
    assert arrival.tier is not None  # noqa: S101
    assert arrival.settlement is not None  # noqa: S101
    level = (hospital.level if hospital else "") or LEVEL_OF_HOSP_LV.get(told.hosp_lv, "")
    unfiled = Category.EMERGENCY if marks.emergency else Category.TEMPORARY
    return Admission(
        area_id=person.area_id,
        person=person,
        filing=arrival.filing,
        treatment_area=pool,
        hospital=hospital,
        hospital_code=request.fixmedins_code,
        hospital_name=hospital.name if hospital else request.fixmedins_name,
        hospital_level=level,
        scheme=insured.scheme,
        service=SERVICE_OF_MEDICAL_TYPE[told.med_type],
        med_type=told.med_type,
        ipt_no=told.ipt_no,
        diagnosis=told.adm_diag_dscr,
        disease=told.dise_name,
        admitted_on=told.begntime,
        is_emergency=marks.emergency,
        trum_flag=marks.trum_flag,
        rel_ttp_flag=marks.rel_ttp_flag,
        has_statement=marks.has_statement,
        category=arrival.filing.category if arrival.filing else unfiled,
        tier=arrival.tier,
        way=arrival.settlement,
        decision={"made": arrival.made, "reasons": [reason.as_dict() for reason in reasons]},
    )


def _as_emergency(admission: Admission, on: dt.date) -> list[Reason]:
    """The mark came late: what covers the stay is looked for again; it may better it, never worsen it."""
    arrival = filing_for_admission(
        person=admission.person,
        place=admission.treatment_area,
        admitted_on=admission.admitted_on,
        emergency=True,
        hospital_name=admission.hospital_name,
        on=on,
        service=Service.of(admission.service),
    )
    admission.is_emergency = True
    if arrival.tier and arrival.settlement:
        admission.tier, admission.way, admission.filing = arrival.tier, arrival.settlement, arrival.filing
        admission.category = arrival.filing.category if arrival.filing else Category.EMERGENCY
        made = admission.decision.get("made") or arrival.made
        admission.decision = {"made": made, "reasons": [reason.as_dict() for reason in arrival.reasons]}
    return list(arrival.reasons)


def _output(admission: Admission, reasons: list[Reason] | None = None) -> StayOutput:
    return StayOutput(
        mdtrt_id=admission.mdtrt_id,
        status=admission.status,
        reasons=[Told(**reason.as_dict()) for reason in reasons or ()],
    )
