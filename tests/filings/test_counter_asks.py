"""What the counter asks for beyond its main fields: by rule, by channel, by what is ticked."""

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
from filings.vocabulary import Category, Channel, DiseaseList, Handling, Material, Relation, Tier
from hospitals.reasons import Refused
from hospitals.vocabulary import Level
from tests import factories as make
from tests.filings.conftest import TODAY, asking, filed, is_open_to_submit, typed
from tests.filings.counter import AGENT_ID, CAME_FOR, EMERGENCY, is_agent_open, shown_fields
from tests.filings.test_counter import panel

Insured = Callable[..., InsuredPerson]
CERTIFICATE = (Seen(Material.REFERRAL_CERTIFICATE),)


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


@pytest.mark.clause("YT-09")
@pytest.mark.parametrize(
    ("channel", "is_open", "relation"),
    [("counter", False, ""), ("phone", True, ""), ("fax", True, ""), ("employer", True, "employer")],
)
def test_agent_opens_where_the_channel_asks_for_one(
    channel: str, is_open: bool, relation: str, client: Client, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    case = {"category": "posted_worker", "destination": "济南", "material": ["roster"]}
    page = panel(client, person, **case, channel=channel, agent_for="x")
    assert is_agent_open(page) is is_open
    chosen = re.findall(r'<option value="(\w*)" selected', page)
    assert ([code for code in chosen if code in set(Relation)] or [""])[0] == relation
    assert is_open_to_submit(page) is not is_open
    assert ("请填写代办人（来电人）" in page) is is_open
    assert is_open_to_submit(panel(client, person, **case, channel=channel, **CAME_FOR))


def test_agent_named_by_the_hospitals_channel_is_of_the_hospital(client: Client, insured: Insured) -> None:
    page = panel(
        client, insured(make.YANTAI), category="emergency", destination="济南", channel="hospital", agent_for="x"
    )
    assert '<option value="hospital" selected' in page


# what is validated at its field


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"agent_id_number": AGENT_ID[:-1]}, "代办人身份证号码：身份证号码应为18位，现为17位"),
        ({"agent_id_number": AGENT_ID[:-1] + ("0" if AGENT_ID[-1] != "0" else "1")}, "校验码不符"),
        ({"agent_name": ""}, "请填写代办人姓名"),
        ({"agent_relation": ""}, "请选择与参保人的关系"),
        ({"agent_relation": "friend"}, "friend"),
        ({"agent_phone": "电话"}, "电话应为 5 至 20 位数字"),
        ({"agent_phone": "1" * 21}, "20"),
        ({"agent_name": "名" * 51}, "50"),
        ({"hospital_name": "院" * 101}, "100"),
        ({"condition": "病" * 201}, "200"),
        ({"ward": "\x00"}, "科室病区"),
        ({"occasion": "party"}, "party"),
    ],
)
def test_bad_agent_or_further_field_is_told_and_not_filed(
    values: dict[str, Any], told: str, client: Client, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    data = typed(**(EMERGENCY | CAME_FOR | values))
    assert told in panel(client, person, **data)
    reply = client.post(f"/filings/new/?person={person.pk}", data)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "胸痛两小时" in page or "condition" in values
    assert is_agent_open(page)
    assert not Filing.objects.exists()


def test_agent_is_not_the_person(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    values = EMERGENCY | CAME_FOR | {"agent_id_number": person.id_number}
    assert "与参保人的证件号码相同" in panel(client, person, **values)


def test_agents_number_is_read_as_it_is_typed(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    spaced = " ".join((AGENT_ID[:6], AGENT_ID[6:14], AGENT_ID[14:])).lower()
    client.post(f"/filings/new/?person={person.pk}", typed(**(EMERGENCY | CAME_FOR | {"agent_id_number": spaced})))
    assert Filing.objects.get().agent_id_number == AGENT_ID


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
