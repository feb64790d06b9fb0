"""1101 and 2001: who somebody is, and whether they may be treated elsewhere."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from filings.identity import IdType, normal_number
from filings.models import InsuredPerson, Participation
from filings.platform.codes import INSUTYPE, MATERNITY, PSN_TYPE, SERVICE_OF_MEDICAL_TYPE
from filings.platform.transactions.fields import Told
from filings.platform.transactions.people import (
    BaseInfo,
    Checked,
    EntitlementOutput,
    IdetInfo,
    InsuInfo,
    PersonOutput,
    TrtInfo,
)
from filings.vocabulary import Employment, Hardship, Scheme
from hospitals.reasons import Refused
from settlement.gateway.admission_checks import Marks, checks_for, hospital_known_as, pool_of
from settlement.gateway.hearing import Answered, Heard, place_of
from settlement.vocabulary import BASIC_FUND

AREA_DIGITS, SERIAL_DIGITS = 6, 14
BY_CARD = "03"
MOST_AREAS = 20  # a person on the registers of more areas than that is not told apart here
KNOWN = InsuredPerson.objects.select_related("area").prefetch_related("participations")
IDENTITY = {Hardship.EXTREME_POVERTY: "2304", Hardship.MINIMUM_LIVING: "2303"}


def number_of(person: InsuredPerson) -> str:
    """psn_no: the home area and a serial of 14 digits; one for each area that the person is insured in."""
    return f"{person.area_id}{person.pk:0{SERIAL_DIGITS}d}"


def person_heard(heard: Heard, psn_no: str) -> InsuredPerson:
    """The person of a number, in the home area that the message names.  Raises Refused."""
    area, serial = psn_no[:AREA_DIGITS], psn_no[AREA_DIGITS:]
    found = None
    if len(serial) == SERIAL_DIGITS and serial.isdigit():
        found = KNOWN.filter(pk=int(serial), area=area).first()
    if found is None:
        raise Refused.because("person_unknown", _("没有人员编号 {number}，请重新获取人员信息").format(number=psn_no))
    named = heard.request.insuplc_admdvs
    if named and named != found.area_id:
        text = _("报文的参保地 {named} 与该人员的参保地 {area} 不符").format(named=named, area=found.area_id)
        raise Refused.because("home_area_differs", text)
    heard.about.is_about(found)
    return found


def identify(heard: Heard) -> Answered:
    """1101.  A name that does not belong to the document is refused: nobody is looked up by guessing."""
    asked = heard.body.data
    number = normal_number(asked.certno or asked.mdtrt_cert_no)
    holds = Q(id_number=number)
    if asked.certno:
        holds &= Q(id_type=asked.psn_cert_type)
    if asked.mdtrt_cert_type == BY_CARD and asked.mdtrt_cert_no:
        holds = Q(pk__in=_holders(normal_number(asked.mdtrt_cert_no))) & (holds if asked.certno else Q())
    people = InsuredPerson.objects.filter(holds).prefetch_related("participations").order_by("pk")
    if heard.request.insuplc_admdvs:
        people = people.filter(area=heard.request.insuplc_admdvs)
    else:
        people = people.filter(area__in=_homes())
    found = list(people[:MOST_AREAS])
    if not found:
        raise Refused.because("person_unknown", _("没有此证件或社保卡的参保登记，请核对，或联系参保地经办机构"))
    if asked.psn_name and any(person.name != asked.psn_name for person in found):
        raise Refused.because("name_differs", _("姓名与证件号码的登记不符，请核对"))
    day = asked.begntime or heard.on
    insured = [(person, _insured_on(person, day)) for person in found]
    person = next((person for person, row in insured if row and row.covers(day)), found[0])
    heard.about.is_about(person)
    return Answered(
        PersonOutput(
            baseinfo=_base(person, day),
            insuinfo=[_insurance(one, row, day) for one, row in insured if row],
            idetinfo=[_identity(row) for _one, row in insured if row and row.hardship],
        )
    )


def examine_entitlement(heard: Heard) -> Answered:
    """2001: the checks of an admission, told one by one; nothing is written."""
    asked = heard.body.data
    person = person_heard(heard, asked.psn_no)
    place = place_of(heard.request.mdtrtarea_admvs)
    if place is None:
        raise Refused.because("place_unknown", _("没有区划 {code}").format(code=heard.request.mdtrtarea_admvs))
    name = asked.fixmedins_name or heard.request.fixmedins_name
    checks = checks_for(
        person=person,
        place=place,
        service=SERVICE_OF_MEDICAL_TYPE[asked.med_type],
        day=asked.begntime,
        hospital=hospital_known_as(asked.fixmedins_code or heard.request.fixmedins_code, name, pool_of(place)),
        hospital_name=name,
        marks=Marks(
            emergency=asked.er_flag,
            trum_flag=asked.trum_flag,
            rel_ttp_flag=asked.rel_ttp_flag,
            has_statement=asked.ttp_stmt_flag,
            maternity=asked.med_type in MATERNITY,
            disease=asked.dise_name,
        ),
    )
    insured = person.participation_on(asked.begntime)
    enjoys = all(check.passed for check in checks)
    failing = "；".join(reason.text for check in checks if not check.passed for reason in check.reasons)
    treatment = TrtInfo(
        psn_no=number_of(person),
        fund_pay_type=BASIC_FUND[Scheme.of(insured.scheme)] if insured else "",
        trt_enjymnt_flag="1" if enjoys else "0",
        begndate=asked.begntime.isoformat(),
        trt_chk_rslt=failing,
    )
    told = [
        Checked(name=check.name.label, passed=check.passed, reasons=[Told(**one.as_dict()) for one in check.reasons])
        for check in checks
    ]
    return Answered(EntitlementOutput(trtinfo=[treatment], checks=told))


def _homes() -> list[str]:
    """Areas that have people, by steps of the index: documents are indexed within an area."""
    homes: list[str] = []
    while True:
        beyond = InsuredPerson.objects.filter(area__gt=homes[-1]) if homes else InsuredPerson.objects.all()
        area = beyond.order_by("area").values_list("area", flat=True).first()
        if area is None:
            return homes
        homes.append(area)


def _holders(card: str) -> list[int]:
    return list(InsuredPerson.objects.filter(cards__number=card).values_list("pk", flat=True)[:MOST_AREAS])


def _insured_on(person: InsuredPerson, day: dt.date) -> Participation | None:
    """The insurance of the day, else the last one; of what is fetched already."""
    rows = sorted(person.participations.all(), key=lambda row: row.starts_on, reverse=True)
    return next((row for row in rows if row.covers(day)), rows[0] if rows else None)


def _base(person: InsuredPerson, day: dt.date) -> BaseInfo:
    born = person.birth_date
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None
    return BaseInfo(
        psn_no=number_of(person),
        psn_cert_type=person.id_type or IdType.OTHER,
        certno=person.id_number,
        psn_name=person.name,
        gend=person.sex,
        brdy=born.isoformat() if born else "",
        age=str(age) if age is not None else "",
    )


def _insurance(person: InsuredPerson, row: Participation, day: dt.date) -> InsuInfo:
    return InsuInfo(
        psn_no=number_of(person),
        insutype=INSUTYPE[Scheme.of(row.scheme)],
        psn_type=person_type(row, person, day),
        psn_insu_stas="1" if row.covers(day) else "4",
        psn_insu_date=row.starts_on.isoformat(),
        paus_insu_date=row.ends_on.isoformat() if row.ends_on else "",
        cvlserv_flag="1" if row.is_civil_servant else "0",
        insuplc_admdvs=person.area_id,
        emp_name=row.employer,
    )


def person_type(row: Participation, person: InsuredPerson, day: dt.date) -> str:
    """psn_type: of employees by employment, of residents by age (14 minors, 15 adults, 16 the old)."""
    if row.employment:
        return PSN_TYPE[Employment.of(row.employment)]
    if person.birth_date is None:
        return ""
    age = day.year - person.birth_date.year
    return "14" if age < 18 else "15" if age < 60 else "16"


def _identity(row: Participation) -> IdetInfo:
    hardship = Hardship.of(row.hardship)
    return IdetInfo(psn_idet_type=IDENTITY.get(hardship, "23"), memo=hardship.label)
