"""Demo stays of Tieling: a past emergency, a present outing, a chronic disease recognised where the person lives."""

import datetime as dt

from django.contrib.auth.models import User

from filings.arrivals import close_arrival, filing_for_admission
from filings.chronic import take_recognition
from filings.models import InsuredPerson
from filings.vocabulary import Channel, Recognition
from hospitals.models import Area


def load(people: dict[str, InsuredPerson], users: dict[str, User]) -> None:
    """Made through the verbs, where they are missing."""
    today = dt.date.today()  # noqa: DTZ011
    _stay(people["刘洋"], "310000", today - dt.timedelta(80), days=9, emergency=True)
    _stay(people["高桂兰"], "210200", today - dt.timedelta(2))
    _recognition(people["陈淑芬"], users["clerk"], today)


def _stay(
    person: InsuredPerson, place: str, admitted_on: dt.date, *, days: int | None = None, emergency: bool = False
) -> None:
    if person.filings.filter(channel=Channel.AUTOMATIC).exists():
        return
    arrival = filing_for_admission(
        person=person,
        place=Area.objects.get(pk=place),
        admitted_on=admitted_on,
        emergency=emergency,
        hospital_name="示例医院",
        on=admitted_on,
    )
    if arrival.filing and days:
        close_arrival(filing=arrival.filing, discharged_on=admitted_on + dt.timedelta(days))


def _recognition(person: InsuredPerson, clerk: User, today: dt.date) -> None:
    filing = person.filings.asked_for().first()
    if filing is None or person.chronic_qualifications.exists():
        return
    take_recognition(
        by=clerk,
        person=person,
        disease="高血压",
        recognised_in=filing.destination,
        recognised_on=today - dt.timedelta(60),
        returned_on=today - dt.timedelta(52),
        result=Recognition.RECOGNISED,
        reference="示例字1号",
    )
