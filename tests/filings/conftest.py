"""The shipped policies in force, and people to file under them."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filings import desk
from filings.application import Application, Seen
from filings.changes import desk as change_desk
from filings.changes.asked import ChangeAsked
from filings.models import Filing, FilingChange, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make
from tests import shipped

TODAY = dt.date(2026, 3, 10)
TOKEN = "6f1b8a52-6a0f-4c56-9a38-0f5b1c1f7a10"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def policies(db: Any) -> None:
    shipped.filing_policies(*make.HOMES, make.BEIJING, "370100", "810000")


@pytest.fixture
def insured(policies: None) -> Callable[..., InsuredPerson]:
    """insured("211200") → a person of that area, a retired employee unless told otherwise."""

    def person_of(area: str = make.WEIFANG, **participation: Any) -> InsuredPerson:
        return make.ParticipationFactory(person__area__code=area, **participation).person

    return person_of


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, *make.HOMES)


@pytest.fixture
def reviewer(policies: None) -> User:
    return make.staff(Role.REVIEWER, *make.HOMES)


@pytest.fixture
def client(signed_in: Any, clerk: User) -> Client:
    """The clerk's."""
    return signed_in(clerk)


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


def leaving(on: dt.date = TODAY, **values: Any) -> ChangeAsked:
    """A cancellation asked for on its day or today, whichever is later; with a destination, a change."""
    given = {"asked_on": max(on, TODAY), "reason": "返回参保地居住"} | values
    if isinstance(given.get("destination"), str):
        given["destination"] = Area.objects.get(pk=given["destination"])
    return ChangeAsked(on=on, **given)


def cancelling(by: User, filing: Filing, on: dt.date = TODAY, **values: Any) -> FilingChange:
    token, version = values.pop("request_token", None) or uuid.uuid4(), values.pop("version", None)
    return change_desk.ask(by=by, filing=filing, asked=leaving(on, **values), request_token=token, version=version)


def moving(by: User, filing: Filing, destination: str = "370100", on: dt.date = TODAY, **values: Any) -> FilingChange:
    return cancelling(by, filing, on, destination=destination, **values)


def filed_today(
    by: User, person: InsuredPerson, category: Category = Category.LONG_TERM_RESIDENT, **more: Any
) -> Filing:
    return filed(by, person, asking(category, filed_on=timezone.localdate(), **more))


def to_review(by: User, person: InsuredPerson) -> Filing:
    return filed_today(by, person, Category.REFERRAL, materials=APPROVAL)


def typed(**values: Any) -> dict[str, Any]:
    """What a clerk types at the counter: a long-term filing for Beijing, unless told otherwise."""
    return {
        "category": "long_term_resident",
        "destination": "北京市（110000）",
        "channel": "counter",
        "request_token": TOKEN,
    } | values


def is_open_to_submit(page: str) -> bool:
    button = re.search(r'<button[^>]*form="filing_form"[^>]*>', page)
    assert button
    return "disabled" not in button[0]
