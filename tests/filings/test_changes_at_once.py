"""Changes, decisions and takings in the same moment: real connections, real threads."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import desk, taking
from filings.changes import decisions
from filings.changes import desk as change_desk
from filings.models import Filing, FilingChange, InsuredPerson
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import asking, filed, filed_for_review, leaving, moving
from tests.filings.test_desk_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
Insured = Callable[..., InsuredPerson]


def refusals(answers: list[Any]) -> list[Refused]:
    assert all(answer is not None for answer in answers)
    return [answer for answer in answers if isinstance(answer, Refused)]


def two_reviewers() -> list[User]:
    return [make.staff(Role.REVIEWER, make.YANTAI) for _ in range(2)]


def referral(clerk: User, insured: Insured) -> Filing:
    """Approved."""
    return desk.approve(by=make.staff(Role.REVIEWER, make.YANTAI), filing=filed_for_review(clerk, insured(make.YANTAI)))


@pytest.mark.parametrize("times", range(3))
def test_change_and_cancellation_at_once_end_the_filing_once(times: int, clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    other = make.staff(Role.CLERK, make.WEIFANG)
    move, leave = leaving(destination="370100"), leaving()
    answers = at_once(
        lambda: change_desk.ask(by=clerk, filing=filing, asked=move, request_token=uuid.uuid4()),
        lambda: change_desk.ask(by=other, filing=filing, asked=leave, request_token=uuid.uuid4()),
    )
    assert [refused.reasons[0].code for refused in refusals(answers)] == ["wrong_state"]
    done = FilingChange.objects.get()
    assert done in answers
    assert person.filings.open().count() == (1 if done.kind == "change" else 0)


def test_one_request_twice_at_once_makes_one_change(clerk: User, insured: Insured) -> None:
    filing, token, asked = filed(clerk, insured()), uuid.uuid4(), leaving(destination="370100")

    def once() -> FilingChange:
        return change_desk.ask(by=clerk, filing=filing, asked=asked, request_token=token)

    first, second, third = at_once(once, once, once)
    assert first == second == third == FilingChange.objects.get()
    assert Filing.objects.count() == 2


def test_two_open_changes_at_once_are_one_and_the_other_is_named(clerk: User, insured: Insured) -> None:
    filing = referral(clerk, insured)
    asked = leaving()
    answers = at_once(
        *(lambda: change_desk.ask(by=clerk, filing=filing, asked=asked, request_token=uuid.uuid4()) for _ in range(2))
    )
    waiting = FilingChange.objects.get()
    assert waiting.number in str(refusals(answers)[0])


def test_change_behind_the_check_meets_the_constraint(
    clerk: User, insured: Insured, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = referral(clerk, insured)
    moving(clerk, filing)
    monkeypatch.setattr(FilingChange.objects.none().__class__, "open", lambda self: self.none())
    with pytest.raises(Refused, match="未办结的变更或取消"):
        moving(clerk, filing)


def test_two_reviewers_decide_a_change_once(clerk: User, insured: Insured) -> None:
    filing = referral(clerk, insured)
    change = moving(clerk, filing)
    first, second = two_reviewers()
    answers = at_once(
        lambda: decisions.approve(by=first, change=change),
        lambda: decisions.refuse(by=second, change=change, reason="不符合规定"),
    )
    assert [refused.reasons[0].code for refused in refusals(answers)] == ["wrong_state"]
    change.refresh_from_db()
    assert Filing.objects.filter(status="active").count() == 1
    assert (change.status == "done") == (change.successor is not None)


def test_two_reviewers_take_a_case_and_one_has_it(clerk: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    answers = at_once(*(lambda by=by: taking.take(case=filing, by=by) for by in two_reviewers()))
    filing.refresh_from_db()
    [refused] = refusals(answers)
    assert refused.reasons[0].code == "taken"
    assert filing.taken_by in [answer.taken_by for answer in answers if isinstance(answer, Filing)]


def test_taking_and_deciding_at_once_leave_nobody_with_a_decided_case(clerk: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    first, second = two_reviewers()
    answers = at_once(
        lambda: taking.take(case=filing, by=first),
        lambda: desk.approve(by=second, filing=filing),
    )
    filing.refresh_from_db()
    assert len(refusals(answers)) == 1
    assert (filing.status, filing.taken_by) in (("pending", first), ("active", None))


def test_new_filing_and_change_at_once_keep_one_open(clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    asked, application = leaving(destination="370100"), asking(destination="370100")
    answers = at_once(
        lambda: change_desk.ask(by=clerk, filing=filing, asked=asked, request_token=uuid.uuid4()),
        lambda: desk.file_person(by=clerk, person=person, application=application, request_token=uuid.uuid4()),
    )
    assert [refused.reasons[0].code for refused in refusals(answers)] == ["already_filed"]
    assert person.filings.open().get() == FilingChange.objects.get().successor
