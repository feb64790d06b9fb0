"""The lifecycle: every (state, verb) pair of a workflow, by code and by the database."""

import itertools
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.utils import timezone

from filings.models import Filing
from filings.models.filing import FILING_LIFECYCLE, FilingStatus
from hospitals.access import RIGHTS, portal_account
from hospitals.history import doing, entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus
from tests import factories as make

pytestmark = pytest.mark.django_db
LIFECYCLES = ((FILING_LIFECYCLE, FilingStatus), (CLAIM_LIFECYCLE, ClaimStatus))
PAIRS = list(itertools.product(FilingStatus, FilingStatus))
ALLOWED = {(source, move.target) for move in FILING_LIFECYCLE.moves.values() for source in move.sources}


def filing_in(status: str, **fields: Any) -> Filing:
    """A filing in a state, with whatever that state asks for."""
    other = make.UserFactory()
    said = {"reviewed_by": other, "reviewed_at": "2026-03-10T00:00Z", "review_reason": "核对"}
    ended = {"ended_by": other, "ended_at": "2026-03-10T00:00Z", "end_reason": "本人申请"}
    return make.FilingFactory(status=status, **said, **ended, **fields)


@pytest.mark.parametrize(("lifecycle", "states"), LIFECYCLES)
def test_lifecycle_names_known_states_and_reaches_all(lifecycle: Any, states: Any) -> None:
    named = {state for move in lifecycle.moves.values() for state in (*move.sources, move.target)}
    assert named == set(states)


@pytest.mark.parametrize("verb", FILING_LIFECYCLE.moves)
@pytest.mark.parametrize("status", FilingStatus)
def test_take_is_possible_just_from_the_sources(verb: str, status: str) -> None:
    move = FILING_LIFECYCLE.moves[verb]
    filing = filing_in(status)

    def ended(case: Filing) -> None:
        case.end_reason = "本人申请"

    officer = portal_account() if move.by_portal else make.staff(next(r for r in Role if move.right in RIGHTS[r]))
    if status in move.sources:
        assert FILING_LIFECYCLE.take(filing, verb, by=officer, reason="核对", effect=ended).status == move.target
    else:
        with pytest.raises(Refused) as refused:
            FILING_LIFECYCLE.take(filing, verb, by=officer, reason="核对")
        assert refused.value.reasons[0].code == "wrong_state"
        assert Filing.objects.get(pk=filing.pk).status == status


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_database_refuses_what_the_lifecycle_does_not_name(source: str, target: str) -> None:
    filing = filing_in(source)
    change = Filing.objects.filter(pk=filing.pk)
    if source == target or (source, target) in ALLOWED:
        assert change.update(status=target) == 1
    else:
        with pytest.raises((InternalError, IntegrityError, ProgrammingError)), transaction.atomic():
            change.update(status=target)


def test_take_of_the_portal_s_own_step_is_refused_to_people() -> None:
    filing = make.FilingFactory()
    with pytest.raises(Refused, match="由系统办理"):
        FILING_LIFECYCLE.take(filing, "lapse", by=make.staff(Role.SUPERVISOR), reason="到期")


def test_decision_on_a_case_that_another_has_taken_is_refused_by_name() -> None:
    other = make.staff(Role.REVIEWER, last_name="赵", first_name="敏")
    filing = make.FilingFactory(status="pending", taken_by=other, taken_at=timezone.now())
    with pytest.raises(Refused, match="已由赵敏领取"):
        FILING_LIFECYCLE.take(filing, "approve", by=make.staff(Role.REVIEWER))


def test_take_by_the_maker_is_refused_where_another_must() -> None:
    both = make.staff(Role.CLERK)
    make.PostFactory(user=both, role=Role.REVIEWER, area=make.AreaFactory())
    filing = make.FilingFactory(status="pending", made_by=both)
    with pytest.raises(Refused, match="以外的人员"):
        FILING_LIFECYCLE.take(filing, "approve", by=both)


def test_take_without_right_here_is_refused() -> None:
    filing = make.FilingFactory(status="pending")
    with pytest.raises(Refused, match="没有"):
        FILING_LIFECYCLE.take(filing, "approve", by=make.staff(Role.REVIEWER, make.TIELING))


def test_take_needs_a_reason_of_more_than_blanks() -> None:
    filing = make.FilingFactory(status="pending")
    with pytest.raises(Refused, match="理由"):
        FILING_LIFECYCLE.take(filing, "send_back", by=make.staff(Role.REVIEWER), reason=" \n")


def test_take_of_a_case_changed_meanwhile_is_refused() -> None:
    filing = make.FilingFactory(status="pending")
    Filing.objects.filter(pk=filing.pk).update(version=2)
    with pytest.raises(Refused, match="他人改动"):
        FILING_LIFECYCLE.take(filing, "approve", by=make.staff(Role.REVIEWER), version=1)


def test_take_leaves_who_and_why_in_the_history() -> None:
    filing = make.FilingFactory(status="pending")
    officer = make.staff(Role.REVIEWER)

    def say(case: Filing) -> None:
        case.reviewed_by, case.reviewed_at, case.review_reason = officer, "2026-03-11T00:00Z", "缺材料"

    FILING_LIFECYCLE.take(filing, "send_back", by=officer, reason="缺材料", effect=say)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, pgh_context FROM filings_filingevent ORDER BY pgh_id DESC LIMIT 1")
        status, context = cursor.fetchone()
    assert status == "returned"
    assert '"reason": "缺材料"' in context or context["reason"] == "缺材料"


def test_open_to_shows_just_the_steps_one_may_take() -> None:
    filing = make.FilingFactory(status="pending")
    verbs = {move.verb for move in FILING_LIFECYCLE.open_to(filing, make.staff(Role.REVIEWER))}
    assert verbs == {"approve", "send_back", "refuse"}
    assert not FILING_LIFECYCLE.open_to(filing, make.staff(Role.HOTLINE))


@pytest.mark.parametrize("status", FilingStatus)
def test_step_that_follows_goes_by_the_hand_and_name_of_what_it_follows_from(status: str) -> None:
    filing, move = filing_in(status), FILING_LIFECYCLE.moves["lapse"]
    clerk = make.staff(Role.CLERK)
    with transaction.atomic(), doing("随案办理", by=clerk, reason="本人申请"):
        if status in move.sources:
            assert FILING_LIFECYCLE.follow(filing, "lapse").status == move.target
        else:
            with pytest.raises(Refused, match="不能承诺到期取消"):
                FILING_LIFECYCLE.follow(filing, "lapse")
    filing.refresh_from_db()
    if status in move.sources:
        (entry, _made) = entries(filing)
        assert (entry.action, entry.reason, filing.version) == ("随案办理", "本人申请", 2)
    else:
        assert (filing.status, filing.version) == (status, 1)
