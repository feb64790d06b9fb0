"""Take-for-me: one reviewer has a case, the others read who."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import desk, taking
from filings.changes import decisions
from filings.changes import desk as change_desk
from filings.models import Filing, FilingChange, InsuredPerson
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import filed_for_review, moving

Insured = Callable[..., InsuredPerson]


@pytest.fixture
def filing(clerk: User, insured: Insured) -> Filing:
    return filed_for_review(clerk, insured(make.YANTAI))


@pytest.fixture
def change(clerk: User, reviewer: User, insured: Insured) -> FilingChange:
    active = desk.approve(by=reviewer, filing=filed_for_review(clerk, insured(make.YANTAI)))
    return moving(clerk, active)


@pytest.fixture(params=["filing", "change"])
def case(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def other(policies: None) -> User:
    return make.staff(Role.REVIEWER, make.YANTAI, last_name="赵", first_name="敏")


@pytest.fixture
def supervisor(policies: None) -> User:
    return make.staff(Role.SUPERVISOR, make.YANTAI)


def decide(case: Any, verb: str, by: User) -> Any:
    if isinstance(case, Filing):
        return getattr(desk, verb)(by=by, filing=case, reason="核对")
    return getattr(decisions, verb)(by=by, change=case, reason="核对")


def take_back(case: Any, by: User) -> Any:
    if isinstance(case, Filing):
        return desk.withdraw(by=by, filing=case, reason="放弃")
    return change_desk.withdraw(by=by, change=case, reason="放弃")


def test_taken_case_is_decided_by_its_taker_alone(case: Any, reviewer: User, other: User) -> None:
    taken = taking.take(case=case, by=other)
    assert (taken.taken_by, taken.version) == (other, case.version)
    assert taken.taken_at
    assert entries(taken)[0].action == "领取"
    for verb in ("approve", "send_back", "refuse"):
        with pytest.raises(Refused, match="已由赵敏领取"):
            decide(case, verb, reviewer)
    with pytest.raises(Refused, match="已由赵敏领取"):
        taking.take(case=case, by=reviewer)
    assert taking.take(case=case, by=other).taken_at == taken.taken_at
    assert decide(case, "approve", other).taken_by is None


@pytest.mark.parametrize("verb", ["approve", "send_back", "refuse"])
def test_nobody_holds_a_case_that_has_left_review(verb: str, case: Any, reviewer: User) -> None:
    taking.take(case=case, by=reviewer)
    decided = decide(case, verb, reviewer)
    decided.refresh_from_db()
    assert (decided.taken_by, decided.taken_at) == (None, None)


def test_clerk_may_take_back_what_a_reviewer_has_taken(case: Any, clerk: User, reviewer: User) -> None:
    taking.take(case=case, by=reviewer)
    assert take_back(case, clerk).taken_by is None


def test_put_down_by_oneself_alone(case: Any, reviewer: User, other: User) -> None:
    taking.take(case=case, by=other)
    with pytest.raises(Refused, match="不在您名下"):
        taking.put_down(case=case, by=reviewer)
    assert taking.put_down(case=case, by=other).taken_by is None
    assert taking.take(case=case, by=reviewer).taken_by == reviewer


def test_supervisor_releases_and_the_history_says_whose_it_was(
    case: Any, reviewer: User, other: User, supervisor: User
) -> None:
    with pytest.raises(Refused, match="没有人领取"):
        taking.release(case=case, by=supervisor)
    case = taking.take(case=case, by=other)
    elsewhere = make.staff(Role.SUPERVISOR, make.WEIFANG)
    for stranger in (reviewer, elsewhere):
        with pytest.raises(Refused, match="收回已领取的件"):
            taking.release(case=case, by=stranger)
    released = taking.release(case=case, by=supervisor)
    assert released.taken_by is None
    assert (entries(released)[0].action, entries(released)[0].reason) == ("收回", "原由赵敏领取")
    assert decide(case, "approve", reviewer).reviewed_by == reviewer


def test_release_of_a_case_that_another_has_by_now_is_refused(
    case: Any, reviewer: User, other: User, supervisor: User
) -> None:
    seen = taking.take(case=case, by=other)
    taking.put_down(case=case, by=other)
    taking.take(case=case, by=reviewer)
    with pytest.raises(Refused, match="刚刚被他人改动"):
        taking.release(case=seen, by=supervisor)


def test_only_who_may_decide_may_take(case: Any, clerk: User, supervisor: User) -> None:
    make.PostFactory(user=clerk, role=Role.REVIEWER, area=case.area)
    maker = User.objects.get(pk=clerk.pk)
    for stranger in (maker, supervisor, make.staff(Role.REVIEWER, make.TIELING)):
        with pytest.raises(Refused):
            taking.take(case=case, by=stranger)


def test_decided_case_is_not_taken(case: Any, reviewer: User, other: User) -> None:
    decide(case, "refuse", reviewer)
    with pytest.raises(Refused, match="不予"):
        taking.take(case=case, by=other)


def test_buttons_are_what_one_may_do(case: Any, clerk: User, reviewer: User, other: User, supervisor: User) -> None:
    def verbs(by: User) -> list[str]:
        return [verb for verb, _label in taking.steps(type(case).objects.get(), by)]

    assert [verbs(by) for by in (clerk, reviewer, supervisor)] == [[], ["take"], []]
    taking.take(case=case, by=other)
    assert [verbs(by) for by in (clerk, reviewer, other, supervisor)] == [[], [], ["put_down"], ["release"]]
