"""An invented sixth agency, with data alone: a pack that uses all there is to write, and people filed under it."""

import datetime as dt
import shutil
import uuid
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filings import policy_packs
from filings.arrivals import filing_for_admission
from filings.assessment.packs import read_pack
from filings.chronic import chronic_standing, take_recognition
from filings.home_care import home_care_standing
from filings.models import Filing, FilingPolicy, InsuredPerson
from filings.vocabulary import (
    Asked,
    Backdating,
    DiseaseList,
    Handling,
    LockMode,
    Matter,
    Measure,
    Occasion,
    Procedure,
    Recognition,
)
from hospitals.directory import load_areas
from hospitals.models import Area
from hospitals.periods import add_months
from hospitals.vocabulary import Level, Role
from hospitals.working_days import working_days_after
from tests import factories as make
from tests.filings.conftest import HTMX
from tests.house.test_rules_of_the_house import PROJECT, kept

PACK = Path(__file__).resolve().parents[1] / "cases" / "sixth_agency.toml"
SIXTH = read_pack(PACK)
HOME, TANGSHAN, HAINAN = SIXTH.area, "130200", "460000"
OFFICE = ("config", "filings", "hospitals", "settlement", "templates")
InsuredHere = Callable[..., InsuredPerson]


@pytest.fixture(autouse=True)
def agency(db: Any, tmp_path: Path) -> None:
    """The areas of the country, the pack, and nothing else."""
    load_areas()
    shutil.copy(PACK, tmp_path / "sixth.toml")
    policy_packs.load(tmp_path)


@pytest.fixture
def clerk(agency: None) -> User:
    return make.staff(Role.CLERK, HOME)


@pytest.fixture
def client(signed_in: Any, clerk: User) -> Client:
    return signed_in(clerk)


@pytest.fixture
def insured(agency: None) -> InsuredHere:
    return lambda **values: make.ParticipationFactory(person__area=Area.objects.get(pk=HOME), **values).person


def at_counter(client: Client, person: InsuredPerson, category: str, destination: str = "北京市", **typed: Any) -> Any:
    values = {
        "category": category,
        "destination": destination,
        "channel": "counter",
        "request_token": str(uuid.uuid4()),
    }
    return client.post(f"/filings/new/?person={person.pk}", values | typed)


def test_pack_uses_all_there_is_to_write() -> None:
    """Each field of each kind of row is set in some row, and each word that decides something is used."""
    materials = [group for rule in SIXTH.rules for group in rule.materials]
    for rows in (
        SIXTH.rules,
        materials,
        SIXTH.channels,
        SIXTH.locks,
        SIXTH.diseases,
        SIXTH.measures,
        SIXTH.procedures,
        SIXTH.advice,
    ):
        for field in fields(rows[0]):
            default = None if field.default is MISSING else field.default
            assert any(getattr(row, field.name) != default for row in rows), f"{type(rows[0]).__name__}.{field.name}"
    assert {rule.handling for rule in SIXTH.rules} == set(Handling)
    assert {rule.backdating for rule in SIXTH.rules} == set(Backdating)
    assert {rule.occasion for rule in SIXTH.rules} - {None} == set(Occasion)
    assert {lock.mode for lock in SIXTH.locks} == set(LockMode)
    assert {disease.list for disease in SIXTH.diseases} == set(DiseaseList)
    assert {row.measure for row in SIXTH.measures} == set(Measure)
    assert {row.procedure for row in SIXTH.procedures} == set(Procedure)
    assert set(SIXTH.clauses) == set(Matter)
    asked = {one for row in (*SIXTH.rules, *SIXTH.channels) for one in row.asks}
    assert asked == set(Asked)


def test_pack_comes_back_from_the_database_as_it_was_written() -> None:
    assert FilingPolicy.objects.get().rules() == SIXTH


def test_no_code_names_the_agency() -> None:
    said = [HOME, "石家庄", SIXTH.document]
    ours = [path for path in kept() if path.relative_to(PROJECT).parts[0] in OFFICE]
    named = [
        path
        for path in ours
        if path.suffix in {".py", ".html", ".toml"} and any(word in path.read_text("utf-8") for word in said)
    ]
    assert not named


# at the counter


def test_long_term_resident_is_filed_and_cites_the_document(client: Client, insured: InsuredHere) -> None:
    person = insured()
    reply = at_counter(client, person, "long_term_resident", "海南省", material=["residence_permit"])
    filing = Filing.objects.get()
    assert reply["Location"] == f"/filings/{filing.pk}/"
    assert (filing.status, filing.tier, filing.destination_id) == ("active", "local", HAINAN)
    assert "《示例市异地就医办法》第十二条" in client.get(reply["Location"]).content.decode()


@pytest.mark.parametrize(
    ("category", "destination", "typed", "told"),
    [
        ("long_term_resident", "广东省", {}, "《示例市异地就医办法》第二条"),
        ("long_term_resident", "北京市", {}, "缺居住证"),
        ("long_term_resident", "北京市", {"channel": "phone", "material": ["residence_permit"]}, "请填写代办人"),
        ("student", "北京市", {}, "学生在校期间由学校统一办理"),
        ("temporary", "北京市", {}, "系统自动备案"),
        ("temporary", "唐山市", {}, "无需备案"),
        ("temporary", "北京市", {"occasion": "maternity"}, "手工报销"),
        ("emergency", "唐山市", {}, "视同已备案"),
        (
            "resettled_retiree",
            "北京市",
            {"material": ["household_register"], "originals_household_register": "1", "copies_household_register": "1"},
            "复印件 2 份",
        ),
    ],
)
def test_what_cannot_be_filed_is_told_with_its_clause(
    category: str, destination: str, typed: dict[str, Any], told: str, client: Client, insured: InsuredHere
) -> None:
    person = insured()
    values = {
        "category": category,
        "destination": destination,
        "channel": "counter",
        "request_token": str(uuid.uuid4()),
    }
    panel = client.post(f"/filings/new/decision/?person={person.pk}", values | typed, headers=HTMX).content.decode()
    assert told in panel
    assert at_counter(client, person, category, destination, **typed).status_code == 422
    assert not Filing.objects.exists()


