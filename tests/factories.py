"""Rows for tests.  Areas are real ones, made on demand; people and id numbers are made up."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.models import User
from django.utils import timezone
from factory.django import DjangoModelFactory

from filings.identity import made_up_number
from filings.models import (
    CardReplacement,
    Commitment,
    Filing,
    FilingChange,
    FilingPolicy,
    InpatientRegistration,
    InsuredPerson,
    Participation,
    PeopleListImport,
    RosterImport,
    Sanction,
    Scan,
    SocialSecurityCard,
)
from filings.vocabulary import Category, CommitmentPurpose, Employment, Material, Measure, Scheme, SettlementWay, Tier
from hospitals.models import Area, Hospital, HospitalListImport, Post, ServiceHall
from hospitals.models.policy import PolicyStatus
from hospitals.vocabulary import AreaKind, Level, ListStatus, Role, Scope
from settlement.models import Claim
from settlement.vocabulary import ManualReason

YANTAI, DONGYING, WEIFANG, JINING, TIELING, BEIJING = "370600", "370500", "370700", "370800", "211200", "110000"
QINGDAO = "370200"  # an area of which nothing is configured
HOMES = (YANTAI, DONGYING, WEIFANG, JINING, TIELING)
NAMES = {
    "110000": "北京市",
    "110101": "东城区",
    "210000": "辽宁省",
    "210100": "沈阳市",
    "211200": "铁岭市",
    "211221": "铁岭县",
    "370000": "山东省",
    "370100": "济南市",
    "370200": "青岛市",
    "370500": "东营市",
    "370600": "烟台市",
    "370700": "潍坊市",
    "370702": "潍城区",
    "370705": "奎文区",
    "370800": "济宁市",
    "710000": "台湾省",
    "810000": "香港特别行政区",
}
MUNICIPALITIES = ("11", "12", "31", "50")
NOT_SERVED = ("71", "81", "82")
HOME_COUNTIES = {YANTAI: "370602", DONGYING: "370502", WEIFANG: "370702", JINING: "370811", TIELING: "211202"}


class AreaFactory(DjangoModelFactory):
    """The area of a code, with those above it: AreaFactory(code="370700")."""

    class Meta:
        model = Area
        django_get_or_create = ("code",)

    code = WEIFANG
    name = factory.LazyAttribute(lambda area: NAMES.get(area.code, f"地区{area.code}"))
    full_name = factory.LazyAttribute(
        lambda area: (area.parent.full_name if area.parent else "") + NAMES.get(area.code, area.code)
    )
    kind = factory.LazyAttribute(
        lambda area: (
            AreaKind.PROVINCE
            if area.code.endswith("0000")
            else AreaKind.CITY
            if area.code.endswith("00")
            else AreaKind.COUNTY
        )
    )
    is_served = factory.LazyAttribute(lambda area: area.code[:2] not in NOT_SERVED)

    @factory.lazy_attribute
    def is_pool(self) -> bool:
        if self.code[:2] in MUNICIPALITIES:
            return self.code.endswith("0000")
        return self.code.endswith("00") and not self.code.endswith("0000")

    @factory.lazy_attribute
    def parent(self) -> Area | None:
        above = self.code[:2] + "0000" if self.code.endswith("00") else self.code[:4] + "00"
        if self.code[:2] in MUNICIPALITIES:
            above = self.code[:2] + "0000"
        return None if above == self.code else AreaFactory(code=above)

    @classmethod
    def _generate(cls, strategy: Any, params: dict[str, Any]) -> Any:
        """One that is there is found by its code alone, without those above it."""
        found = Area.objects.filter(code=params.get("code", WEIFANG)).first() if params.keys() <= {"code"} else None
        return found or super()._generate(strategy, params)


class HallFactory(DjangoModelFactory):
    class Meta:
        model = ServiceHall

    area = factory.SubFactory(AreaFactory)
    district = factory.Sequence(lambda n: f"第{n}区")
    name = factory.LazyAttribute(lambda hall: f"{hall.district}医保窗口")
    source = "示例"


class HospitalFactory(DjangoModelFactory):
    class Meta:
        model = Hospital

    area = factory.SubFactory(AreaFactory)
    name = factory.Sequence(lambda n: f"示例第{n}医院")


class ListImportFactory(DjangoModelFactory):
    """A previewed list with a faulty row."""

    class Meta:
        model = HospitalListImport

    area = factory.SubFactory(AreaFactory)
    file_name = "名单.xlsx"
    status = ListStatus.PREVIEWED
    columns = factory.LazyFunction(lambda: [["name", "医院名称"]])
    rows = invalid = 1


class PeopleImportFactory(ListImportFactory):
    class Meta:
        model = PeopleListImport

    columns = factory.LazyFunction(lambda: [["name", "姓名"], ["id_number", "证件号码"]])


class RosterFactory(ListImportFactory):
    class Meta:
        model = RosterImport

    columns = factory.LazyFunction(lambda: [["name", "姓名"], ["id_number", "证件号码"], ["place", "就医地"]])
    employer = "示例公司"
    agent_name = "王经办"
    filed_on = dt.date(2026, 3, 10)


class UserFactory(DjangoModelFactory):
    """A member of staff; `staff(...)` gives one with a post."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    last_name = factory.Sequence(lambda n: f"经办{n}")
    password = factory.django.Password("demo-portal")


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    user = factory.SubFactory(UserFactory)
    role = Role.CLERK
    area = factory.SubFactory(AreaFactory)


