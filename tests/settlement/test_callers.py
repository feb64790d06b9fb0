"""Callers are verified against the register; each is on record, and so is what they were told."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from filings.vocabulary import CardStatus, Relation
from hospitals.access import RIGHTS, Right
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.inquiries.callers import (
    CALL,
    MOST_FAILURES,
    current_call,
    end_call,
    failures_today,
    record_answer,
    tails_of,
)
from settlement.models import CallerAnswer, CallerVerification
from settlement.vocabulary import Query
from tests import factories as make
from tests.settlement.calls import CARD, PHONE, call, known_person

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def hotline():
    return make.staff(Role.HOTLINE)


@pytest.fixture
def person():
    return known_person()


@pytest.mark.clause("JN-07")
def test_caller_who_knows_everything_is_verified_and_on_record(hotline, person):
    made = call(hotline, person, NOON, relation=Relation.CHILD, caller_name="王大明")
    assert (made.is_matched, made.outcome, made.caller) == (True, "相符", "王大明（子女）")
    assert (made.person, made.area_id, made.made_by, made.made_at) == (person, make.WEIFANG, hotline, NOON)
    assert current_call(hotline, NOON) == made


@pytest.mark.clause("JN-07")
@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        ({"name": "王小名"}, "不符：姓名"),
        ({"id_number": "370702195001010011"}, "不符：证件号码"),
        ({"tail": "1235"}, "不符：社会保障卡号后四位"),
        ({"proof": PHONE}, "不符：登记电话后四位"),
        ({"tail": "234"}, "不符：社会保障卡号后四位"),
        ({"name": "李", "id_number": "1", "tail": ""}, "不符：姓名、证件号码、社会保障卡号后四位"),
    ],
)
def test_caller_who_is_wrong_is_on_record_and_told_nothing(hotline, person, wrong, outcome):
    made = call(hotline, person, NOON, **wrong)
    assert (made.is_matched, made.outcome, made.caller) == (False, outcome, "本人")
    assert current_call(hotline, NOON) is None
    with pytest.raises(Refused, match="请先核验来电人"):
        record_answer(by=hotline, query=Query.COST, at=NOON)


def test_what_was_said_may_be_written_otherwise(hotline, person):
    number = person.id_number
    assert call(hotline, person, name=" 王 小明", id_number=f"{number[:6]} {number[6:]}").is_matched
    assert call(hotline, person, proof=PHONE, tail="５６７８").is_matched


def test_only_what_the_register_knows_is_asked_for(person):
    assert tails_of(person) == {CARD: {"1234"}, PHONE: {"5678"}}
    person.cards.update(status=CardStatus.LOST)
    assert tails_of(person) == {PHONE: {"5678"}}
    person.phone = "139"
    assert tails_of(person) == {}


def test_verification_is_good_for_a_while_and_for_whoever_asked(hotline, person):
    made = call(hotline, person, NOON)
    assert current_call(hotline, NOON + CALL - MINUTE) == made
    assert current_call(hotline, NOON + CALL) is None
    assert current_call(make.staff(Role.HOTLINE), NOON) is None


def test_call_ends_by_a_key_and_by_the_next_caller(hotline, person):
    call(hotline, person, NOON)
    end_call(by=hotline, at=NOON + MINUTE)
    assert current_call(hotline, NOON + 2 * MINUTE) is None
    second, other = call(hotline, person, NOON + 3 * MINUTE), known_person(make.YANTAI)
    make.PostFactory(user=hotline, role=Role.HOTLINE, area=other.area)
    del hotline._reach
    third = call(hotline, other, NOON + 4 * MINUTE)
    second.refresh_from_db()
    assert (second.ended_at, current_call(hotline, NOON + 5 * MINUTE)) == (NOON + 4 * MINUTE, third)


def test_failed_caller_ends_the_call_before(hotline, person):
    call(hotline, person, NOON)
    call(hotline, person, NOON + MINUTE, tail="0000")
    assert current_call(hotline, NOON + 2 * MINUTE) is None


def test_after_several_failures_nobody_is_verified_by_telephone_that_day(hotline, person):
    for turn in range(MOST_FAILURES):
        call(make.staff(Role.HOTLINE), person, NOON + turn * MINUTE, tail="0000")
    with pytest.raises(Refused, match="今日来电核验未通过已达 3 次，请本人持有效证件到窗口查询"):
        call(hotline, person, NOON + dt.timedelta(hours=11))
    assert failures_today(person, NOON) == MOST_FAILURES
    assert call(hotline, person, NOON + dt.timedelta(hours=12)).is_matched  # the next day
    assert call(hotline, known_person(id_number="370702196001010019"), NOON).is_matched  # somebody else


def test_who_may_answer_callers(person):
    allowed = {role for role in Role if Right.ANSWER_CALLERS in RIGHTS[role]}
    assert allowed == {Role.HOTLINE, Role.CLERK, Role.REVIEWER, Role.SUPERVISOR}
    for by in (make.staff(Role.AUDITOR), make.staff(Role.HOTLINE, make.TIELING)):
        with pytest.raises(Refused, match="答复咨询"):
            call(by, person)


def test_each_answer_is_on_record(hotline, person):
    made = call(hotline, person, NOON)
    for query in (Query.FILING, Query.COST, Query.COST):
        assert record_answer(by=hotline, query=query, at=NOON) == made
    assert [answer.query for answer in made.answers.all()] == ["filing", "cost", "cost"]


def test_caller_for_somebody_else_gives_a_name(hotline, person):
    with pytest.raises(Refused, match="须登记来电人姓名和关系"):
        call(hotline, person, relation=Relation.CHILD)


def test_record_cannot_be_changed(hotline, person):
    made = call(hotline, person, NOON)
    answer = CallerAnswer.objects.create(verification=made, query=Query.COST)
    for change in (
        lambda: CallerVerification.objects.update(name_matches=False),
        lambda: CallerVerification.objects.update(good_until=NOON + 10 * CALL),
        made.delete,
        lambda: CallerAnswer.objects.update(query=Query.FILING),
        answer.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    end_call(by=hotline, at=NOON + MINUTE)
    with pytest.raises(DatabaseError), transaction.atomic():
        CallerVerification.objects.update(ended_at=None)


def test_database_tells_nothing_to_whoever_is_not_verified(hotline, person):
    failed, ended = call(hotline, person, NOON, tail="0000"), call(hotline, person, NOON)
    end_call(by=hotline, at=NOON + MINUTE)
    for verification in (failed, ended):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallerAnswer.objects.create(verification=verification, query=Query.COST)


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_are_counted_one_after_the_other(person):
    outcomes = []

    def fail():
        try:
            outcomes.append(call(make.staff(Role.HOTLINE), person, NOON, tail="0000").is_matched)
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=fail) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["False"] * MOST_FAILURES + ["refused"] * 3
