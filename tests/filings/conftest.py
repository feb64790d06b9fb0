"""The shipped policies in force, one of Yantai's that asks for review, and people to file under them."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import desk, policy_packs
from filings.application import Application, Seen
from filings.assessment import FilingRules, MaterialGroup, Rule
from filings.models import Filing, FilingPolicy, InsuredPerson
from filings.vocabulary import Category, Handling, Material, Tier
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make

TODAY = dt.date(2026, 3, 10)
REVIEWED = FilingRules(
    area=make.YANTAI,
    version=1,
    document="烟台城镇基本医疗保险异地就医管理结算流程",
    starts_on=dt.date(2014, 1, 1),
    starts_assumed=True,
    rules=(
        Rule(
            category=Category.REFERRAL,
            handling=Handling.REVIEW,
            tier=Tier.REFERRAL,
            text="参保人员携带《审批表》到参保地经办机构审核备案",
            section="一（二）",
            materials=(MaterialGroup((Material.REFERRAL_APPROVAL_FORM,), originals=1, section="一（二）"),),
        ),
        Rule(
            category=Category.LONG_TERM_RESIDENT,
            handling=Handling.ACCEPT,
            tier=Tier.LOCAL,
            text="登记备案",
            section="一（一）",
            materials=(MaterialGroup((Material.PHOTO_ONE_INCH,), originals=3, section="一（一）"),),
        ),
    ),
)


@pytest.fixture
def policies(db: Any) -> None:
    for code in (make.YANTAI, make.WEIFANG, make.TIELING, make.BEIJING, "370100", "810000"):
        make.AreaFactory(code=code)
    policy_packs.load()
    policy = FilingPolicy.objects.create(
        area_id=make.YANTAI,
        version=1,
        starts_on=REVIEWED.starts_on,
        starts_assumed=True,
        document=REVIEWED.document,
    )
    policy.add_rules(REVIEWED)
    policy.publish(by=None)


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
