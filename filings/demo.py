"""Demo people and filings: made up, the same on every machine, and filed through the verbs like any other."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User

from filings import demo_cards, demo_changes, demo_stays, demo_uploads, desk
from filings.application import Application, Seen
from filings.demo_people import PEOPLE, id_number_of
from filings.models import Filing, InsuredPerson, Participation
from filings.vocabulary import Category, Channel, Employment, Material, Scheme, Variant
from hospitals.models import Area

NAMESPACE = uuid.UUID("5d0c3a52-6a0f-4c56-9a38-0f5b1c1f7a10")


@dataclass(frozen=True, slots=True)
class Wish:
    """A demo filing: who asks for what, how many days ago, and what the reviewer says to it."""

    name: str
    category: Category
    destination: str
    days_ago: int
    materials: tuple[Seen, ...] = ()
    variant: Variant | None = None
    channel: Channel = Channel.COUNTER
    verdict: str = ""


WISHES = (
    Wish("李为民", Category.LONG_TERM_RESIDENT, "110000", 40, (Seen(Material.ID_DOCUMENT),)),
    Wish("王晓梅", Category.REFERRAL, "310000", 12),
    Wish("孙建国", Category.POSTED_WORKER, "120000", 3, channel=Channel.MINI_PROGRAM),
    Wish(
        *("陈淑芬", Category.RESETTLED_RETIREE, "210200", 200),
        (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT)),
    ),
    Wish("刘洋", Category.POSTED_WORKER, "440300", 25, (Seen(Material.EMPLOYER_CERTIFICATE),)),
    Wish("高桂兰", Category.REFERRAL, "210100", 60, (Seen(Material.MEDICAL_RECORD),)),
    Wish("周海", Category.REFERRAL, "110000", 90, (Seen(Material.REFERRAL_CERTIFICATE),)),
    Wish(
        *("于海波", Category.RESETTLED_RETIREE, "370200", 30),
        (
            Seen(Material.REGISTRATION_FORM),
            Seen(Material.PHOTO_ONE_INCH, originals=3),
            Seen(Material.HOUSEHOLD_REGISTER, originals=1, copies=1),
        ),
        Variant.NATIVE_PLACE,
    ),
    Wish("姜丽", Category.REFERRAL, "370100", 1, (Seen(Material.REFERRAL_APPROVAL_FORM),)),
    Wish(
        *("曲志强", Category.REFERRAL, "370200", 2, (Seen(Material.REFERRAL_APPROVAL_FORM),)),
        verdict="审批表缺转诊医院盖章，请补正",
    ),
    Wish("宋玉珍", Category.LONG_TERM_RESIDENT, "440300", 50, (Seen(Material.FILING_FORM),)),
)


def load(users: dict[str, User]) -> str:
    """People and filings, where they are missing; gives one line that says what there is."""
    areas = Area.objects.in_bulk({row[1] for row in PEOPLE} | {wish.destination for wish in WISHES})
    people = {row[3]: _person(users["clerk"], row[0], areas[row[1]], *row[2:]) for row in PEOPLE}
    for wish in WISHES:
        _file(wish, people[wish.name], areas[wish.destination], users)
    demo_stays.load(people, users)
    further = f"{demo_cards.load(users['clerk'], people)}，{demo_changes.load(people, users)}，{demo_uploads.load()}"
    return f"示例参保人 {len(people)} 名，示例备案 {len(WISHES)} 件，{further}"


def _person(
    by: User,
    serial: int,
    area: Area,
    county: str,
    name: str,
    born: str,
    employment: Employment | None,
    employer: str,
    hardship: str,
) -> InsuredPerson:
    number = id_number_of(serial, county, born)
    person, is_new = InsuredPerson.objects.get_or_create(
        area=area, id_number=number, defaults={"name": name, "phone": f"139000000{serial}", "address": "示例地址"}
    )
    if is_new:
        Participation.objects.create(
            person=person,
            area=area,
            scheme=Scheme.EMPLOYEE if employment else Scheme.RESIDENT,
            employment=employment or "",
            employer=employer,
            starts_on=dt.date(2010, 1, 1) if employment else max(dt.date(2017, 1, 1), dt.date.fromisoformat(born)),
            contributions_paid_through=dt.date(2026, 12, 31),
            continuous_since=dt.date(2017, 1, 1),
            hardship=hardship,
        )
        demo_cards.issue(by, person, f"SL{area.code}{serial:04d}")
    return person


def _file(wish: Wish, person: InsuredPerson, destination: Area, users: dict[str, User]) -> None:
    token = uuid.uuid5(NAMESPACE, f"filing {wish.name}")
    if Filing.objects.filter(request_token=token).exists():
        return
    application = Application(
        category=wish.category,
        destination=destination,
        filed_on=dt.date.today() - dt.timedelta(days=wish.days_ago),  # noqa: DTZ011
        variant=wish.variant,
        channel=wish.channel,
        materials=wish.materials,
        note="示例",
    )
    filing = desk.file_person(by=users["clerk"], person=person, application=application, request_token=token)
    if wish.verdict:
        desk.send_back(by=users["reviewer"], filing=filing, reason=wish.verdict)
