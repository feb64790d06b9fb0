"""The verbs of social-security cards: registered, lost, found, tested, replaced."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InternalError, ProgrammingError, connection, transaction

from filings import cards
from filings.application import Agent, Seen
from filings.models import CardReplacement, CardTest, InsuredPerson, SocialSecurityCard
from filings.vocabulary import CardStatus, CardTestResult, CardTestWay, Material, Relation
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY
from tests.filings.test_desk_at_once import at_once

pytestmark = pytest.mark.django_db
Insured = Callable[..., InsuredPerson]
CHILD = Agent("宋小明", Relation.CHILD, "13900000001")
IDS = Seen(Material.ID_DOCUMENT, 2)
BOTH = (Seen(Material.RELATION_PROOF, 2), IDS)


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, make.YANTAI, make.DONGYING, make.WEIFANG)


@pytest.fixture
def person(insured: Insured) -> InsuredPerson:
    return insured(make.DONGYING)


def ask(clerk: User, person: InsuredPerson, **values: Any) -> CardReplacement:
    given = {"on": TODAY, "request_token": uuid.uuid4(), "materials": (Seen(Material.ID_DOCUMENT),)}
    return cards.ask_for_replacement(by=clerk, person=person, **given | values)


def had_test(clerk: User, card: SocialSecurityCard, **values: Any) -> CardTest:
    given = {"tested_on": TODAY, "way": CardTestWay.COUNTER, "result": CardTestResult.PASSED}
    return cards.record_test(by=clerk, card=card, on=TODAY, **given | values)


# a card


def test_card_is_recorded_with_what_is_known_of_it(clerk: User, person: InsuredPerson) -> None:
    card = cards.issue_card(
        by=clerk, person=person, number=" g0000001 ", generation="third", bank="示例银行", issued_on=dt.date(2026, 3, 1)
    )
    card.refresh_from_db()
    assert (card.number, card.generation, card.bank, card.issued_on) == (
        *("G0000001", "third", "示例银行"),
        dt.date(2026, 3, 1),
    )
    assert (card.status, card.is_current, card.area_id) == ("in_use", True, make.DONGYING)


@pytest.mark.clause("DY-08")
def test_new_card_replaces_used_and_lost_ones(clerk: User, person: InsuredPerson) -> None:
    first = cards.issue_card(by=clerk, person=person, number="G0000001")
    cards.report_lost(by=clerk, card=first, reason="遗失")
    cards.issue_card(by=clerk, person=person, number="G0000002")
    cards.issue_card(by=clerk, person=person, number="G0000003")
    assert dict(person.cards.values_list("number", "status")) == {
        "G0000001": "replaced",
        "G0000002": "replaced",
        "G0000003": "in_use",
    }
    assert [entry.action for entry in entries(first)] == ["换发", "挂失", "登记社会保障卡"]


def test_two_cards_in_use_are_impossible(clerk: User, person: InsuredPerson) -> None:
    cards.issue_card(by=clerk, person=person, number="G0000001")
    with pytest.raises(Exception, match="one_card_in_use"), transaction.atomic():
        make.CardFactory(person=person)


TAKEN = {
    ("report_lost", CardStatus.IN_USE): CardStatus.LOST,
    ("report_found", CardStatus.LOST): CardStatus.IN_USE,
}


@pytest.mark.parametrize("status", CardStatus)
@pytest.mark.parametrize("verb", ["report_lost", "report_found"])
def test_every_verb_in_every_state(clerk: User, person: InsuredPerson, verb: str, status: CardStatus) -> None:
    card = make.CardFactory(person=person, status=status)
    target = TAKEN.get((verb, status))
    if target:
        assert getattr(cards, verb)(by=clerk, card=card, reason="申报").status == target
        return
    with pytest.raises(Refused) as refused:
        getattr(cards, verb)(by=clerk, card=card, reason="申报")
    assert refused.value.reasons[0].code == "wrong_state"
    card.refresh_from_db()
    assert card.status == status


@pytest.mark.parametrize(("before", "after"), [("replaced", "in_use"), ("replaced", "lost")])
def test_replaced_card_never_comes_back_even_in_the_database(person: InsuredPerson, before: str, after: str) -> None:
    card = make.CardFactory(person=person, status=before)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        SocialSecurityCard.objects.filter(pk=card.pk).update(status=after)


def test_found_card_needs_a_reason_and_stale_pages_are_refused(clerk: User, person: InsuredPerson) -> None:
    card = cards.report_lost(by=clerk, card=make.CardFactory(person=person), version=1)
    with pytest.raises(Refused, match="须填写理由"):
        cards.report_found(by=clerk, card=card, reason=" ")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        cards.report_found(by=clerk, card=card, reason="找到", version=1)
    assert cards.report_found(by=clerk, card=card, reason="找到", version=2).status == "in_use"


def test_cards_are_kept_from_any_window_of_the_area_and_from_no_other(person: InsuredPerson) -> None:
    window = make.staff(Role.CLERK, hall=make.HallFactory(area=person.area))
    card = cards.issue_card(by=window, person=person, number="G0000001")
    assert cards.report_lost(by=window, card=card).status == "lost"
    for stranger in (make.staff(Role.CLERK, make.TIELING), make.staff(Role.REVIEWER, make.DONGYING)):
        with pytest.raises(Refused, match="登记和修改参保人"):
            cards.report_found(by=stranger, card=card, reason="找到")
        with pytest.raises(Refused, match="登记和修改参保人"):
            had_test(stranger, card)
        with pytest.raises(Refused, match="登记和修改参保人"):
            ask(stranger, person)


# tests of a card


@pytest.mark.clause("DY-08")
@pytest.mark.parametrize("way", CardTestWay)
def test_test_is_kept_with_its_way_and_finding(clerk: User, person: InsuredPerson, way: CardTestWay) -> None:
    card = make.CardFactory(person=person)
    test = had_test(clerk, card, way=way, result=CardTestResult.FAILED, finding=" 鉴权失败 ")
    assert (test.way, test.result, test.finding, test.by) == (way, "failed", "鉴权失败", clerk)
    again = had_test(clerk, card, way=way)
    assert list(card.tests.all()) == [again, test]


def test_failed_test_says_what_was_found(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="须填写检测情况"):
        had_test(clerk, make.CardFactory(person=person), result=CardTestResult.FAILED, finding="  ")
    assert not CardTest.objects.exists()


def test_test_of_tomorrow_is_refused(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="2026-03-11 晚于今天"):
        had_test(clerk, make.CardFactory(person=person), tested_on=TODAY + dt.timedelta(1))


@pytest.mark.parametrize("status", [CardStatus.LOST, CardStatus.REPLACED])
def test_card_out_of_use_is_not_tested(clerk: User, person: InsuredPerson, status: CardStatus) -> None:
    with pytest.raises(Refused, match=f"此卡{status.label}"):
        had_test(clerk, make.CardFactory(person=person, status=status))


def test_tests_are_never_changed(clerk: User, person: InsuredPerson) -> None:
    had_test(clerk, make.CardFactory(person=person))
    for change in (lambda: CardTest.objects.all().delete(), lambda: CardTest.objects.update(finding="改")):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            change()


# a new card asked for


@pytest.mark.clause("DY-08")
def test_person_asks_with_the_id_and_is_told_where_to_go(clerk: User, person: InsuredPerson) -> None:
    old = make.CardFactory(person=person, status=CardStatus.LOST)
    made = ask(clerk, person)
    assert (made.procedure, made.status, made.old_card, made.agent_name) == ("card_by_self", "asked", old, "")
    (where,) = made.answer["where"]
    assert "社保卡所属银行网点" in where["text"]
    assert where["source"].endswith("六（三）1")
    assert made.answer["seen"] == [{"material": "id_document", "originals": 1, "copies": 0}]
    assert made.answer["reasons"] == []


@pytest.mark.clause("DY-08")
def test_relative_brings_both_books_and_both_ids(clerk: User, person: InsuredPerson) -> None:
    made = ask(clerk, person, agent=CHILD, materials=BOTH)
    assert (made.procedure, made.agent_name, made.agent_relation) == ("card_by_relative", "宋小明", "child")
    assert "市信息中心社保卡窗口" in made.answer["where"][0]["text"]


@pytest.mark.clause("DY-08")
@pytest.mark.parametrize(
    ("agent", "materials", "missing"),
    [
        (None, (), ["缺少有效身份证件"]),
        (None, (Seen(Material.RELATION_PROOF),), ["缺少有效身份证件"]),
        (None, (Seen(Material.ID_DOCUMENT, 0, 0),), ["缺少有效身份证件"]),
        (CHILD, (), ["缺少亲属关系证明（原件 2 份）", "缺少有效身份证件（原件 2 份）"]),
        (CHILD, (Seen(Material.RELATION_PROOF, 2), Seen(Material.ID_DOCUMENT)), ["缺少有效身份证件（原件 2 份）"]),
        (
            CHILD,
            (Seen(Material.RELATION_PROOF, 0, 2), Seen(Material.ID_DOCUMENT, 2)),
            ["缺少亲属关系证明（原件 2 份）"],
        ),
    ],
)
def test_what_is_missing_is_named_with_its_clause(
    clerk: User, person: InsuredPerson, agent: Agent | None, materials: tuple[Seen, ...], missing: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        ask(clerk, person, agent=agent, materials=materials)
    assert [reason.text for reason in refused.value.reasons] == missing
    section = "六（三）2" if agent else "六（三）1"
    assert all(reason.source.endswith(section) for reason in refused.value.reasons)
    assert not CardReplacement.objects.exists()


@pytest.mark.clause("DY-08")
@pytest.mark.parametrize("relation", [Relation.EMPLOYER, Relation.HOSPITAL, Relation.OTHER])
def test_nobody_but_a_relative_acts_for_the_person(clerk: User, person: InsuredPerson, relation: Relation) -> None:
    with pytest.raises(Refused, match="只能由本人或亲属办理"):
        ask(clerk, person, agent=Agent("某人", relation), materials=BOTH)


def test_false_id_of_the_relative_is_refused(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="应为18位"):
        ask(clerk, person, agent=Agent("宋小明", Relation.CHILD, "", "123"), materials=BOTH)


def test_document_without_the_procedure_has_it_just_recorded(clerk: User, insured: Insured) -> None:
    made = ask(clerk, insured(make.YANTAI), agent=Agent("某人", Relation.OTHER), materials=())
    assert (made.answer["required"], made.answer["where"]) == ([], [])
    assert made.answer["reasons"][0]["code"] == "replacement_unsaid"


def test_area_without_a_policy_has_it_just_recorded(policies: None) -> None:
    elsewhere = make.PersonFactory(area__code="370100")
    clerk = make.staff(Role.CLERK, "370100")
    assert ask(clerk, elsewhere, materials=()).answer["reasons"][0]["code"] == "replacement_unsaid"


def test_second_request_is_refused_while_one_is_open(clerk: User, person: InsuredPerson) -> None:
    first = ask(clerk, person)
    with pytest.raises(Refused, match="已有办理中的补卡"):
        ask(clerk, person)
    cards.withdraw_replacement(by=clerk, replacement=first, reason="不补了")
    assert ask(clerk, person).pk


def test_same_page_twice_makes_one_request(clerk: User, person: InsuredPerson, insured: Insured) -> None:
    token = uuid.uuid4()
    assert ask(clerk, person, request_token=token) == ask(clerk, person, request_token=token)
    with pytest.raises(Refused, match="已提交过"):
        ask(clerk, insured(make.DONGYING), request_token=token)


@pytest.mark.clause("DY-08")
def test_issued_card_takes_the_place_of_the_old_one(clerk: User, person: InsuredPerson) -> None:
    old = make.CardFactory(person=person)
    made = cards.issue_replacement(
        by=clerk, replacement=ask(clerk, person), number="G0000009", generation="third", issued_on=TODAY
    )
    old.refresh_from_db()
    assert (made.status, made.new_card, made.ended_by) == ("issued", person.cards.get(status="in_use"), clerk)
    assert (old.status, made.new_card.number) == ("replaced", "G0000009")


def test_issue_of_a_number_that_is_taken_leaves_everything_as_it_was(clerk: User, person: InsuredPerson) -> None:
    other = make.CardFactory(person__area=person.area)
    old = make.CardFactory(person=person)
    made = ask(clerk, person)
    with pytest.raises(Refused, match="此卡号已登记"):
        cards.issue_replacement(by=clerk, replacement=made, number=other.number)
    made.refresh_from_db()
    old.refresh_from_db()
    assert (made.status, old.status) == ("asked", "in_use")


@pytest.mark.parametrize("ended", ["issue", "withdraw"])
@pytest.mark.parametrize("verb", ["issue", "withdraw"])
def test_request_that_has_ended_takes_no_further_step(
    clerk: User, person: InsuredPerson, ended: str, verb: str
) -> None:
    def take(step: str, made: CardReplacement, number: str) -> CardReplacement:
        if step == "issue":
            return cards.issue_replacement(by=clerk, replacement=made, number=number)
        return cards.withdraw_replacement(by=clerk, replacement=made, reason="不补了")

    made = take(ended, ask(clerk, person), "G0000008")
    before = SocialSecurityCard.objects.count()
    with pytest.raises(Refused) as refused:
        take(verb, made, "G0000009")
    assert refused.value.reasons[0].code == "wrong_state"
    assert SocialSecurityCard.objects.count() == before


def test_withdrawal_needs_a_reason(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="须填写理由"):
        cards.withdraw_replacement(by=clerk, replacement=ask(clerk, person), reason="")


# at once


@pytest.mark.django_db(transaction=True)
def test_two_cards_registered_at_once_leave_one_in_use(clerk: User, insured: Insured) -> None:
    person = insured(make.DONGYING)
    other = make.staff(Role.CLERK, make.DONGYING)
    at_once(
        lambda: cards.issue_card(by=clerk, person=person, number="G0000001"),
        lambda: cards.issue_card(by=other, person=person, number="G0000002"),
    )
    assert sorted(person.cards.values_list("status", flat=True)) == ["in_use", "replaced"]
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_loss_and_new_card_at_once_end_with_the_new_card(clerk: User, insured: Insured) -> None:
    person = insured(make.DONGYING)
    card = cards.issue_card(by=clerk, person=person, number="G0000001")
    answers = at_once(
        lambda: cards.report_lost(by=clerk, card=card),
        lambda: cards.issue_card(by=make.staff(Role.CLERK, make.DONGYING), person=person, number="G0000002"),
    )
    assert dict(person.cards.values_list("number", "status")) == {"G0000001": "replaced", "G0000002": "in_use"}
    assert all(answer.reasons[0].code == "wrong_state" for answer in answers if isinstance(answer, Refused))
    connection.close()
