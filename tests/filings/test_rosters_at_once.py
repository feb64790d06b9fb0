"""Rosters filed in the same moment: real connections, real threads."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from filings import tasks
from filings.models import Filing
from filings.rosters import verbs
from hospitals.vocabulary import ListStatus
from tests.filings.conftest import TODAY
from tests.filings.golden_roster import post
from tests.filings.rosters import brought_in, counts, listed, rows, rows_for, workers
from tests.filings.test_desk_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("YT-02")]


def test_one_roster_filed_by_two_workers_at_once_makes_every_filing_once(clerk: User, policies: None) -> None:
    people = workers(20)
    found = verbs.queue(list_import=brought_in(listed(*rows_for(people)), clerk), by=clerk)
    at_once(*[lambda: tasks.apply_roster(list_import=found.pk, by=clerk.pk)] * 2)
    found.refresh_from_db()
    assert (found.status, counts(found), Filing.objects.count()) == (ListStatus.APPLIED, {"new": 20}, 20)


def test_two_rosters_of_the_same_people_in_other_order_do_not_wait_for_each_other(clerk: User, policies: None) -> None:
    people = workers(20)
    first, second = (brought_in(listed(*rows_for(order)), clerk) for order in (people, people[::-1]))
    answers: list[Any] = at_once(
        *(lambda found=found: verbs.apply(list_import=found, by=clerk) for found in (first, second))
    )
    assert [answer.status for answer in answers] == [ListStatus.APPLIED] * 2
    assert Filing.objects.count() == 20
    assert sorted(count for answer in answers for count in counts(answer).values()) == [20, 20]


def test_roster_and_counter_at_once_make_one_filing(clerk: User, policies: None) -> None:
    people = workers(5)
    found = brought_in(listed(*rows_for(people)), clerk)
    roster, *counter = at_once(
        lambda: verbs.apply(list_import=found, by=clerk),
        *(lambda person=person: post(clerk, person, TODAY) for person in people[:2]),
    )
    assert list(Filing.objects.order_by("person_id").values_list("person", flat=True)) == [one.pk for one in people]
    made_there = sum(isinstance(answer, Filing) for answer in counter)
    assert (roster.status, roster.new, roster.same) == (ListStatus.APPLIED, 5 - made_there, made_there)
    assert all(row.filing_id for row in rows(found))
