"""A demo change: a referral of Jining, approved, that is to go on in another city and waits for review."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.contrib.auth.models import User

from filings import desk
from filings.application import Application, Seen
from filings.changes import desk as changes
from filings.changes.asked import ChangeAsked
from filings.models import Filing, FilingChange, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.models import Area

NAMESPACE = uuid.UUID("3f0c5a1e-9b54-4c0e-8a51-6f1f3f6c2d47")
WHO, BEFORE, AFTER = "孔令辉", "110000", "310000"


def load(people: Mapping[str, InsuredPerson], users: Mapping[str, User]) -> str:
    """The change, where it is missing; gives a phrase that says what there is."""
    token = uuid.uuid5(NAMESPACE, f"change {WHO}")
    if not FilingChange.objects.filter(request_token=token).exists():
        areas, today = Area.objects.in_bulk([BEFORE, AFTER]), dt.date.today()  # noqa: DTZ011
        asked = ChangeAsked(
            on=today,
            asked_on=today,
            reason="示例：北京治疗结束，转上海继续治疗",
            destination=areas[AFTER],
            hospital_name="上海示例医院",
        )
        filing = _referral(people[WHO], areas[BEFORE], today - dt.timedelta(days=20), users)
        changes.ask(by=users["clerk"], filing=filing, asked=asked, request_token=token)
    return "示例变更 1 件"


def _referral(person: InsuredPerson, place: Area, day: dt.date, users: Mapping[str, User]) -> Filing:
    application = Application(
        category=Category.REFERRAL,
        destination=place,
        filed_on=day,
        materials=(Seen(Material.REFERRAL_CERTIFICATE),),
        hospital_name="北京示例医院",
        note="示例",
    )
    filing = desk.file_person(
        by=users["clerk"], person=person, application=application, request_token=uuid.uuid5(NAMESPACE, f"filing {WHO}")
    )
    return desk.approve(by=users["reviewer"], filing=filing)
