"""Demo people and filings: made up, the same on every machine, and filed through the verbs like any other."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User

from filings import demo_cards, demo_changes, demo_stays, demo_uploads, desk
from filings.application import Application, Seen
from filings.identity import made_up_number
from filings.models import Filing, InsuredPerson, Participation
from filings.vocabulary import Category, Channel, Employment, Hardship, Material, Scheme, Variant
from hospitals.models import Area

NAMESPACE = uuid.UUID("5d0c3a52-6a0f-4c56-9a38-0f5b1c1f7a10")
ACTIVE, RETIRED, RESIDENT = Employment.ACTIVE, Employment.RETIRED, None
# serial of the id number (odd ones are men's), area, county of the number, name, born, employment (None: resident),
# employer, hardship
PEOPLE = (
    (11, "370700", "370705", "李为民", "1955-03-12", RETIRED, "示例纺织厂", ""),
    (12, "370700", "370702", "王晓梅", "1984-07-02", ACTIVE, "示例机械公司", ""),
    (14, "370700", "370783", "赵小雨", "2016-05-20", RESIDENT, "", ""),
    (13, "370700", "370725", "孙建国", "1979-11-30", ACTIVE, "示例化工公司", ""),
    (16, "211200", "211202", "陈淑芬", "1958-01-25", RETIRED, "示例煤矿", ""),
    (15, "211200", "211221", "刘洋", "1990-09-09", ACTIVE, "示例物流公司", ""),
    (18, "211200", "211281", "高桂兰", "1962-06-18", RESIDENT, "", Hardship.MINIMUM_LIVING),
    (17, "211200", "211204", "周海", "1971-04-04", ACTIVE, "示例电力公司", ""),
    (19, "370600", "370602", "于海波", "1954-10-10", RETIRED, "示例渔业公司", ""),
    (20, "370600", "370611", "姜丽", "1988-02-14", ACTIVE, "示例电子公司", ""),
    (21, "370600", "370613", "曲志强", "1966-08-08", ACTIVE, "示例造船公司", ""),
    (22, "370500", "370502", "宋玉珍", "1957-12-01", RETIRED, "示例石油公司", ""),
    (23, "370800", "370811", "孔令辉", "1992-03-03", ACTIVE, "示例煤业公司", ""),
    (24, "370800", "370881", "颜秀英", "1960-09-28", RESIDENT, "", ""),
)


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
    number = made_up_number(county, dt.date.fromisoformat(born), serial)
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
