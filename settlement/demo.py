"""Demo claims: the demo people's, in every state, taken through their steps by the verbs like any other."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.models import Area
from hospitals.vocabulary import Level
from settlement.claims.decisions import approve, pass_on, pay, refuse, release, send_back
from settlement.claims.desk import accept_claim
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry
from settlement.claims.promising import promise
from settlement.claims.steps import ask, submit
from settlement.models import Claim, ClaimPolicy
from settlement.vocabulary import ManualReason

NAMESPACE = UUID("0c4d5d0e-3f0f-4d31-9c55-6a3fb7c3b0d2")
TIELING, YANTAI = "211200", "370600"
BEIJING, SHENYANG, DALIAN, JINAN = "110000", "210100", "210200", "370100"
HOSPITALS = {BEIJING: "北京示例医院", SHENYANG: "沈阳示例医院", DALIAN: "大连示例医院", JINAN: "济南示例医院"}
Step = tuple[str, Callable[..., Claim]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One claim: whose, where, how many days ago discharged, what it cost, and how far it has come.

    category: counts where no filing covers the stay.  on_receipts: where the receipts do not make the total.
    accepted_ago: days since it was taken in.
    """

    area: str
    name: str
    place: str
    level: Level
    days_ago: int
    diagnosis: str
    total: str
    eligible: str
    steps: tuple[Step, ...] = ()
    category: Category = Category.TEMPORARY
    on_receipts: str = ""
    accepted_ago: int = 0


def samples(today: dt.date) -> tuple[Sample, ...]:
    to_review: tuple[Step, ...] = (("clerk", submit),)
    whole = partial(approve, draw=lambda share: False)
    approved: tuple[Step, ...] = (*to_review, ("reviewer", whole))
    twice: tuple[Step, ...] = (*to_review, ("reviewer", pass_on))
    incomplete = partial(
        ask, reason="材料不齐，请一次补齐", others=["住院病历缺第3页", "第2张票据字迹不清，请补盖印章"]
    )
    released: tuple[Step, ...] = (*approved, ("finance", release))
    paid: tuple[Step, ...] = (*released, ("finance", partial(pay, paid_on=today, reference="示例流水0001", on=today)))
    no_stamp = partial(send_back, reason="住院病历复印件未加盖医院印章，请补正")
    paid_already = partial(refuse, reason="经核实已在就医地直接结算，不能重复报销")
    on_promise = partial(promise, materials=[Material.REFERRAL_CERTIFICATE], on=today)
    promised: tuple[Step, ...] = (("clerk", on_promise), *to_review)
    back: tuple[Step, ...] = (*to_review, ("reviewer", no_stamp))
    refused: tuple[Step, ...] = (*to_review, ("reviewer", paid_already))
    two, three, three_a = Level.TWO, Level.THREE, Level.THREE_A
    return (
        Sample(TIELING, "周海", BEIJING, three, 60, "胃癌", "61200.00", "48975.66", paid),
        Sample(TIELING, "周海", BEIJING, three, 20, "胃癌术后化疗", "25000.00", "20000.00", approved),
        Sample(TIELING, "高桂兰", SHENYANG, three_a, 30, "冠心病", "42300.00", "36118.75", to_review),
        Sample(TIELING, "刘洋", SHENYANG, two, 45, "骨折", "18600.50", "15230.40", back),
        Sample(TIELING, "刘洋", BEIJING, two, 120, "阑尾炎", "9800.00", "8640.00", refused),
        Sample(TIELING, "陈淑芬", DALIAN, three, 15, "脑梗死", "53000.00", "47210.00"),
        Sample(TIELING, "刘洋", SHENYANG, two, 12, "肺炎", "12000.00", "10000.00", on_receipts="11000.00"),
        Sample(TIELING, "高桂兰", SHENYANG, three_a, 90, "冠心病复查", "15800.00", "13020.00", twice, accepted_ago=8),
        Sample(TIELING, "刘洋", BEIJING, two, 100, "胆囊炎", "11300.00", "9900.00", to_review, accepted_ago=24),
        Sample(TIELING, "刘洋", BEIJING, two, 80, "痔疮", "8700.00", "7800.00", to_review, accepted_ago=48),
        Sample(TIELING, "周海", BEIJING, three, 70, "术后复查", "6400.00", "5900.00", (("clerk", incomplete),)),
        Sample(YANTAI, "姜丽", JINAN, three, 11, "胰腺炎", "30150.00", "24600.00", category=Category.EMERGENCY),
        Sample(TIELING, "陈淑芬", BEIJING, three, 40, "高血压", "13500.00", "11800.00", promised),
    )


