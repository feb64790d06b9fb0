"""The shipped policies in force, and people to file under them."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import desk, policy_packs
from filings.application import Application, Seen
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make

TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def policies(db: Any) -> None:
    for code in (make.YANTAI, make.WEIFANG, make.TIELING, make.BEIJING, "370100", "810000"):
        make.AreaFactory(code=code)
    policy_packs.load()


@pytest.fixture
def insured(policies: None) -> Callable[..., InsuredPerson]:
    """insured("211200") → a person of that area, a retired employee unless told otherwise."""

    def person_of(area: str = make.WEIFANG, **participation: Any) -> InsuredPerson:
        return make.ParticipationFactory(person__area__code=area, **participation).person

    return person_of


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, make.YANTAI, make.WEIFANG, make.TIELING)


@pytest.fixture
def reviewer(policies: None) -> User:
    return make.staff(Role.REVIEWER, make.YANTAI, make.WEIFANG, make.TIELING)


def asking(category: Category = Category.LONG_TERM_RESIDENT, **values: Any) -> Application:
    """A filing for Beijing asked for today, unless told otherwise."""
    destination = Area.objects.get(pk=values.pop("destination", make.BEIJING))
    return Application(category=category, destination=destination, **({"filed_on": TODAY} | values))


APPROVAL = (Seen(Material.REFERRAL_APPROVAL_FORM),)


def filed(by: User, person: InsuredPerson, application: Application | None = None, **values: Any) -> Filing:
    token = values.pop("request_token", None) or uuid.uuid4()
    application = application or asking(**values)
    return desk.file_person(by=by, person=person, application=application, request_token=token)


def filed_for_review(by: User, person: InsuredPerson) -> Filing:
    return filed(by, person, asking(Category.REFERRAL, materials=APPROVAL))
