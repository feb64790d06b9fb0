"""What is wrong with a card and what to do about it, by each agency's document; pure, and over the register."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import cards, policy_packs
from filings.assessment import FilingRules
from filings.assessment.cards import CardTested, HeldCard, card_advice, card_faults, is_card_needed
from filings.assessment.packs import read_pack
from filings.card_standing import card_standing, standing_of_card
from filings.models import FilingPolicy, InsuredPerson
from filings.vocabulary import CardGeneration, CardStatus, CardTestResult, CardTestWay
from hospitals.vocabulary import Role
from tests import factories as make
from tests import shipped

TODAY = dt.date(2026, 3, 10)
IN_USE = HeldCard(CardStatus.IN_USE)
PASSED = CardTested(dt.date(2026, 3, 1), CardTestResult.PASSED)
FAILED = CardTested(dt.date(2026, 3, 2), CardTestResult.FAILED, "鉴权失败")
DONGYING_BOOK, JINING_BOOK = "《跨省异地就医住院费用直接结算政策解答》", "《异地就医即时报销省时又省心》"


def rules_of(area: str) -> FilingRules:
    return read_pack(policy_packs.SHIPPED / f"{area}.toml")


def faults(area: str, card: HeldCard | None) -> list[tuple[str, str]]:
    return [(fault.code, fault.source) for fault in card_faults(card, rules_of(area))]


def held(**values: Any) -> HeldCard:
    return HeldCard(**({"status": CardStatus.IN_USE} | values))


# what is wrong


@pytest.mark.clause("DY-08")
@pytest.mark.parametrize(
    ("card", "codes"),
    [
        (None, ["card_missing"]),
        (held(status=CardStatus.LOST, last_test=PASSED), ["card_lost"]),
        (held(), ["card_untested"]),
        (held(last_test=FAILED), ["card_failed"]),
        (held(last_test=PASSED), []),
        (held(generation=CardGeneration.FIRST, last_test=PASSED), []),
        (held(issued_on=dt.date(2017, 7, 31)), ["card_untested"]),
        (held(issued_on=dt.date(2017, 8, 1)), []),  # new cards can do it
        (held(issued_on=dt.date(2017, 8, 1), last_test=FAILED), ["card_failed"]),
    ],
)
def test_dongying_asks_for_a_card_that_passed(card: HeldCard | None, codes: list[str]) -> None:
    assert faults(make.DONGYING, card) == [(code, f"{DONGYING_BOOK}六") for code in codes]


@pytest.mark.clause("JN-08")
@pytest.mark.parametrize(
    ("generation", "codes"),
    [
        (CardGeneration.FIRST, ["card_outdated"]),
        (CardGeneration.SECOND, []),
        (CardGeneration.THIRD, []),
        (None, []),
    ],
)
def test_jining_asks_for_the_second_generation(generation: CardGeneration | None, codes: list[str]) -> None:
    assert faults(make.JINING, held(generation=generation)) == [
        (code, f"{JINING_BOOK}正文：登记备案") for code in codes
    ]


@pytest.mark.clause("JN-08")
def test_every_fault_of_one_card_is_told() -> None:
    card = held(generation=CardGeneration.FIRST, last_test=FAILED)
    assert [code for code, _ in faults(make.JINING, card)] == ["card_failed", "card_outdated"]


def test_failed_card_says_when_and_what_was_found() -> None:
    (fault,) = card_faults(held(last_test=FAILED), rules_of(make.DONGYING))
    assert fault.text == "社会保障卡 2026-03-02 检测未通过：鉴权失败"


@pytest.mark.parametrize("card", [None, held(status=CardStatus.LOST), held(last_test=FAILED)])
def test_card_that_is_none_is_wrong_without_any_policy(card: HeldCard | None) -> None:
    assert len(card_faults(card, None)) == 1
    assert is_card_needed(None)


def test_untested_card_is_fine_where_no_document_asks_for_tests() -> None:
    assert faults(make.YANTAI, held()) == []


@pytest.mark.clause("WF-01")
@pytest.mark.clause("TL-11")
@pytest.mark.parametrize("area", [make.WEIFANG, make.TIELING])
def test_card_stands_in_nobodys_way_where_the_electronic_credential_does(area: str) -> None:
    assert not is_card_needed(rules_of(area))
    (step, *_) = card_advice(card_faults(None, rules_of(area)), rules_of(area), {})
    assert "医保电子凭证" in step.text
    assert rules_of(area).document in step.source


@pytest.mark.parametrize("area", [make.YANTAI, make.DONGYING, make.JINING])
def test_card_is_needed_elsewhere(area: str) -> None:
    assert is_card_needed(rules_of(area))


# what to do


def advice(area: str, card: HeldCard | None, **phones: str) -> list[tuple[str, str]]:
    rules = rules_of(area)
    return [(step.text, step.source) for step in card_advice(card_faults(card, rules), rules, phones)]


@pytest.mark.clause("DY-08")
def test_failed_test_leads_to_the_window_the_post_and_a_new_card() -> None:
    told = advice(make.DONGYING, held(last_test=FAILED), 东营市信息中心="0546-6378656")
    assert told == [
        ("本人持卡到参保地社保经办机构大厅窗口检测鉴权", f"{DONGYING_BOOK}六（一）"),
        ("把卡寄回市信息中心检测鉴权（东营市信息中心电话 0546-6378656）", f"{DONGYING_BOOK}六（二）"),
        ("社保卡仍不能鉴权或者丢失的，办理补卡（东营市信息中心电话 0546-6378656）", f"{DONGYING_BOOK}六（三）"),
        ("本人补办社会保障卡：本人携带身份证到社保卡所属银行网点办理即时制卡", f"{DONGYING_BOOK}六（三）1"),
        (
            "亲属代办补卡：能证明亲属关系的双方户口本，到市信息中心社保卡窗口办理，双方身份证",
            f"{DONGYING_BOOK}六（三）2",
        ),
    ]


@pytest.mark.clause("DY-08")
def test_untested_card_leads_to_a_test_and_a_lost_one_to_a_new_card() -> None:
    assert [source[-5:] for _, source in advice(make.DONGYING, held())] == ["》六（一）", "》六（二）"]
    assert [source.split("》")[1] for _, source in advice(make.DONGYING, held(status=CardStatus.LOST))] == [
        "六（三）",
        "六（三）1",
        "六（三）2",
    ]


def test_advice_without_a_telephone_in_the_directory_gives_none() -> None:
    assert all("电话" not in text for text, _ in advice(make.DONGYING, held(last_test=FAILED)))


def test_card_without_fault_needs_no_advice() -> None:
    assert advice(make.DONGYING, held(last_test=PASSED)) == []
    assert card_advice(card_faults(None, None), None, {}) == []


def test_document_without_replacement_says_so() -> None:
    assert advice(make.JINING, held(status=CardStatus.LOST)) == [("文件没有规定补卡手续；换发新卡后在此登记", "")]


# over the register


@pytest.fixture
def clerk(db: Any) -> User:
    return make.staff(Role.CLERK, make.DONGYING, make.WEIFANG)


@pytest.fixture
def person(db: Any) -> InsuredPerson:
    shipped.filing_policies(*make.HOMES)
    make.HallFactory(area__code=make.DONGYING, name="东营市信息中心", phone="0546-6378656")
    return make.PersonFactory(area__code=make.DONGYING)


def had_test(clerk: User, card: Any, day: dt.date, finding: str = "") -> None:
    result = CardTestResult.FAILED if finding else CardTestResult.PASSED
    cards.record_test(
        by=clerk, card=card, on=TODAY, tested_on=day, way=CardTestWay.POST, result=result, finding=finding
    )


def codes(person: InsuredPerson, day: dt.date = TODAY) -> list[str]:
    policy = FilingPolicy.objects.in_force(person.area_id, day)
    return [reason.code for reason in card_standing(person, day, policy and policy.rules())]


@pytest.mark.clause("DY-08")
def test_standing_follows_the_card_through_its_life(clerk: User, person: InsuredPerson) -> None:
    assert codes(person) == ["card_missing"]
    card = cards.issue_card(by=clerk, person=person, number="G0000001")
    assert codes(person) == ["card_untested"]
    had_test(clerk, card, dt.date(2026, 3, 1), "不能读卡")
    assert codes(person) == ["card_failed"]
    had_test(clerk, card, dt.date(2026, 3, 5))
    assert codes(person) == []
    card = cards.report_lost(by=clerk, card=card)
    assert codes(person) == ["card_lost"]
    card = cards.report_found(by=clerk, card=card, reason="本人找到")
    assert codes(person) == []
    cards.issue_card(by=clerk, person=person, number="G0000002")
    assert codes(person) == ["card_untested"]


def test_test_counts_from_its_day_on(clerk: User, person: InsuredPerson) -> None:
    card = cards.issue_card(by=clerk, person=person, number="G0000001")
    had_test(clerk, card, dt.date(2026, 3, 5), "不能读卡")
    had_test(clerk, card, dt.date(2026, 3, 1))
    assert codes(person, dt.date(2026, 2, 28)) == ["card_untested"]
    assert codes(person, dt.date(2026, 3, 4)) == []
    assert codes(person, dt.date(2026, 3, 5)) == ["card_failed"]


def test_of_two_tests_on_one_day_the_later_record_counts(clerk: User, person: InsuredPerson) -> None:
    card = cards.issue_card(by=clerk, person=person, number="G0000001")
    had_test(clerk, card, TODAY, "不能读卡")
    had_test(clerk, card, TODAY)
    assert codes(person) == []


def test_lost_card_is_no_block_where_the_electronic_credential_does(clerk: User, person: InsuredPerson) -> None:
    other = make.PersonFactory(area__code=make.WEIFANG)
    cards.report_lost(by=clerk, card=cards.issue_card(by=clerk, person=other, number="G0000001"))
    assert codes(other) == []
    policy = FilingPolicy.objects.in_force(make.WEIFANG, TODAY)
    shown = standing_of_card(list(other.cards.all()), TODAY, policy.rules())
    assert ([fault.code for fault in shown.faults], shown.is_blocking) == (["card_lost"], False)


@pytest.mark.clause("DY-08")
def test_telephone_comes_from_the_directory(clerk: User, person: InsuredPerson) -> None:
    rules = FilingPolicy.objects.in_force(make.DONGYING, TODAY).rules()
    steps = standing_of_card([], TODAY, rules).advice
    assert any("东营市信息中心电话 0546-6378656" in step.text for step in steps)


def test_standing_takes_two_queries(clerk: User, person: InsuredPerson, django_assert_num_queries: Any) -> None:
    for serial in range(3):
        card = cards.issue_card(by=clerk, person=person, number=f"G000000{serial}")
        had_test(clerk, card, TODAY)
    rules = FilingPolicy.objects.in_force(make.DONGYING, TODAY).rules()
    with django_assert_num_queries(2):
        assert card_standing(person, TODAY, rules) == []
