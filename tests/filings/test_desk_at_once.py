"""Two people at one desk, in the same moment: real connections, real threads."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from filings import desk
from filings.models import Filing, InsuredPerson
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import asking, filed, filed_for_review

Insured = Callable[..., InsuredPerson]


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Run the verbs in threads of their own, together; what each gave or raised."""
    ready, answers = threading.Barrier(len(verbs)), [None] * len(verbs)

    def run(position: int, verb: Callable[[], Any]) -> None:
        try:
            ready.wait()
            answers[position] = verb()
        except Refused as refused:
            answers[position] = refused  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_make_one_filing_and_the_other_is_told(insured: Insured) -> None:
    person = insured()
    clerks = [make.staff(Role.CLERK, make.WEIFANG) for _ in range(2)]
    application = asking()
    answers = at_once(
        *(
            lambda clerk=clerk: desk.file_person(
                by=clerk, person=person, application=application, request_token=uuid.uuid4()
            )
            for clerk in clerks
        )
    )
    made = Filing.objects.get()
    refused = next(answer for answer in answers if isinstance(answer, Refused))
    assert made in answers
    assert made.number in str(refused)


@pytest.mark.django_db(transaction=True)
def test_one_request_twice_at_once_makes_one_filing(clerk: User, insured: Insured) -> None:
    person, token, application = insured(), uuid.uuid4(), asking()

    def once() -> Filing:
        return desk.file_person(by=clerk, person=person, application=application, request_token=token)

    first, second = at_once(once, once)
    assert first == second == Filing.objects.get()


@pytest.mark.django_db(transaction=True)
def test_filing_that_came_in_behind_the_check_is_named_too(
    clerk: User, insured: Insured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes round the desk meets the constraint, and the clerk still reads which filing it is."""
    person = insured()
    other = filed(clerk, person)
    monkeypatch.setattr("filings.appraisal.open_filing_in", lambda *args: None)
    with pytest.raises(Refused) as refused:
        filed(clerk, person, destination="370100")
    assert other.number in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_one_decides(clerk: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    first, second = (make.staff(Role.REVIEWER, make.YANTAI) for _ in range(2))
    answers = at_once(
        lambda: desk.approve(by=first, filing=filing),
        lambda: desk.refuse(by=second, filing=filing, reason="不符合规定"),
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 1
    assert refused[0].reasons[0].code == "wrong_state"
    assert Filing.objects.get().status in ("active", "refused")
