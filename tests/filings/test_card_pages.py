"""The card section of a person's page and its forms, as staff meet them."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings import cards
from filings.application import Seen
from filings.models import CardReplacement, CardTest, InsuredPerson, SocialSecurityCard
from filings.vocabulary import CardTestResult, CardTestWay, Material
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TOKEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(policies: None) -> User:
    make.HallFactory(area__code=make.DONGYING, name="东营市信息中心", phone="0546-6378656")
    return make.staff(Role.CLERK, make.DONGYING, make.JINING, make.YANTAI, make.WEIFANG)


@pytest.fixture
def person(clerk: User) -> InsuredPerson:
    return make.ParticipationFactory(person__area__code=make.DONGYING).person


@pytest.fixture
def card(person: InsuredPerson) -> SocialSecurityCard:
    return make.CardFactory(person=person)


def page_of(client: Client, person: InsuredPerson) -> str:
    return client.get(f"/people/{person.pk}/").content.decode()


def keys(page: str) -> dict[str, str]:
    return dict(re.findall(r'href="([^"]+)" data-key="([kjlu])"', page))


# the section


@pytest.mark.clause("DY-08")
def test_person_page_says_why_the_card_blocks_and_what_to_do_next(client: Client, person: InsuredPerson) -> None:
    page = page_of(client, person)
    for text in (
        *("不能直接结算", "没有登记在用的社会保障卡", "《跨省异地就医住院费用直接结算政策解答》六"),
        *("社保卡所属银行网点", "市信息中心社保卡窗口", "0546-6378656"),
    ):
        assert text in page


@pytest.mark.clause("DY-08")
def test_person_page_shows_the_last_test_of_a_card_that_may_be_used(
    client: Client, clerk: User, card: SocialSecurityCard
) -> None:
    today = timezone.localdate()
    given = {"by": clerk, "card": card, "on": today, "tested_on": today}
    cards.record_test(**given, way=CardTestWay.COUNTER, result=CardTestResult.FAILED, finding="不能<读>卡")
    page = page_of(client, card.person)
    assert "检测未通过：不能&lt;读&gt;卡" in page
    assert "把卡寄回市信息中心" in page
    cards.record_test(**given, way=CardTestWay.POST, result=CardTestResult.PASSED)
    page = page_of(client, card.person)
    assert "不能直接结算" not in page
    assert "寄回信息中心" in page


@pytest.mark.clause("JN-08")
def test_first_generation_blocks_in_jining(client: Client, clerk: User) -> None:
    card = make.CardFactory(person__area__code=make.JINING, generation="first")
    page = page_of(client, card.person)
    assert "须持二代社会保障卡就医，登记的是一代卡" in page
    assert "文件没有规定补卡手续" in page


@pytest.mark.clause("WF-01")
def test_electronic_credential_takes_the_place_of_a_lost_card(client: Client, clerk: User) -> None:
    page = page_of(client, make.CardFactory(person__area__code=make.WEIFANG, status="lost").person)
    assert "可持医保电子凭证就医" in page
    assert "不能直接结算" not in page


def test_keys_lead_to_what_may_be_done_with_the_card(client: Client, card: SocialSecurityCard) -> None:
    person, link = card.person, f"/people/{card.person_id}/cards"
    assert keys(page_of(client, person)) == {
        f"{link}/new/": "k",
        f"{link}/test/": "j",
        f"/people/cards/{card.pk}/report_lost/": "l",
        f"{link}/replacement/": "u",
    }
    SocialSecurityCard.objects.filter(pk=card.pk).update(status="lost")
    made = make.ReplacementFactory(person=person)
    assert keys(page_of(client, person)) == {
        f"{link}/new/": "k",
        f"/people/cards/{card.pk}/find/": "l",
        f"/people/replacements/{made.pk}/issue/": "u",
    }


def test_who_may_not_keep_people_sees_the_card_without_buttons(signed_in: Any, card: SocialSecurityCard) -> None:
    page = page_of(signed_in(make.staff(Role.REVIEWER, make.DONGYING)), card.person)
    assert card.number in page
    assert keys(page) == {}


def test_sections_take_the_same_queries_however_many_rows(client: Client, clerk: User, person: InsuredPerson) -> None:
    page_of(client, person)
    counts = []
    for serial in range(3):
        add_rows(clerk, person, serial)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, person)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 32


def add_rows(clerk: User, person: InsuredPerson, serial: int) -> None:
    """One more card with a test, a replacement, a registration."""
    today = timezone.localdate()
    card = cards.issue_card(by=clerk, person=person, number=f"G000000{serial}")
    given = {"by": clerk, "card": card, "on": today, "tested_on": today, "way": CardTestWay.POST}
    cards.record_test(**given, result=CardTestResult.PASSED)
    ended = {"ended_by": clerk, "ended_at": "2026-03-10T00:00Z", "end_reason": "不补了"}
    make.ReplacementFactory(person=person, status="withdrawn", **ended)
    year = 2010 + serial
    make.RegistrationFactory(person=person, filing__start_on=f"{year}-01-01", filing__end_on=f"{year}-02-01")


# the forms


def test_card_is_registered_on_the_page(client: Client, person: InsuredPerson) -> None:
    typed = {"number": "G0000001", "generation": "second", "bank": "示例银行", "issued_on": "20260301"}
    assert client.post(f"/people/{person.pk}/cards/new/", typed)["Location"] == f"/people/{person.pk}/"
    card = person.cards.get()
    assert (card.number, card.generation, card.bank, f"{card.issued_on}") == (
        *("G0000001", "second", "示例银行"),
        "2026-03-01",
    )


def test_test_is_recorded_on_the_page(client: Client, card: SocialSecurityCard) -> None:
    link = f"/people/{card.person_id}/cards/test/"
    assert card.number in client.get(link).content.decode()
    typed = {"tested_on": "2026-03-01", "way": "post", "result": "failed", "finding": ""}
    refused = client.post(link, typed)
    assert refused.status_code == 422
    assert "检测未通过的须填写检测情况" in refused.content.decode()
    assert 'value="2026-03-01"' in refused.content.decode()
    assert client.post(link, typed | {"finding": "鉴权失败"}).status_code == 302
    assert CardTest.objects.get().finding == "鉴权失败"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"tested_on": "2999-01-01"}, "晚于今天"),
        ({"tested_on": "上周"}, "应如 2026-03-10"),
        ({"result": ""}, "必填"),
        ({"way": "pigeon"}, "有效的选项"),
    ],
)
def test_faulty_test_comes_back(client: Client, card: SocialSecurityCard, values: dict[str, str], fault: str) -> None:
    typed = {"tested_on": "2026-03-01", "way": "post", "result": "passed", "finding": "正常"}
    reply = client.post(f"/people/{card.person_id}/cards/test/", typed | values)
    assert reply.status_code == 422
    assert fault in reply.content.decode()
    assert 'value="正常"' in reply.content.decode()
    assert not CardTest.objects.exists()


def test_without_a_card_there_is_nothing_to_test(client: Client, person: InsuredPerson) -> None:
    reply = client.get(f"/people/{person.pk}/cards/test/", follow=True)
    assert "没有在用的社会保障卡，请先登记" in reply.content.decode()


def test_card_is_lost_and_found_on_the_page(client: Client, card: SocialSecurityCard) -> None:
    link = f"/people/cards/{card.pk}"
    assert client.get(f"{link}/report_lost/").status_code == 200
    assert client.post(f"{link}/report_lost/", {"version": 1, "reason": ""}).status_code == 302
    stale = client.post(f"{link}/find/", {"version": 1, "reason": "找<到>"})
    assert stale.status_code == 422
    assert "刚刚被他人改动" in stale.content.decode()
    assert "找&lt;到&gt;" in stale.content.decode()
    assert client.post(f"{link}/find/", {"version": 2, "reason": " "}).status_code == 422
    assert client.post(f"{link}/find/", {"version": 2, "reason": "找到"}).status_code == 302
    card.refresh_from_db()
    assert card.status == "in_use"
    assert "解除挂失：找到" in page_of(client, card.person)


def test_card_takes_no_other_step_by_address(client: Client, card: SocialSecurityCard) -> None:
    for verb in ("replace", "nonsense"):
        assert client.post(f"/people/cards/{card.pk}/{verb}/", {"version": 1, "reason": "x"}).status_code == 404


def asked(**values: Any) -> dict[str, Any]:
    return {"agent_relation": "self", "request_token": TOKEN, "material": ["id_document"]} | values


@pytest.mark.clause("DY-08")
def test_replacement_is_asked_for_by_the_person_and_issued(client: Client, card: SocialSecurityCard) -> None:
    person, link = card.person, f"/people/{card.person_id}/cards/replacement/"
    form = client.get(link).content.decode()
    assert "亲属关系证明（原件 2 份）" in form
    assert "六（三）2" in form
    assert client.post(link, asked()).status_code == 302
    made = CardReplacement.objects.get()
    page = page_of(client, person)
    assert "办理中的补卡" in page
    assert "社保卡所属银行网点" in page
    short = client.post(f"/people/replacements/{made.pk}/issue/", {"number": "12"})
    assert short.status_code == 422
    assert 'value="12"' in short.content.decode()
    typed = {"number": "G0000009", "issued_on": f"{timezone.localdate()}"}
    assert client.post(f"/people/replacements/{made.pk}/issue/", typed).status_code == 302
    assert person.cards.get(status="in_use").number == "G0000009"
    assert "不能直接结算" not in page_of(client, person)  # a new card needs no test


@pytest.mark.clause("DY-08")
def test_replacement_by_a_relative_tells_what_is_missing_and_keeps_what_was_typed(
    client: Client, person: InsuredPerson
) -> None:
    link = f"/people/{person.pk}/cards/replacement/"
    typed = asked(agent_relation="child", agent_name="宋<小>明", agent_phone="13900000000", originals_id_document="2")
    reply = client.post(link, typed)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "缺少亲属关系证明（原件 2 份）" in page
    assert "缺少有效身份证件" not in page
    assert 'value="宋&lt;小&gt;明"' in page
    assert re.search(r'value="id_document" checked', page)
    assert re.search(r'name="originals_id_document" value="2"', page)
    more = {"material": ["id_document", "relation_proof"], "originals_relation_proof": "2"}
    assert client.post(link, typed | more).status_code == 302
    assert CardReplacement.objects.get().agent_name == "宋<小>明"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"agent_relation": "child"}, "请填写姓名"),
        ({"agent_relation": "employer", "agent_name": "某人"}, "有效的选项"),
        ({"agent_relation": "child", "agent_name": "某人", "agent_id_number": "123"}, "应为18位"),
        ({"originals_id_document": "很多"}, "整数"),
        ({"material": ["photo_one_inch"]}, "有效的选项"),
    ],
)
def test_faulty_request_comes_back(client: Client, person: InsuredPerson, values: dict[str, Any], fault: str) -> None:
    reply = client.post(f"/people/{person.pk}/cards/replacement/", asked(**values))
    assert reply.status_code == 422
    assert fault in reply.content.decode()
    assert not CardReplacement.objects.exists()


def test_document_without_the_procedure_takes_what_was_seen(client: Client, clerk: User) -> None:
    person = make.PersonFactory(area__code=make.YANTAI)
    link = f"/people/{person.pk}/cards/replacement/"
    assert "文件没有规定补卡手续" in client.get(link).content.decode()
    assert client.post(link, asked(material=[])).status_code == 302
    assert "文件没有规定补卡手续，只作登记" in page_of(client, person)


def test_replacement_is_withdrawn_on_the_page(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = cards.ask_for_replacement(
        by=clerk,
        person=person,
        on=timezone.localdate(),
        request_token=TOKEN,
        materials=(Seen(Material.ID_DOCUMENT),),
    )
    link = f"/people/replacements/{made.pk}/withdraw/"
    assert client.post(link, {"version": 1, "reason": ""}).status_code == 422
    assert client.post(link, {"version": 1, "reason": "不补了"}).status_code == 302
    assert "撤回补卡：不补了" in page_of(client, person)


def test_cards_of_another_area_are_not_found(signed_in: Any, card: SocialSecurityCard) -> None:
    stranger = signed_in(make.staff(Role.CLERK, make.TIELING))
    made = make.ReplacementFactory(person=card.person)
    for link in (
        *(f"/people/{card.person_id}/cards/{page}/" for page in ("new", "test", "replacement")),
        *(f"/people/cards/{card.pk}/{verb}/" for verb in ("report_lost", "find")),
        *(f"/people/replacements/{made.pk}/{verb}/" for verb in ("issue", "withdraw")),
    ):
        assert stranger.get(link).status_code == 404
        assert stranger.post(link, {"reason": "x"}).status_code == 404
