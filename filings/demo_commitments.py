"""Demo commitments: one that falls due within the month, one that was not kept; made by the verbs like any other."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from filings import cards, desk, lapsing, register
from filings.application import Application, Seen
from filings.identity import made_up_number
from filings.models import Commitment, Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Material, Scheme
from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.periods import add_months

NAMESPACE = uuid.UUID("2f7be4a4-5a5e-4f0a-9d0c-6a4f3c1f0b08")
TIELING = "211200"


@dataclass(frozen=True, slots=True)
class Sample:
    """Who signed how many months and days ago.  serial: of the id number, odd for men."""

    serial: int
    name: str
    born: str
    employment: Employment
    destination: str
    months_ago: int
    days_ago: int


SAMPLES = (
    Sample(26, "马秀兰", "1959-05-06", Employment.RETIRED, "120000", 5, 12),
    Sample(27, "郭振东", "1957-10-21", Employment.RETIRED, "110000", 7, 0),
)


def load(users: Mapping[str, User]) -> str:
    """File them and let what is due lapse, once; what somebody did with them since stays.

    users: the demo accounts by name.  What there is, in one line.
    """
    today = timezone.localdate()
    for sample in SAMPLES:
        token = uuid.uuid5(NAMESPACE, f"filing {sample.name}")
        if not Filing.objects.filter(request_token=token).exists():
            filing = _filed(sample, _person(sample, users["clerk"]), token, users["clerk"], today)
            due = Commitment.objects.due_before(today).filter(filing=filing).first()
            if due:
                lapsing.lapse(by=portal_account(), commitment=due, on=today)
    return f"示例承诺 {len(SAMPLES)} 件"


def _person(sample: Sample, clerk: User) -> InsuredPerson:
    area = Area.objects.get(pk=TIELING)
    number = made_up_number("211202", dt.date.fromisoformat(sample.born), sample.serial)
    person = register.register_person(
        by=clerk, area=area, name=sample.name, id_number=number, phone="13900000000", address="示例地址"
    )
    register.add_participation(
        by=clerk,
        person=person,
        scheme=Scheme.EMPLOYEE,
        employment=sample.employment,
        employer="示例煤矿",
        starts_on=dt.date(2010, 1, 1),
        contributions_paid_through=dt.date(2026, 12, 31),
        continuous_since=dt.date(2017, 1, 1),
    )
    cards.issue_card(by=clerk, person=person, number=f"SL{area.code}{sample.serial:04d}")
    return person


def _filed(sample: Sample, person: InsuredPerson, token: uuid.UUID, clerk: User, today: dt.date) -> Filing:
    """Without the proof of living there, which the person signs to hand in later."""
    application = Application(
        category=Category.LONG_TERM_RESIDENT,
        destination=Area.objects.get(pk=sample.destination),
        filed_on=add_months(today, -sample.months_ago) - dt.timedelta(days=sample.days_ago),
        materials=(Seen(Material.ID_DOCUMENT),),
        note="示例",
        commitment=True,
    )
    return desk.file_person(by=clerk, person=person, application=application, request_token=token)
