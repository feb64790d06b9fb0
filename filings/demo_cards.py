"""Demo cards and the demo stay, through the verbs like any other."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from filings.application import Agent
from filings.cards import ask_for_replacement, issue_card, record_test, report_lost
from filings.models import CardReplacement, InpatientRegistration, InsuredPerson
from filings.registering import Stay, register_inpatient
from filings.vocabulary import CardGeneration, CardTestResult, CardTestWay, Channel, Relation
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Scope, Service

NAMESPACE = uuid.UUID("a1b1f5d4-9d0b-4b61-8b16-3c1f0c7a52d9")
SHENZHEN = "440300"
HOSPITAL = "深圳示例医院"


@dataclass(frozen=True, slots=True)
class Tested:
    days_ago: int
    way: CardTestWay
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A demo person's card: its generation, the tests it had, whether it was lost since."""

    generation: CardGeneration = CardGeneration.SECOND
    tests: tuple[Tested, ...] = ()
    is_lost: bool = False


SAMPLES = {
    "宋玉珍": Sample(tests=(Tested(45, CardTestWay.COUNTER, "鉴权失败"), Tested(30, CardTestWay.POST))),
    "孔令辉": Sample(),
    "颜秀英": Sample(CardGeneration.FIRST),
    "于海波": Sample(tests=(Tested(20, CardTestWay.COUNTER),)),
    "曲志强": Sample(is_lost=True),
}


def issue(by: User, person: InsuredPerson, number: str) -> None:
    """The card of a new demo person, with what came of it."""
    sample = SAMPLES.get(person.name)
    today = timezone.localdate()
    generation = sample.generation if sample else ""
    card = issue_card(by=by, person=person, number=number, generation=generation, bank="示例银行")
    for tested in sample.tests if sample else ():
        record_test(
            by=by,
            card=card,
            on=today,
            tested_on=today - dt.timedelta(days=tested.days_ago),
            way=tested.way,
            result=CardTestResult.FAILED if tested.finding else CardTestResult.PASSED,
            finding=tested.finding,
        )
    if sample and sample.is_lost:
        report_lost(by=by, card=card, reason="示例：本人申报遗失")


def load(by: User, people: dict[str, InsuredPerson]) -> str:
    """A new card asked for and a stay announced by telephone, where they are missing; what there is, in one line."""
    today = timezone.localdate()
    token = uuid.uuid5(NAMESPACE, "replacement")
    if not CardReplacement.objects.filter(request_token=token).exists():
        ask_for_replacement(by=by, person=people["曲志强"], on=today, request_token=token)
    token = uuid.uuid5(NAMESPACE, "stay")
    if not InpatientRegistration.objects.filter(request_token=token).exists():
        _open_hospital()
        stay = Stay(
            hospital_name=HOSPITAL,
            admitted_on=today + dt.timedelta(days=1),
            channel=Channel.PHONE,
            ward="心内科三病区",
            condition="冠心病",
            agent=Agent("宋示例", Relation.CHILD, "13900000099"),
        )
        register_inpatient(by=by, person=people["宋玉珍"], stay=stay, on=today, request_token=token)
    return "示例补卡 1 件，示例住院登记 1 件"


def _open_hospital() -> None:
    """A made-up hospital at the place filed for: the agency's own list has none there."""
    hospital, is_new = Hospital.objects.get_or_create(
        area=Area.objects.get(pk=SHENZHEN), name=HOSPITAL, defaults={"level": Level.THREE, "source": "示例"}
    )
    if is_new:
        hospital.services.create(
            service=Service.INPATIENT,
            scope=Scope.CROSS_PROVINCE,
            opened_on=dt.date(2017, 8, 1),
            opened_assumed=True,
            source="示例",
        )