def staff(role: Role, *areas: str, hall: ServiceHall | None = None, **user: Any) -> User:
    """A user with a post of this role in each area (Weifang where none is given), or in one hall."""
    member: User = UserFactory(**user)
    if hall:
        PostFactory(user=member, role=role, area=hall.area, hall=hall)
    else:
        for code in areas or (WEIFANG,):
            PostFactory(user=member, role=role, area=AreaFactory(code=code))
    return member


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = InsuredPerson

    area = factory.SubFactory(AreaFactory)
    name = factory.Sequence(lambda n: "王李张刘陈"[n % 5] + "小明")
    id_number = factory.Sequence(
        lambda n: made_up_number("370702", dt.date(1950, 1, 1) + dt.timedelta(n // 900), n % 900)
    )
    phone = "13900000000"


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    scheme = Scheme.EMPLOYEE
    employment = factory.LazyAttribute(
        lambda participation: Employment.RETIRED if participation.scheme == Scheme.EMPLOYEE else ""
    )
    starts_on = dt.date(2010, 1, 1)


class CardFactory(DjangoModelFactory):
    class Meta:
        model = SocialSecurityCard

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    number = factory.Sequence(lambda n: f"G{n:08d}")


class ReplacementFactory(DjangoModelFactory):
    """A new card the person asked for, as the database holds it."""

    class Meta:
        model = CardReplacement

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    procedure = "card_by_self"
    asked_on = dt.date(2026, 3, 10)
    answer = factory.LazyFunction(lambda: {"required": [], "seen": [], "where": [], "reasons": []})
    made_by = factory.SubFactory(UserFactory)


class FilingPolicyFactory(DjangoModelFactory):
    """A version without rules, published; the shipped packs have the real ones."""

    class Meta:
        model = FilingPolicy

    area = factory.SubFactory(AreaFactory)
    version = factory.Sequence(lambda n: n + 1)
    starts_on = dt.date(2000, 1, 1)
    ends_on = factory.LazyAttribute(lambda policy: policy.starts_on)
    document = "示例文件"
    status = PolicyStatus.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class FilingFactory(DjangoModelFactory):
    """A filing as the database holds it, whatever the policy says; the verbs make the real ones."""

    class Meta:
        model = Filing

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    scheme = Scheme.EMPLOYEE
    employment = Employment.RETIRED
    category = Category.LONG_TERM_RESIDENT
    destination = factory.SubFactory(AreaFactory, code=BEIJING)
    scope = Scope.CROSS_PROVINCE
    tier = Tier.LOCAL
    settlement = SettlementWay.DIRECT
    filed_on = dt.date(2026, 3, 10)
    start_on = factory.SelfAttribute("filed_on")
    decision = factory.LazyAttribute(
        lambda filing: {
            "outcome": "accept",
            "scope": filing.scope,
            "tier": filing.tier,
            "settlement": filing.settlement,
            "earliest_start_on": None,
            "missing": [],
            "reasons": [],
        }
    )
    status = "active"
    made_by = factory.SubFactory(UserFactory)

    @factory.lazy_attribute
    def policy(self) -> FilingPolicy:
        return FilingPolicy.objects.filter(area=self.area).first() or FilingPolicyFactory(area=self.area)


class RegistrationFactory(DjangoModelFactory):
    """A stay registered, as the database holds it, whatever the checks say; the verb makes the real ones."""

    class Meta:
        model = InpatientRegistration

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    filing = factory.SubFactory(FilingFactory, person=factory.SelfAttribute("..person"))
    hospital = factory.SubFactory(HospitalFactory, area__code=BEIJING)
    hospital_name = factory.SelfAttribute("hospital.name")
    registered_on = dt.date(2026, 3, 10)
    admitted_on = factory.SelfAttribute("registered_on")
    answer = factory.LazyFunction(lambda: {"outcome": "accept", "checks": [], "policy": None})
    made_by = factory.SubFactory(UserFactory)


class FilingChangeFactory(DjangoModelFactory):
    """A cancellation that waits for review, as the database holds it; the verbs make the real ones."""

    class Meta:
        model = FilingChange

    filing = factory.SubFactory(FilingFactory)
    area = factory.SelfAttribute("filing.area")
    hall = factory.SelfAttribute("filing.hall")
    person = factory.SelfAttribute("filing.person")
    category = factory.SelfAttribute("filing.category")
    policy = factory.SelfAttribute("filing.policy")
    kind = "cancel"
    asked_on = on = factory.SelfAttribute("filing.filed_on")
    reason = "返回参保地居住"
    decision = factory.LazyFunction(
        lambda: {"outcome": "review", "possible_on": None, "reasons": [], "basis": None, "policy": None, "filing": None}
    )
    status = "pending"
    made_by = factory.SubFactory(UserFactory)


class ClaimFactory(DjangoModelFactory):
    """A claim at the counter, not calculated, as the database holds it; the verbs make the real ones."""

    class Meta:
        model = Claim

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    scheme = Scheme.EMPLOYEE
    employment = Employment.ACTIVE
    category = Category.TEMPORARY
    manual_reason = ManualReason.NOT_NETWORKED
    treatment_area = factory.SubFactory(AreaFactory, code=BEIJING)
    scope = Scope.CROSS_PROVINCE
    hospital_name = "北京示例医院"
    hospital_level = Level.THREE
    admitted_on = dt.date(2026, 3, 1)
    discharged_on = dt.date(2026, 3, 12)
    diagnosis = "肺炎"
    total = Decimal("25000.00")
    eligible = Decimal("20000.00")
    payee_name = "王小明"
    payee_bank = "示例银行"
    payee_account = "6222000000000000000"
    accepted_on = dt.date(2026, 3, 20)
    made_by = factory.SubFactory(UserFactory)
    entered_by = factory.LazyAttribute(lambda claim: [claim.made_by.pk])


class CommitmentFactory(DjangoModelFactory):
    """An open one of a filing, with nothing listed as missing; the verbs make the real ones."""

    class Meta:
        model = Commitment

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    filing = factory.SubFactory(FilingFactory, person=factory.SelfAttribute("..person"))
    purpose = CommitmentPurpose.FILING
    signed_on = dt.date(2026, 3, 10)
    due_on = dt.date(2026, 9, 10)
    policy = factory.SelfAttribute("filing.policy")
    made_by = factory.SubFactory(UserFactory)


class SanctionFactory(DjangoModelFactory):
    class Meta:
        model = Sanction

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    commitment = factory.SubFactory(CommitmentFactory, person=factory.SelfAttribute("..person"))
    measure = Measure.SUSPEND_DIRECT
    starts_on = dt.date(2026, 9, 11)
    source = "《示例文件》一"


class ScanFactory(DjangoModelFactory):
    """A scan's row; its file is lost."""

    class Meta:
        model = Scan

    filing = factory.SubFactory(FilingFactory)
    area = factory.SelfAttribute("filing.area")
    hall = factory.SelfAttribute("filing.hall")
    person = factory.SelfAttribute("filing.person")
    material = Material.ID_DOCUMENT
    file_name = "身份证.pdf"
    content_type = "application/pdf"
    size = 1000
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    stored_name = factory.Sequence(lambda n: f"scans/lost-{n}.pdf")
    made_by = factory.SubFactory(UserFactory)
