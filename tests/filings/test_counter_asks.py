"""What the counter asks for beyond its main fields: by rule, by channel, by what is ticked; and keeps."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filings.application import Seen
from filings.assessment import FilingRules, ListedDisease, MaterialGroup, Rule
from filings.forms.filing import FilingForm
from filings.models import Filing, FilingPolicy, InsuredPerson
from filings.vocabulary import Category, Channel, DiseaseList, Handling, Material, Tier
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, Role
from tests import factories as make
from tests.filings.conftest import TODAY, asking, filed, is_open_to_submit, typed
from tests.filings.test_counter import panel
from tests.filings.test_counter_agents import EMERGENCY, is_agent_open

Insured = Callable[..., InsuredPerson]
FIELDS = ("occasion", "disease", "hospital_name", "ward", "condition", "issuer")
CERTIFICATE = (Seen(Material.REFERRAL_CERTIFICATE),)


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, *make.HOMES)


@pytest.fixture
def reviewer(policies: None) -> User:
    return make.staff(Role.REVIEWER, *make.HOMES)


def shown_fields(page: str) -> list[str]:
    return [name for name in FIELDS if re.search(rf'<(input|select)[^>]*name="{name}"', page)]


# which fields show


@pytest.mark.clause("YT-12", "YT-14", "DY-07", "JN-04", "JN-06", "TL-02", "TL-18")
@pytest.mark.parametrize(
    ("area", "scheme", "values", "fields"),
    [
        (make.WEIFANG, "employee", {}, []),
        (make.WEIFANG, "employee", {"category": "referral"}, []),
        (make.TIELING, "employee", {}, []),
        (make.TIELING, "employee", {"category": "referral"}, ["disease"]),
        (make.TIELING, "employee", {"category": "temporary"}, ["occasion"]),
        (make.TIELING, "resident", {"category": "temporary"}, []),
        (make.YANTAI, "employee", {"category": "referral", "destination": "济南"}, []),
        (
            make.YANTAI,
            "employee",
            {"category": "referral", "destination": "济南", "channel": "hospital"},
            ["hospital_name"],
        ),
        (
            make.YANTAI,
            "employee",
            {"category": "emergency", "destination": "济南"},
            ["hospital_name", "ward", "condition"],
        ),
        (make.DONGYING, "employee", {"category": "referral"}, ["issuer"]),
        (make.JINING, "resident", {"category": "referral"}, ["hospital_name", "issuer"]),
        (make.JINING, "resident", {"category": "emergency"}, ["hospital_name"]),
        (make.WEIFANG, "employee", {"destination": "不存在"}, []),
    ],
)
def test_fields_show_where_the_case_asks_for_them(
    area: str, scheme: str, values: dict[str, Any], fields: list[str], client: Client, insured: Insured
) -> None:
    assert shown_fields(panel(client, insured(area, scheme=scheme), **values, further_for="x")) == fields


def test_common_case_is_swapped_nowhere(client: Client, insured: Insured) -> None:
    assert "hx-swap-oob" not in panel(client, insured(), materials_for="-")


def test_what_was_filled_in_stays_when_it_is_no_longer_asked_for(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    page = panel(
        client, person, category="posted_worker", destination="济南", ward="急诊科", further_for="hospital_name ward"
    )
    assert shown_fields(page) == ["ward"]
    assert 'value="急诊科"' in page


def test_fields_are_left_alone_while_what_is_asked_for_stays(client: Client, insured: Insured) -> None:
    """Swapping a field under somebody who types Chinese into it would break the word."""
    values = EMERGENCY | {"further_for": "hospital_name ward condition", "agent_for": ""}
    page = panel(client, insured(make.YANTAI), **values)
    assert 'id="further"' not in page
    assert 'id="agent"' not in page


# what is unsaid


@pytest.mark.clause("YT-14")
def test_unsaid_is_told_with_its_clause_and_refused_at_its_field(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    values = typed(**(EMERGENCY | {"condition": "", "ward": " "}))
    page = panel(client, person, **values)
    assert "待补充登记" in page
    assert "请填写简要病情" in page
    assert "《烟台城镇基本医疗保险异地就医管理结算流程》正文：异地就医需办理备案手续" in page
    assert not is_open_to_submit(page)
    reply = client.post(f"/filings/new/?person={person.pk}", values)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert re.search(r'id="id_condition_error"[^>]*>请填写简要病情', page)
    assert re.search(r'id="id_ward_error"[^>]*>请填写科室病区', page)
    assert 'value="济南示例医院"' in page
    assert "待补充登记" in page


@pytest.mark.clause("JN-04")
def test_deadline_asks_for_the_admission_and_shows_the_last_day(client: Client, insured: Insured) -> None:
    person = insured(make.JINING, scheme="resident")
    case = {"category": "emergency", "hospital_name": "北京示例医院"}
    page = panel(client, person, **case)
    assert "请填写入院日期" in page
    assert not is_open_to_submit(page)
    day = timezone.localdate()
    page = panel(client, person, **case, admitted_on=day.isoformat())
    assert re.search(r"截止日期为 \d{4}-\d\d-\d\d", page)
    assert is_open_to_submit(page)
    late = panel(client, person, **case, admitted_on=(day - dt.timedelta(30)).isoformat())
    assert "已超过期限" in late
    assert not is_open_to_submit(late)


@pytest.mark.clause("YT-09", "YT-14", "DY-07", "JN-04")
@pytest.mark.parametrize(
    ("area", "scheme", "values", "told"),
    [
        (make.YANTAI, "employee", {"category": Category.EMERGENCY, "condition": ""}, "请填写简要病情"),
        (make.YANTAI, "employee", {"category": Category.EMERGENCY, "hospital_name": ""}, "请填写就医医院"),
        (make.YANTAI, "employee", {"category": Category.POSTED_WORKER, "channel": Channel.PHONE}, "请填写代办人"),
        (make.DONGYING, "employee", {"category": Category.REFERRAL}, "请填写开具转诊证明的医院"),
        (make.JINING, "resident", {"category": Category.EMERGENCY, "admitted_on": None}, "请填写入院日期"),
    ],
)
def test_verb_asks_again(
    area: str, scheme: str, values: dict[str, Any], told: str, clerk: User, insured: Insured
) -> None:
    seen = (Seen(Material.EMERGENCY_CERTIFICATE), Seen(Material.ROSTER), *CERTIFICATE)
    said = {"hospital_name": "示例医院", "ward": "内科", "condition": "胸痛", "admitted_on": TODAY, "materials": seen}
    where = {"destination": "370100"} if area == make.YANTAI else {}
    with pytest.raises(Refused, match=told):
        filed(clerk, insured(area, scheme=scheme), asking(**(said | where | values)))
    assert not Filing.objects.exists()


# whose certificate it is


@pytest.mark.clause("DY-07")
@pytest.mark.parametrize(
    ("issuer", "may_submit", "told"),
    [
        ("东营三级医院", True, ""),
        ("东营二级医院", False, "转诊证明须由参保地最高级别定点医疗机构（三级）开具，东营二级医院为二级"),
        ("外地某医院", True, "外地某医院的级别目录未载明"),
        ("", False, "请填写开具转诊证明的医院"),
    ],
)
def test_issuer_is_found_in_the_home_areas_directory_or_taken_as_written(
    issuer: str, may_submit: bool, told: str, client: Client, insured: Insured
) -> None:
    person = insured(make.DONGYING)
    for name, level in (("东营三级医院", Level.THREE), ("东营二级医院", Level.TWO)):
        make.HospitalFactory(area=person.area, name=name, level=level)
    make.HospitalFactory(area__code=make.WEIFANG, name="外地某医院", level=Level.TWO)
    case = {"category": "referral", "material": ["referral_certificate"], "issuer": issuer}
    page = panel(client, person, **case)
    assert is_open_to_submit(page) is may_submit
    assert told in page
    blank = client.get(f"/filings/new/?person={person.pk}").content.decode()
    assert '<option value="东营三级医院">三级</option>' in blank
    assert "外地某医院" not in blank
    client.post(f"/filings/new/?person={person.pk}", typed(**case))
    filing = Filing.objects.first()
    assert bool(filing) is may_submit
    if filing:
        known = issuer == "东营三级医院"
        assert (filing.issuer_name, bool(filing.issuer)) == (issuer, known)
        assert f"{issuer}开具" in client.get(f"/filings/{filing.pk}/").content.decode()


@pytest.mark.clause("JN-04")
def test_certificate_of_a_level_one_hospital_does_not_count(client: Client, insured: Insured) -> None:
    person = insured(make.JINING, scheme="resident")
    make.HospitalFactory(area=person.area, name="济宁一级医院", level=Level.ONE)
    case = {"category": "referral", "material": ["referral_certificate"], "hospital_name": "北京示例医院"}
    assert "须由二级以上定点医疗机构开具" in panel(client, person, **case, issuer="济宁一级医院")


# diseases and occasions


@pytest.fixture
def with_list(policies: None) -> FilingPolicy:
    """A version of Weifang's that keeps a list of referral diseases."""
    group = MaterialGroup(
        (Material.MEDICAL_RECORD, Material.REFERRAL_CERTIFICATE), listed_only=(Material.MEDICAL_RECORD,), section="三"
    )
    rules = FilingRules(
        area=make.WEIFANG,
        version=2,
        document="示例文件",
        starts_on=dt.date(2000, 1, 1),
        rules=(Rule(Category.REFERRAL, Handling.ACCEPT, Tier.REFERRAL, "示例", "三", materials=(group,)),),
        diseases=(ListedDisease(DiseaseList.REFERRAL, "急性白血病", "三", code="C95"),),
    )
    policy: FilingPolicy = make.FilingPolicyFactory(
        area__code=make.WEIFANG, version=2, status="draft", published_at=None, starts_on=dt.date(1999, 1, 1)
    )
    policy.add_rules(rules)
    return policy


