"""People whose stay can be registered, and the stays."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.models import User

from filings.application import Agent, Seen
from filings.models import InpatientRegistration, InsuredPerson
from filings.registering import Stay, register_inpatient
from filings.vocabulary import CardTestResult, CardTestWay, Category, Channel, Material, Relation, Variant
from hospitals.models import Hospital
from hospitals.vocabulary import Scope, Service
from tests import factories as make
from tests import shipped
from tests.filings.conftest import TODAY, asking, filed

BEIJING_HOSPITAL, QINGDAO, QINGDAO_HOSPITAL = "北京示例医院", "370200", "青岛示例医院"
TOMORROW = TODAY + dt.timedelta(1)
SON = Agent("宋小明", Relation.CHILD, "13900000001")


def network() -> None:
    """The policies in force, and hospitals that take inpatients from elsewhere."""
    shipped.filing_policies(*make.HOMES, make.BEIJING, "370100", QINGDAO)
    opened(BEIJING_HOSPITAL, make.BEIJING, Scope.CROSS_PROVINCE)
    opened(QINGDAO_HOSPITAL, QINGDAO, Scope.IN_PROVINCE)


def opened(name: str, area: str, scope: Scope, **values: Any) -> Hospital:
    hospital = make.HospitalFactory(name=name, area__code=area)
    hospital.services.create(service=Service.INPATIENT, scope=scope, **{"opened_on": dt.date(2017, 8, 1)} | values)
    return hospital


def of_dongying(clerk: User, *, on: dt.date = TODAY, filing: bool = True, **participation: Any) -> InsuredPerson:
    """Insured in Dongying, filed for Beijing unless told otherwise, with a card that passed its test."""
    person = make.ParticipationFactory(person__area__code=make.DONGYING, **participation).person
    card = make.CardFactory(person=person)
    card.tests.create(area=person.area, tested_on=on, way=CardTestWay.COUNTER, result=CardTestResult.PASSED, by=clerk)
    if filing:
        filed(clerk, person, asking(materials=(Seen(Material.FILING_FORM),), filed_on=on))
    return person


def of_yantai(clerk: User, *, on: dt.date = TODAY) -> InsuredPerson:
    """Retired in Yantai, back in Qingdao, filed for it."""
    person = make.ParticipationFactory(person__area__code=make.YANTAI).person
    make.CardFactory(person=person)
    seen = (Seen(Material.REGISTRATION_FORM), Seen(Material.PHOTO_ONE_INCH, 3), Seen(Material.HOUSEHOLD_REGISTER, 1, 1))
    wanted = {"variant": Variant.NATIVE_PLACE, "destination": QINGDAO, "materials": seen, "filed_on": on}
    filed(clerk, person, asking(Category.RESETTLED_RETIREE, **wanted))
    return person


def stay(**values: Any) -> Stay:
    """Tomorrow in Beijing, told by the son by telephone."""
    given: dict[str, Any] = {
        "hospital_name": BEIJING_HOSPITAL,
        "admitted_on": TOMORROW,
        "channel": Channel.PHONE,
        "ward": "心内科",
        "condition": "冠心病",
        "agent": SON,
    }
    return Stay(**given | values)


def registered(clerk: User, person: InsuredPerson, wanted: Stay | None = None, **values: Any) -> InpatientRegistration:
    given = {"on": TODAY, "request_token": uuid.uuid4()}
    return register_inpatient(by=clerk, person=person, stay=wanted or stay(), **given | values)
