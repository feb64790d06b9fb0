"""Demo findings: a stay claimed twice, one settled at the hospital already, two places at once; made by the verbs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.utils import timezone

from filings import register
from filings.identity import made_up_number
from filings.models import InsuredPerson
from filings.vocabulary import Category, Employment, Material, Scheme
from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.vocabulary import Level
from settlement.claims.desk import accept_claim
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry
from settlement.claims.steps import submit
from settlement.direct_settlement import settle_directly
from settlement.findings.decisions import clear, confirm
from settlement.models import Claim, Finding
from settlement.vocabulary import ManualReason

NAMESPACE = UUID("8c0d33b6-0b0c-4d53-9a57-6c1d0b4f7e21")
TIELING, BEIJING, SHENYANG = "211200", "110000", "210100"
HOSPITALS = {BEIJING: "北京示例医院", SHENYANG: "沈阳示例医院"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Whose stays: each (place, days ago admitted, days ago discharged); the last one may be settled directly.

    serial: of the id number, odd for men.  decisions: of the reviewer, on the findings in the order they were made.
    """

    serial: int
    name: str
    born: str
    stays: tuple[tuple[str, int, int], ...]
    direct: bool = False
    decisions: tuple[tuple[str, str], ...] = ()


TRANSFER = "两院病历均写明转院，时间以出院小结为准，不重复"
TWICE = "两件为同一次住院，票据为补开，后一件不予支付"
SAMPLES = (
    Sample(28, "赵桂荣", "1968-02-11", ((BEIJING, 40, 31), (BEIJING, 40, 31)), decisions=(("confirm", TWICE),)),
    Sample(29, "冯建军", "1975-07-19", ((SHENYANG, 36, 28), (SHENYANG, 36, 28)), direct=True),
    Sample(30, "董丽娟", "1983-12-03", ((SHENYANG, 26, 17), (BEIJING, 19, 13)), decisions=(("clear", TRANSFER),)),
)


def load(users: Mapping[str, User]) -> str:
    """Register the people and take their stays in, once; what somebody did with them since stays.

    users: the demo accounts by name.  What there is, in one line.
    """
    today = timezone.localdate()
    for sample in SAMPLES:
        if not Claim.objects.filter(request_token=_token(sample, 0)).exists():
            _stays(sample, _person(sample, users["clerk"]), users, today)
    return f"示例疑点 {Finding.objects.filter(person__name__in=[one.name for one in SAMPLES]).count()} 件"


def _stays(sample: Sample, person: InsuredPerson, users: Mapping[str, User], today: dt.date) -> None:
    made = []
    for place, stay in enumerate(sample.stays):
        entry = _stay(stay, today)
        if sample.direct and place == len(sample.stays) - 1:
            settle_directly(by=portal_account(), person=person, entry=entry, on=entry.discharged_on)
            continue
        claim = accept_claim(
            by=users["clerk"],
            on=today,
            person=person,
            hall=None,
            entry=_entry(sample, place, entry),
            request_token=_token(sample, place),
        )
        made.append(submit(by=users["clerk"], claim=claim, version=claim.version))
    findings = Finding.objects.filter(claim__in=made).order_by("pk")
    for finding, (verb, reason) in zip(findings, sample.decisions, strict=False):
        decide = {"clear": clear, "confirm": confirm}[verb]
        decide(by=users["reviewer"], finding=finding, version=finding.version, reason=reason)


def _token(sample: Sample, place: int) -> UUID:
    return uuid5(NAMESPACE, f"claim {sample.name} {place}")


def _person(sample: Sample, clerk: User) -> InsuredPerson:
    number = made_up_number("211202", dt.date.fromisoformat(sample.born), sample.serial)
    area = Area.objects.get(pk=TIELING)
    person = register.register_person(
        by=clerk, area=area, name=sample.name, id_number=number, phone="13900000000", address="示例地址"
    )
    register.add_participation(
        by=clerk,
        person=person,
        scheme=Scheme.EMPLOYEE,
        employment=Employment.ACTIVE,
        employer="示例粮库",
        starts_on=dt.date(2010, 1, 1),
        contributions_paid_through=dt.date(2026, 12, 31),
        continuous_since=dt.date(2017, 1, 1),
    )
    return person


def _stay(stay: tuple[str, int, int], today: dt.date) -> StayEntry:
    place, admitted, discharged = stay
    return StayEntry(
        treatment_area=Area.objects.get(pk=place),
        admitted_on=today - dt.timedelta(days=admitted),
        discharged_on=today - dt.timedelta(days=discharged),
        hospital_name=HOSPITALS[place],
        hospital_level=Level.THREE,
        category=Category.TEMPORARY,
        total=Decimal("18200.00"),
        eligible=Decimal("15600.00"),
    )


def _entry(sample: Sample, place: int, stay: StayEntry) -> ClaimEntry:
    number = f"9{sample.serial:05d}{place:04d}"
    return ClaimEntry(
        manual_reason=ManualReason.NOT_NETWORKED,
        diagnosis="肺炎",
        note="示例",
        stay=stay,
        payee=Payee(name=sample.name, bank="示例银行营业部", account=f"6222000000{number}"),
        receipts=(ReceiptEntry(code="00000000", number=number, amount=stay.total, issued_on=stay.discharged_on),),
        materials=(MaterialEntry(material=Material.ORIGINAL_RECEIPTS),),
    )