@pytest.mark.clause("TL-02")
def test_listed_disease_goes_without_certificate(with_list: FilingPolicy, insured: Insured) -> None:
    person = insured()
    rules = with_list.rules()

    def form(**values: Any) -> FilingForm:
        data = typed(category="referral", material=["medical_record"], **values)
        insurance = person.participation_on(TODAY)
        assert insurance
        return FilingForm(data, person=person, insured=insurance, rules=rules, filed_on=TODAY)

    one = form(disease="急性白血病")
    assert one.is_valid(), one.errors
    assert one.asked_further() == ["disease"]
    assert one.diseases() == [("急性白血病", "C95")]
    assert one.application().disease == "急性白血病"


@pytest.mark.clause("TL-18")
def test_maternity_is_chosen_where_the_document_treats_it(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    page = panel(client, person, category="temporary", occasion="maternity", destination="济南", further_for="x")
    assert "手工报销" in page
    assert "女职工因生育" in page
    assert '<option value="maternity" selected' in page


@pytest.mark.clause("WF-03")
@pytest.mark.parametrize("channel", ["phone", "app", "mini_program", "public_account", "government_site"])
def test_self_service_channel_asks_for_nothing_and_is_effective_at_once(
    channel: str, client: Client, insured: Insured
) -> None:
    page = panel(client, insured(), channel=channel, further_for="x", materials_for="x", agent_for="x")
    assert shown_fields(page) == []
    assert 'type="checkbox" name="material"' not in page
    assert not is_agent_open(page)
    assert "提交后即时生效" in page
