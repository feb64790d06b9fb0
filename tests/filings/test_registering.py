"""The verbs of inpatient registration, over the register and the directory."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from filings import cards
from filings.models import Filing, InpatientRegistration
from filings.registering import cancel_registration, hospital_meant, hospitals_to_choose
from filings.vocabulary import Channel, Employment, Scheme
from hospitals.history import entries
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Scope
from tests import factories as make
from tests.filings.conftest import TODAY, cancelling
from tests.filings.stays import (
    BEIJING_HOSPITAL,
    QINGDAO_HOSPITAL,
    SON,
    TOMORROW,
    network,
    of_dongying,
    of_yantai,
    opened,
    registered,
    stay,
)
from tests.filings.test_desk_at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: Any) -> User:
    network()
    return make.staff(Role.CLERK, make.YANTAI, make.DONGYING, make.WEIFANG)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


@pytest.mark.clause("DY-05")
@pytest.mark.clause("DY-06")
def test_stay_is_registered_against_the_filing_with_its_checks_kept(clerk: User) -> None:
    person = of_dongying(clerk)
    made = registered(clerk, person)
    made.refresh_from_db()
    assert (made.filing, made.hospital.name, made.area_id) == (person.filings.get(), BEIJING_HOSPITAL, make.DONGYING)
    assert (made.ward, made.condition, made.channel, made.status) == ("心内科", "冠心病", "phone", "registered")
    assert (made.agent_name, made.agent_relation, made.caller) == ("宋小明", "child", "宋小明（子女）")
    assert made.number == f"ZY20260310{made.pk:08d}"
    assert made.answer["outcome"] == "accept"
    assert all(check["is_met"] for check in made.answer["checks"])
    assert made.answer["policy"] == {"document": "跨省异地就医住院费用直接结算政策解答", "version": 1}
    assert [entry.action for entry in entries(made)] == ["住院联网登记"]


@pytest.mark.clause("YT-09")
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.FAX])
def test_resettled_person_of_yantai_need_not_come(clerk: User, channel: Channel) -> None:
    person = of_yantai(clerk)
    made = registered(clerk, person, stay(hospital_name=QINGDAO_HOSPITAL, channel=channel))
    assert (made.channel, made.filing.destination_id) == (channel, "370200")
    assert (made.agent_name, made.agent_phone) == ("宋小明", "13900000001")


@pytest.mark.clause("YT-09")
def test_by_telephone_somebody_called_if_only_the_person(clerk: User) -> None:
    person = of_yantai(clerk)
    with pytest.raises(Refused) as refused:
        registered(clerk, person, stay(hospital_name=QINGDAO_HOSPITAL, agent=None))
    assert codes(refused) == ["caller_unsaid"]
    made = registered(clerk, person, stay(hospital_name=QINGDAO_HOSPITAL, agent=None, by_person=True))
    assert made.caller == "参保人本人"


@pytest.mark.clause("DY-05")
@pytest.mark.parametrize(
    ("participation", "code"),
    [
        ({"employment": Employment.ACTIVE, "contributions_paid_through": TODAY}, "contributions_behind"),
        ({"employment": Employment.ACTIVE}, "contributions_unknown"),
        ({"scheme": Scheme.RESIDENT, "contributions_paid_through": TODAY}, "contributions_behind"),
        ({"ends_on": TODAY}, "not_insured"),
    ],
)
def test_insurance_that_does_not_reach_is_named(clerk: User, participation: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        registered(clerk, of_dongying(clerk, **participation))
    assert codes(refused) == [code]
    assert not InpatientRegistration.objects.exists()


@pytest.mark.clause("DY-05")
def test_paid_up_employee_and_resident_are_registered(clerk: User) -> None:
    for participation in ({"employment": Employment.ACTIVE}, {"scheme": Scheme.RESIDENT}):
        assert registered(clerk, of_dongying(clerk, contributions_paid_through=TOMORROW, **participation)).pk


@pytest.mark.clause("DY-05")
def test_everything_that_fails_is_told_together(clerk: User) -> None:
    person = make.ParticipationFactory(person__area__code=make.DONGYING, employment=Employment.ACTIVE).person
    yesterday = TODAY - dt.timedelta(1)
    with pytest.raises(Refused) as refused:
        registered(clerk, person, stay(hospital_name="无此医院", admitted_on=yesterday, agent=None))
    assert codes(refused) == [
        *("admitted_already", "filing_missing", "contributions_unknown", "hospital_unknown", "card_missing"),
        "caller_unsaid",
    ]
    assert "无此医院" in str(refused.value)


@pytest.mark.clause("DY-08")
def test_lost_card_stands_in_the_way(clerk: User) -> None:
    person = of_dongying(clerk)
    cards.report_lost(by=clerk, card=person.cards.get())
    with pytest.raises(Refused) as refused:
        registered(clerk, person)
    assert codes(refused) == ["card_lost"]


@pytest.mark.clause("DY-05")
def test_filing_counts_by_the_day_of_admission(clerk: User) -> None:
    person = of_dongying(clerk)
    Filing.objects.update(
        status="cancelled", end_on=TOMORROW, ended_by=clerk, ended_at="2026-03-10T00:00Z", end_reason="回"
    )
    assert registered(clerk, person).pk
    with pytest.raises(Refused) as refused:
        registered(clerk, person, stay(admitted_on=TOMORROW + dt.timedelta(1)))
    assert codes(refused) == ["filing_missing"]


@pytest.mark.parametrize("status", ["pending", "returned", "withdrawn"])
def test_filing_not_in_effect_is_none(clerk: User, status: str) -> None:
    person = of_dongying(clerk, filing=False)
    told = {"reviewed_by": make.UserFactory(), "reviewed_at": "2026-03-10T00:00Z", "review_reason": "补正"}
    ended = {"ended_by": clerk, "ended_at": "2026-03-10T00:00Z", "end_reason": "撤回"}
    make.FilingFactory(person=person, status=status, **{"returned": told, "withdrawn": ended}.get(status, {}))
    with pytest.raises(Refused) as refused:
        registered(clerk, person)
    assert codes(refused) == ["filing_missing"]


def test_hospital_of_another_place_is_named(clerk: User) -> None:
    with pytest.raises(Refused, match="青岛示例医院在"):
        registered(clerk, of_dongying(clerk), stay(hospital_name=QINGDAO_HOSPITAL))


@pytest.mark.clause("DY-02")
def test_filing_for_a_whole_province_takes_a_hospital_in_any_of_its_cities(clerk: User) -> None:
    person = of_dongying(clerk, filing=False)
    make.FilingFactory(person=person, destination__code="460000")
    opened("海口示例医院", "460100", Scope.CROSS_PROVINCE)
    made = registered(clerk, person, stay(hospital_name="海口示例医院"))
    assert made.filing.destination_id == "460000"
    assert hospitals_to_choose([made.filing]) == ["海口示例医院"]


def test_of_two_hospitals_of_one_name_the_one_at_the_place_is_meant(clerk: User) -> None:
    opened("人民医院", make.JINING, Scope.CROSS_PROVINCE)
    there = opened("人民医院", make.BEIJING, Scope.CROSS_PROVINCE)
    assert registered(clerk, of_dongying(clerk), stay(hospital_name="人民医院")).hospital == there


def test_hospital_is_known_by_its_code_too(clerk: User) -> None:
    make.HospitalFactory(name="另一医院", area__code=make.BEIJING, code="H11010100001")
    found = hospital_meant("H11010100001", [])
    assert found
    assert found.name == "另一医院"
    assert hospital_meant("", []) is None


def test_service_closed_before_the_day_is_named(clerk: User) -> None:
    opened("停办医院", make.BEIJING, Scope.CROSS_PROVINCE, closed_on=TODAY)
    with pytest.raises(Refused, match="2026-03-10 后停止"):
        registered(clerk, of_dongying(clerk), stay(hospital_name="停办医院"))


def test_area_whose_document_knows_no_registration_needs_none(clerk: User) -> None:
    person = make.ParticipationFactory(person__area__code=make.WEIFANG).person
    with pytest.raises(Refused, match="没有住院联网登记的规定，不用登记"):
        registered(clerk, person)


# the same stay


def test_same_stay_twice_is_refused_by_number(clerk: User) -> None:
    person = of_dongying(clerk)
    first = registered(clerk, person)
    with pytest.raises(Refused, match=first.number):
        registered(clerk, person)
    assert registered(clerk, person, stay(admitted_on=TOMORROW + dt.timedelta(1))).pk
    cancel_registration(by=clerk, registration=first, reason="改期")
    assert registered(clerk, person).pk


def test_same_page_twice_makes_one_registration(clerk: User) -> None:
    person, token = of_dongying(clerk), uuid.uuid4()
    assert registered(clerk, person, request_token=token) == registered(clerk, person, request_token=token)
    with pytest.raises(Refused, match="已提交过"):
        registered(clerk, of_dongying(clerk), request_token=token)


@pytest.mark.django_db(transaction=True)
def test_same_stay_at_two_windows_at_once_is_registered_once(clerk: User) -> None:
    person = of_dongying(clerk)
    other = make.staff(Role.CLERK, make.DONGYING)
    answers = at_once(lambda: registered(clerk, person), lambda: registered(other, person))
    made = InpatientRegistration.objects.get()
    (refused,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert made in answers
    assert made.number in str(refused)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_request_twice_at_once_makes_one_registration(clerk: User) -> None:
    person, token = of_dongying(clerk), uuid.uuid4()
    answers = at_once(*[lambda: registered(clerk, person, request_token=token)] * 2)
    assert answers == [InpatientRegistration.objects.get()] * 2
    connection.close()


def test_registration_that_came_in_behind_the_check_is_refused_by_the_database(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = of_dongying(clerk)
    registered(clerk, person)
    monkeypatch.setattr("filings.registering._registered_already", lambda *args: None)
    monkeypatch.setattr("filings.registering.checked", lambda record: None)
    with pytest.raises(Refused, match="该参保人的此次住院已登记"):
        registered(clerk, person)


# rights and cancellation


def test_registration_needs_the_right_here(clerk: User) -> None:
    person = of_dongying(clerk)
    for stranger in (make.staff(Role.CLERK, make.TIELING), make.staff(Role.REVIEWER, make.DONGYING)):
        with pytest.raises(Refused, match="办理备案"):
            registered(stranger, person)
    hall = make.HallFactory(area=Area.objects.get(pk=make.DONGYING))
    window = make.staff(Role.CLERK, hall=hall)
    with pytest.raises(Refused, match="办理备案"):
        registered(window, person)
    assert registered(window, person, hall=hall).hall == hall


def test_hall_of_another_area_is_refused(clerk: User) -> None:
    with pytest.raises(Refused, match="不属于参保地"):
        registered(clerk, of_dongying(clerk), hall=make.HallFactory(area=Area.objects.get(pk=make.YANTAI)))


def test_cancellation_says_who_when_and_why(clerk: User) -> None:
    made = registered(clerk, of_dongying(clerk))
    with pytest.raises(Refused, match="须填写理由"):
        cancel_registration(by=clerk, registration=made, reason=" ")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        cancel_registration(by=clerk, registration=made, reason="不住院了", version=9)
    ended = cancel_registration(by=clerk, registration=made, reason=" 不住院了 ", version=1)
    assert (ended.status, ended.ended_by, ended.end_reason) == ("cancelled", clerk, "不住院了")
    assert ended.ended_at is not None
    assert entries(ended)[0].action == "取消登记"
    with pytest.raises(Refused, match="不能取消登记"):
        cancel_registration(by=clerk, registration=ended, reason="再取消")


def test_cancelled_registration_never_comes_back(clerk: User) -> None:
    made = cancel_registration(by=clerk, registration=registered(clerk, of_dongying(clerk)), reason="不住院了")
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        InpatientRegistration.objects.filter(pk=made.pk).update(status="registered")


def test_database_knows_the_shape_of_a_registration(clerk: User) -> None:
    made = registered(clerk, of_dongying(clerk))
    for values in ({"admitted_on": TODAY - dt.timedelta(1)}, {"status": "cancelled"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InpatientRegistration.objects.filter(pk=made.pk).update(**values)


def test_filing_behind_a_registration_may_still_be_cancelled(clerk: User) -> None:
    made = registered(clerk, of_dongying(clerk), stay(agent=SON))
    cancelling(clerk, made.filing)
    made.refresh_from_db()
    assert (made.filing.status, made.status) == ("cancelled", "registered")
