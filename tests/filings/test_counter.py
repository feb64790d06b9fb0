"""The counter: the form, the decision that follows what is typed, what is refused and kept."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings.application import Seen
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Material
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import HTMX, TOKEN, filed_today, is_open_to_submit, typed

Insured = Callable[..., InsuredPerson]


def panel(client: Client, person: InsuredPerson, **values: Any) -> str:
    reply = client.post(f"/filings/new/decision/?person={person.pk}", typed(**values), headers=HTMX)
    assert reply.status_code == 200
    return reply.content.decode()


def test_counter_shows_the_policys_categories_and_the_person(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    page = client.get(f"/filings/new/?person={person.pk}").content.decode()
    assert person.name in page
    assert person.id_number not in page
    assert "异地长期居住人员：自主择业军转人员" in page
    assert "随监护人居住的未成年人" not in page  # residents only
    assert "北京市（110000）" in page
    assert not is_open_to_submit(page)
    resident = client.get(f"/filings/new/?person={insured(make.TIELING, scheme='resident').pk}").content.decode()
    assert "随监护人居住的未成年人" in resident


@pytest.mark.clause("WF-04", "TL-02", "TL-04", "TL-05", "YT-11")
@pytest.mark.parametrize(
    ("area", "values", "title", "may_submit"),
    [
        (make.WEIFANG, {}, "可直接备案", True),
        (make.WEIFANG, {"category": "temporary", "destination": "济南"}, "无需备案", False),
        (make.WEIFANG, {"category": "emergency"}, "视同已备案", False),
        (make.WEIFANG, {"destination": "潍坊"}, "不能备案", False),
        (make.TIELING, {"category": "temporary"}, "系统自动备案", False),
        (make.TIELING, {}, "材料不齐", False),
        (make.TIELING, {"material": ["id_document", "residence_permit"]}, "可直接备案", True),
        (make.YANTAI, {"category": "referral", "material": ["referral_approval_form"]}, "需审核", True),
    ],
)
def test_decision_says_the_outcome_and_lets_only_what_may_be_filed_be_submitted(
    area: str, values: dict[str, Any], title: str, may_submit: bool, client: Client, insured: Insured
) -> None:
    page = panel(client, insured(area), **values)
    assert re.search(r'class="verdict[^"]*">([^<]*)<', page)[1] == title  # type: ignore[index]
    assert is_open_to_submit(page) is may_submit
    assert 'id="decision"' in page
    assert "<html" not in page


@pytest.mark.clause("TL-06")
def test_decision_cites_its_sources_version_and_what_is_missing(client: Client, insured: Insured) -> None:
    page = panel(client, insured(make.TIELING), material=["id_document"])
    assert "缺居住证、户口簿（户籍证明）、本人名下房产证之一" in page
    assert "《铁岭市参保人员异地就医联网结算服务指南》三（二）2" in page
    assert "第 1 版" in page
    assert "待核定" in page
    assert "跨省" in page
    assert "本地待遇" in page


@pytest.mark.clause("TL-01")
@pytest.mark.parametrize("words", ["香港", "810000"])
def test_destination_beyond_the_policy_is_refused_with_the_reason(words: str, client: Client, insured: Insured) -> None:
    assert "不含香港、澳门、台湾地区" in panel(client, insured(make.TIELING), destination=words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("北京", "北京市"),
        ("bjs", "北京市"),
        ("110000", "北京市"),
        ("济南市（370100）", "山东省济南市"),
        ("东城", "北京市"),
        ("山东", "就医地须具体到市"),
        ("", "请填写就医地"),
        ("不存在的地方", "没有找到“不存在的地方”"),
        ("<b>x</b>", "没有找到“&lt;b&gt;x&lt;/b&gt;”"),
        ("999999", "没有找到“999999”"),
        ("' OR 1=1 --", "没有找到"),
        ("京" * 61, "60"),
    ],
)
def test_destination_is_found_by_name_initials_code_or_county(
    words: str, told: str, client: Client, insured: Insured
) -> None:
    make.AreaFactory(code="110101")
    assert told in panel(client, insured(), destination=words)


def test_destination_of_several_meanings_names_them(client: Client, insured: Insured) -> None:
    make.AreaFactory(code="110101")
    make.AreaFactory(code="610100", name="济南新城")
    page = panel(client, insured(), destination="济")
    assert "济南市" in page
    assert "请选定一个" in page


def test_materials_come_with_the_decision_where_the_case_has_changed(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    changed = panel(client, person, materials_for="", material=["id_document"])
    swapped = 'id="materials" hx-swap-oob="true"'
    assert swapped in changed
    assert re.search(r'value="id_document"[^>]*checked', changed)
    known = re.search(r'name="materials_for" value="([^"]+)"', changed)
    assert known
    assert swapped not in panel(client, person, materials_for=known[1], material=["id_document"])


@pytest.mark.clause("YT-01")
def test_counted_materials_start_with_what_is_asked_for_and_keep_what_was_typed(
    client: Client, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    case = {"category": "resettled_retiree/native_place", "destination": "济南"}
    assert 'name="originals_photo_one_inch" id="originals_photo_one_inch" value="3"' in panel(client, person, **case)
    few = panel(client, person, **case, material=["photo_one_inch"], originals_photo_one_inch="2")
    assert 'id="originals_photo_one_inch" value="2"' in few
    assert "缺近期一寸免冠照片（原件 3 份）" in few
    assert "份数应为整数" in panel(client, person, **case, originals_photo_one_inch="三")


@pytest.mark.parametrize(
    "values",
    [
        {"category": "nonsense"},
        {"category": "long_term_resident/nonsense"},
        {"channel": "automatic"},
        {"channel": "x"},
        {"start_on": "2026-02-30"},
        {"admitted_on": "昨天"},
        {"material": ["nonsense"]},
        {"request_token": "not-a-token"},
        {"note": "长" * 201},
        {"note": "\x00"},
    ],
)
def test_hostile_input_is_told_and_not_filed(values: dict[str, Any], client: Client, insured: Insured) -> None:
    person = insured()
    page = panel(client, person, **values)
    assert not is_open_to_submit(page)
    assert client.post(f"/filings/new/?person={person.pk}", typed(**values)).status_code == 422
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?person=", "?person=abc", "?person=-1", "?person=99999999999999999999", "?person=1 OR 1"]
)
def test_counter_for_nobody_is_not_found(query: str, client: Client) -> None:
    assert client.get(f"/filings/new/{query}").status_code == 404
    assert client.post(f"/filings/new/decision/{query}").status_code == 404


def test_counter_for_a_person_elsewhere_is_not_found(signed_in: Any, insured: Insured) -> None:
    person = insured(make.WEIFANG)
    stranger = signed_in(make.staff(Role.CLERK, make.TIELING))
    assert stranger.get(f"/filings/new/?person={person.pk}").status_code == 404
    assert stranger.post(f"/filings/new/decision/?person={person.pk}", typed()).status_code == 404
    reviews = signed_in(make.staff(Role.REVIEWER, make.WEIFANG))
    assert reviews.get(f"/filings/new/?person={person.pk}").status_code == 403


@pytest.mark.parametrize(("area", "told"), [(make.WEIFANG, "请先登记参保关系"), (make.QINGDAO, "没有施行中的备案政策")])
def test_counter_says_why_nothing_can_be_filed(area: str, told: str, signed_in: Any, policies: None) -> None:
    person = make.PersonFactory(area__code=area)
    if area == make.QINGDAO:
        make.ParticipationFactory(person=person)
    client = signed_in(make.staff(Role.CLERK, area))
    assert told in client.get(f"/filings/new/?person={person.pk}").content.decode()
    assert client.post(f"/filings/new/decision/?person={person.pk}", typed()).status_code == 422


def test_submitted_filing_opens_with_its_decision(client: Client, insured: Insured) -> None:
    person = insured()
    reply = client.post(f"/filings/new/?person={person.pk}", typed(note="随女儿居住"))
    filing = Filing.objects.get()
    assert reply["Location"] == f"/filings/{filing.pk}/"
    page = client.get(reply["Location"]).content.decode()
    for text in (filing.number, "有效", "可直接备案", "随女儿居住", "受理备案"):
        assert text in page
    again = client.post(f"/filings/new/?person={person.pk}", typed(note="随女儿居住"))
    assert again["Location"] == reply["Location"]


def test_refused_filing_comes_back_with_the_reason_and_everything_typed(
    client: Client, clerk: User, insured: Insured
) -> None:
    person = insured(make.TIELING)
    first = filed_today(clerk, person, materials=(Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT)))
    values = typed(
        material=["id_document", "residence_permit"],
        start_on="2099-01-01",
        note="<i>备注</i>",
        admitted_on="2099-02-01",
    )
    reply = client.post(f"/filings/new/?person={person.pk}", values)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert first.number in page
    assert "没有保存" in page
    for kept in ('value="2099-01-01"', 'value="2099-02-01"', "&lt;i&gt;备注&lt;/i&gt;", TOKEN, "北京市（110000）"):
        assert kept in page
    for ticked in ("id_document", "residence_permit"):
        assert re.search(rf'value="{ticked}"[^>]*checked', page)
    assert re.search(r'value="long_term_resident"[^>]*checked', page)


def test_clerk_of_two_halls_says_at_which_one(signed_in: Any, insured: Insured) -> None:
    person = insured()
    halls = [make.HallFactory(area=person.area) for _ in range(2)]
    member = make.staff(Role.CLERK, hall=halls[0])
    client = signed_in(member)
    assert 'name="hall"' not in client.get(f"/filings/new/?person={person.pk}").content.decode()
    make.PostFactory(user=member, area=person.area, hall=halls[1])
    assert 'name="hall"' in client.get(f"/filings/new/?person={person.pk}").content.decode()
    assert client.post(f"/filings/new/?person={person.pk}", typed()).status_code == 422
    assert client.post(f"/filings/new/?person={person.pk}", typed(hall=halls[1].pk)).status_code == 302
    assert Filing.objects.get().hall == halls[1]


def test_decision_takes_few_queries(client: Client, insured: Insured) -> None:
    person = insured()
    panel(client, person)
    with CaptureQueriesContext(connection) as queries:
        panel(client, person)
    assert len(queries) <= 25, [query["sql"][:100] for query in queries]