def test_channels_ask_and_waive_what_their_rows_say(client: Client, insured: InsuredHere) -> None:
    called = {"channel": "phone", "material": ["residence_permit"], "agent_name": "王强", "agent_relation": "child"}
    assert at_counter(client, insured(), "long_term_resident", **called).status_code == 302
    assert at_counter(client, insured(), "long_term_resident", channel="app").status_code == 302
    after_the_fact = {
        "channel": "hospital",
        "material": ["residence_permit"],
        "hospital_name": "北京示例医院",
        "admitted_on": str(timezone.localdate() - dt.timedelta(9)),
    }
    assert at_counter(client, insured(), "long_term_resident", **after_the_fact).status_code == 302
    assert Filing.objects.count() == 3
    assert Filing.objects.latest("pk").start_on == timezone.localdate() - dt.timedelta(9)


def test_retiree_waits_for_review_from_ten_days_back(client: Client, insured: InsuredHere) -> None:
    today = timezone.localdate()
    papers = {"material": ["household_register"], "originals_household_register": "1", "copies_household_register": "2"}
    early = at_counter(client, insured(), "resettled_retiree", start_on=str(today - dt.timedelta(11)), **papers)
    assert "最多往前 10 日" in early.content.decode()
    assert (
        at_counter(client, insured(), "resettled_retiree", start_on=str(today - dt.timedelta(10)), **papers).status_code
        == 302
    )
    assert Filing.objects.get().status == "pending"


def test_promise_is_kept_by_its_own_months(client: Client, insured: InsuredHere) -> None:
    assert at_counter(client, insured(), "long_term_resident", commitment="on").status_code == 302
    assert Filing.objects.get().commitments.get().due_on == add_months(timezone.localdate(), 3)


def test_referral_by_list_or_by_the_highest_hospital(client: Client, insured: InsuredHere) -> None:
    top, lower = (
        make.HospitalFactory(area=Area.objects.get(pk=HOME), level=level) for level in (Level.THREE, Level.TWO)
    )
    listed = {"material": ["medical_record"], "disease": "D43.1"}
    assert at_counter(client, insured(), "referral", **listed).status_code == 302
    assert at_counter(client, insured(), "referral", **listed | {"disease": "感冒"}).status_code == 422
    certified = {"material": ["referral_certificate"], "disease": "感冒"}
    assert at_counter(client, insured(), "referral", issuer=top.name, **certified).status_code == 302
    refused = at_counter(client, insured(), "referral", issuer=lower.name, **certified)
    assert "《示例市异地就医办法》第十四条（一）" in refused.content.decode()
    in_province = at_counter(client, insured(), "referral", "唐山市", issuer=lower.name, **certified)
    assert in_province.status_code == 302


def test_emergency_is_filed_within_three_working_days(client: Client, insured: InsuredHere) -> None:
    today = timezone.localdate()
    told = {"hospital_name": "北京示例医院", "ward": "急诊科", "condition": "胸痛"}
    assert at_counter(client, insured(), "emergency", admitted_on=str(today), **told).status_code == 302
    late = today - dt.timedelta(30)
    page = at_counter(client, insured(), "emergency", admitted_on=str(late), **told).content.decode()
    assert f"截止日期为 {working_days_after(late, 3).day}，已超过期限" in page
    assert at_counter(client, insured(), "emergency", admitted_on=str(today), hospital_name="某院").status_code == 422


# beyond the counter


def test_admissions_care_at_home_and_chronic_disease_follow_the_pack(
    clerk: User, client: Client, insured: InsuredHere
) -> None:
    today = timezone.localdate()

    def arrives(person: InsuredPerson, place: str, emergency: bool) -> Any:
        return filing_for_admission(
            person=person,
            place=Area.objects.get(pk=place),
            admitted_on=today,
            emergency=emergency,
            hospital_name="示例医院",
            on=today,
        )

    assert (arrives(insured(), make.BEIJING, False).tier, arrives(insured(), TANGSHAN, True).tier) == (
        "temporary",
        "local",
    )
    assert arrives(insured(), make.BEIJING, True).file_by == working_days_after(today, 3).day

    person = insured()
    at_counter(client, person, "long_term_resident", "唐山市", material=["residence_permit"])
    assert home_care_standing(person, today).missing
    link = f"/filings/{person.filings.get().pk}/home-care/"
    client.post(link, {"materials": ["household_register"]})
    assert home_care_standing(person, today).tier == "local"

    take_recognition(
        by=clerk,
        person=person,
        disease="高血压",
        recognised_in=Area.objects.get(pk=TANGSHAN),
        recognised_on=today,
        returned_on=today,
        result=Recognition.RECOGNISED,
    )
    place = Area.objects.get(pk=TANGSHAN)
    assert chronic_standing(person=person, disease="高血压", place=place, day=today).settlement == "direct"
