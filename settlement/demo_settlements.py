"""Demo stays settled at the hospital, one of them uploaded twice and reversed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from filings.vocabulary import Category
from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.vocabulary import Level
from settlement.calculation import Cost
from settlement.claims.entry import StayEntry
from settlement.demo import BEIJING, DALIAN, HOSPITALS, SHENYANG, TIELING
from settlement.direct_settlement import reverse_settlement, settle_directly
from settlement.models import Settlement


@dataclass(frozen=True, slots=True)
class Sample:
    """One stay.  cost: 全自费, 超限价自费, 先行自付, 符合政策范围.  reversal: why it is taken back."""

    name: str
    place: str
    level: Level
    days_ago: int
    diagnosis: str
    cost: tuple[str, str, str, str]
    reversal: str = ""


SAMPLES = (
    Sample("周海", BEIJING, Level.THREE, 315, "胃癌", ("3120.00", "860.50", "2415.30", "41604.20")),
    Sample("刘洋", SHENYANG, Level.TWO, 150, "急性支气管炎", ("210.00", "0.00", "468.40", "6321.60")),
    Sample("刘洋", SHENYANG, Level.TWO, 150, "急性支气管炎", ("210.00", "0.00", "468.40", "6321.60"), "医院重复上传"),
    Sample("高桂兰", DALIAN, Level.THREE_A, 110, "白内障", ("540.00", "120.00", "905.00", "10435.00")),
)


def load(users: Mapping[str, User]) -> str:
    """Settle the demo stays, once.  After the demo people.  What there is, in one line."""
    today = timezone.localdate()
    for place, sample in enumerate(SAMPLES, start=1):
        receipt = f"示例 {place:08d}"
        if Settlement.objects.filter(receipts=[receipt]).exists():
            continue
        person = InsuredPerson.objects.filter(area=TIELING, name=sample.name).earliest("pk")
        settled_on = today - dt.timedelta(days=sample.days_ago)
        made = settle_directly(
            by=portal_account(),
            person=person,
            entry=_entry(sample, settled_on),
            on=settled_on,
            diagnosis=sample.diagnosis,
            receipts=(receipt,),
        )
        if sample.reversal:
            reverse_settlement(by=users["supervisor"], settlement=made, reason=sample.reversal, on=settled_on)
    return f"示例直接结算 {len(SAMPLES)} 笔"


def _entry(sample: Sample, discharged_on: dt.date) -> StayEntry:
    outside, above_limit, self_paid, eligible = map(Decimal, sample.cost)
    total = outside + above_limit + self_paid + eligible
    return StayEntry(
        treatment_area=Area.objects.get(pk=sample.place),
        admitted_on=discharged_on - dt.timedelta(days=8),
        discharged_on=discharged_on,
        hospital_name=HOSPITALS[sample.place],
        hospital_level=sample.level,
        category=Category.TEMPORARY,
        total=total,
        eligible=eligible,
        cost=Cost(total=total, outside=outside, above_limit=above_limit, self_paid=self_paid, eligible=eligible),
    )
