"""Changes of filings that the policy reviews: every state and verb, who decides, and what is known by then."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from filings import costs
from filings import desk as filing_desk
from filings.changes import decisions, desk
from filings.models import Filing, FilingChange, InsuredPerson
from filings.models.change_lifecycle import CHANGE_LIFECYCLE, ChangeStatus
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY, cancelling, filed_for_review, leaving, moving

Insured = Callable[..., InsuredPerson]
DAY = dt.timedelta(days=1)


@pytest.fixture
def filing(clerk: User, reviewer: User, insured: Insured) -> Filing:
    """A referral of Yantai, approved: what becomes of it is reviewed too."""
    return filing_desk.approve(by=reviewer, filing=filed_for_review(clerk, insured(make.YANTAI)))


@pytest.fixture
def change(clerk: User, filing: Filing) -> FilingChange:
    return moving(clerk, filing)


def in_state(status: str, clerk: User, reviewer: User, change: FilingChange) -> FilingChange:
    """A change brought there by the verbs themselves."""
    if status == ChangeStatus.RETURNED:
        return decisions.send_back(by=reviewer, change=change, reason="日期有误")
    if status == ChangeStatus.REFUSED:
        return decisions.refuse(by=reviewer, change=change, reason="不符合规定")
    if status == ChangeStatus.WITHDRAWN:
        return desk.withdraw(by=clerk, change=change, reason="本人放弃")
    if status == ChangeStatus.DONE:
        return decisions.approve(by=reviewer, change=change)
    return change


VERBS: dict[str, Callable[[User, User, FilingChange], FilingChange]] = {
    "approve": lambda clerk, reviewer, change: decisions.approve(by=reviewer, change=change),
    "send_back": lambda clerk, reviewer, change: decisions.send_back(by=reviewer, change=change, reason="日期有误"),
    "refuse": lambda clerk, reviewer, change: decisions.refuse(by=reviewer, change=change, reason="不符合规定"),
    "resubmit": lambda clerk, reviewer, change: desk.resubmit(
        by=clerk, change=change, asked=leaving(destination="370500")
    ),
    "withdraw": lambda clerk, reviewer, change: desk.withdraw(by=clerk, change=change, reason="本人放弃"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", ChangeStatus)
def test_verb_in_state_leads_where_the_lifecycle_says(
    status: ChangeStatus, verb: str, clerk: User, reviewer: User, change: FilingChange
) -> None:
    change = in_state(status, clerk, reviewer, change)
    move = CHANGE_LIFECYCLE.moves[verb]
    if status in move.sources:
        assert VERBS[verb](clerk, reviewer, change).status == move.target
        assert FilingChange.objects.get().status == move.target
    else:
        with pytest.raises(Refused) as refused:
            VERBS[verb](clerk, reviewer, change)
        assert refused.value.reasons[0].code == "wrong_state"
        assert FilingChange.objects.get().status == status


def test_every_verb_of_the_lifecycle_is_tried() -> None:
    assert set(VERBS) == set(CHANGE_LIFECYCLE.moves)


@pytest.mark.clause("YT-11")
def test_filing_stands_until_the_change_is_approved(
    reviewer: User, clerk: User, filing: Filing, change: FilingChange
) -> None:
    filing.refresh_from_db()
    assert (change.status, change.decision["outcome"], filing.status) == ("pending", "review", "active")
    assert "审核" in change.decision["reasons"][0]["text"]
    done = decisions.approve(by=reviewer, change=change, reason="同意")
    filing.refresh_from_db()
    following = done.successor
    assert following
    assert (filing.status, filing.end_on, filing.ended_by) == ("cancelled", None, clerk)
    assert (following.status, following.made_by, following.reviewed_by) == ("active", clerk, reviewer)
    assert (following.issuer_name, following.tier) == (filing.issuer_name, "referral")
    assert entries(filing)[0].action == "变更就医地"
    assert entries(filing)[0].who == entries(done)[0].who
    assert (entries(done)[0].action, entries(done)[0].reason) == ("审核通过", "同意")


@pytest.mark.clause("YT-11")
def test_cancellation_is_reviewed_where_filings_are(clerk: User, reviewer: User, filing: Filing) -> None:
    change = cancelling(clerk, filing)
    assert change.status == "pending"
    decisions.approve(by=reviewer, change=change)
    filing.refresh_from_db()
    assert (filing.status, filing.end_on) == ("cancelled", TODAY)


def test_second_change_is_refused_naming_the_one_that_waits(
    clerk: User, reviewer: User, filing: Filing, change: FilingChange
) -> None:
    for ask in (cancelling, moving):
        with pytest.raises(Refused, match=change.number):
            ask(clerk, filing)
    decisions.send_back(by=reviewer, change=change, reason="日期有误")
    with pytest.raises(Refused, match="已退回"):
        cancelling(clerk, filing)
    desk.withdraw(by=clerk, change=change, reason="改为取消")
    assert cancelling(clerk, filing).status == "pending"


def test_maker_decides_nothing_of_their_own(clerk: User, filing: Filing) -> None:
    make.PostFactory(user=clerk, role=Role.REVIEWER, area=filing.area)
    clerk = User.objects.get(pk=clerk.pk)
    change = cancelling(clerk, filing)
    for verb in ("approve", "send_back", "refuse"):
        with pytest.raises(Refused, match="经手人以外"):
            VERBS[verb](clerk, clerk, change)


def test_whoever_hands_in_anew_may_not_approve_it(clerk: User, reviewer: User, change: FilingChange) -> None:
    change = in_state(ChangeStatus.RETURNED, clerk, reviewer, change)
    other = make.staff(Role.CLERK, make.YANTAI)
    make.PostFactory(user=other, role=Role.REVIEWER, area=make.AreaFactory(code=make.YANTAI))
    other = User.objects.get(pk=other.pk)
    again = desk.resubmit(by=other, change=change, asked=leaving(destination="370500"))
    assert (again.made_by, again.reviewed_by, again.destination_id) == (other, None, "370500")
    assert again.decision["filing"]["question"]["destination"] == "370500"
    with pytest.raises(Refused, match="经手人以外"):
        decisions.approve(by=other, change=again)


def test_handing_in_anew_is_assessed_and_keeps_kind_and_day(clerk: User, reviewer: User, change: FilingChange) -> None:
    change = in_state(ChangeStatus.RETURNED, clerk, reviewer, change)
    with pytest.raises(Refused, match="变更日期最晚"):
        desk.resubmit(by=clerk, change=change, asked=leaving(TODAY + DAY, asked_on=TODAY, destination="370500"))
    for asked in (leaving(), leaving(asked_on=TODAY + DAY, destination="370500")):
        with pytest.raises(ValueError, match="keeps its kind"):
            desk.resubmit(by=clerk, change=change, asked=asked)


def test_cost_that_became_known_meanwhile_stands_in_the_way(
    reviewer: User, change: FilingChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costs, "cost_witnesses", [lambda filing: TODAY])
    with pytest.raises(Refused, match="医疗费用发生至 2026-03-10，变更日期最早为 2026-03-11"):
        decisions.approve(by=reviewer, change=change)
    assert FilingChange.objects.get().status == "pending"
    assert Filing.objects.get().status == "active"


def test_filing_that_ended_meanwhile_is_not_changed_any_more(
    clerk: User, reviewer: User, filing: Filing, change: FilingChange
) -> None:
    other = make.UserFactory()
    Filing.objects.filter(pk=filing.pk).update(
        status="cancelled", end_on=TODAY, end_reason="承诺到期", ended_by=other, ended_at="2026-03-10T00:00Z"
    )
    with pytest.raises(Refused, match=f"{filing.number} 当前状态为“已取消”"):
        decisions.approve(by=reviewer, change=change)
    change = decisions.send_back(by=reviewer, change=change, reason="备案已取消")
    with pytest.raises(Refused, match="已取消"):
        desk.resubmit(by=clerk, change=change, asked=leaving(destination="370500"))
    assert desk.withdraw(by=clerk, change=change, reason="备案已取消").status == "withdrawn"


def test_change_of_another_area_or_version_is_left_alone(reviewer: User, change: FilingChange) -> None:
    with pytest.raises(Refused, match="审核备案"):
        decisions.approve(by=make.staff(Role.REVIEWER, make.TIELING), change=change)
    with pytest.raises(Refused, match="刚刚被他人改动"):
        decisions.approve(by=reviewer, change=change, version=7)