def load(users: Mapping[str, User]) -> str:
    """Take the demo claims in and through their steps, once; what somebody did with them since stays.

    users: the demo accounts by name.  After the demo people.  What there is, in one line.
    """
    today = timezone.localdate()
    _sample_term(users)
    wanted = samples(today)
    for place, sample in enumerate(wanted, start=1):
        token = uuid5(NAMESPACE, f"claim {place}")
        if Claim.objects.filter(request_token=token).exists():
            continue
        person = InsuredPerson.objects.filter(area=sample.area, name=sample.name).earliest("pk")
        entry = entry_of(sample, place, today)
        on = today - dt.timedelta(days=sample.accepted_ago)
        claim = accept_claim(by=users["clerk"], on=on, person=person, hall=None, entry=entry, request_token=token)
        for account, step in sample.steps:
            claim = step(by=users[account], claim=claim, version=claim.version)
    return f"示例报销 {len(wanted)} 件"


def _sample_term(users: Mapping[str, User]) -> None:
    """A term and a share for Tieling, whose document gives neither: samples, and marked so wherever they show."""
    if ClaimPolicy.objects.filter(area=TIELING).exists():
        return
    policy = ClaimPolicy(
        area_id=TIELING,
        version=1,
        starts_on=dt.date(2025, 1, 1),
        starts_assumed=True,
        document="示例：手工报销办理时限、复审抽查与故障处理时限",
        note="示例，非正式文件；当地文件没有规定办理时限、抽查比例和故障处理时限。",
        term_days=30,
        term_source="示例",
        second_review_share=Decimal("0.05"),
        second_review_source="示例",
        ticket_hours_person=72,
        ticket_hours_hospital=4,
        ticket_hours_local=8,
        ticket_hours_home=24,
        ticket_hours_platform=24,
        ticket_source="示例",
        assumed=True,
    )
    policy.save()
    policy.propose(by=users["supervisor"])
    policy.publish(by=users["supervisor-deputy"])


def entry_of(sample: Sample, place: int, today: dt.date) -> ClaimEntry:
    discharged_on = today - dt.timedelta(days=sample.days_ago)
    amount = Decimal(sample.on_receipts or sample.total)
    first = (amount / 3).quantize(Decimal("0.01"))
    receipts = (
        ReceiptEntry(
            code="00000000",
            number=f"{place:06d}{row:04d}",
            check_code=f"{place:03d}{row:03d}",
            amount=part,
            issued_on=discharged_on,
        )
        for row, part in enumerate((first, amount - first), start=1)
    )
    return ClaimEntry(
        manual_reason=ManualReason.NOT_NETWORKED,
        diagnosis=sample.diagnosis,
        note="示例",
        stay=StayEntry(
            treatment_area=Area.objects.get(pk=sample.place),
            admitted_on=discharged_on - dt.timedelta(days=9),
            discharged_on=discharged_on,
            hospital_name=HOSPITALS[sample.place],
            hospital_level=sample.level,
            category=sample.category,
            total=Decimal(sample.total),
            eligible=Decimal(sample.eligible),
        ),
        payee=Payee(name=sample.name, bank="示例银行营业部", account=f"622200000000000{place:04d}"),
        receipts=tuple(receipts),
        materials=(
            MaterialEntry(material=Material.ORIGINAL_RECEIPTS, originals=2),
            MaterialEntry(material=Material.INPATIENT_RECORD, originals=0, copies=1),
            MaterialEntry(material=Material.ITEMISED_LIST),
        ),
    )
