"""The run over tickets whose clock has run out: late, twice, beside another, killed; and two clerks at once."""

import datetime as dt
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hospitals.reasons import Refused
from settlement.models import Exchange, Ticket
from settlement.tasks import sweep_tickets
from settlement.tickets import sweeping
from settlement.tickets.opening import open_from_exchange
from settlement.tickets.sweeping import sweep
from settlement.vocabulary import Actor, ManualReason
from tests import factories as make
from tests.processes import PROJECT, environment
from tests.settlement.office import Office, an_entry, open_office
from tests.settlement.test_claim_concurrency import at_once, fresh
from tests.settlement.tickets import AT, in_state, opened, stored_exchange, stored_ticket, take, with_terms

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)
TERMS = {"hospital": 2, "local": 4, "home": 8}


@pytest.fixture
def office(transactional_db: None) -> Office:
    office = open_office()
    office.file()
    with_terms(**TERMS)
    return office


def due(number: int, **fields: Any) -> list[Ticket]:
    given = {"due_at": AT + 2 * HOUR, "next_actor": Actor.HOSPITAL, **fields}
    return [stored_ticket(make.TIELING, **given) for _ in range(number)]


def standing() -> list[tuple[Any, ...]]:
    return list(Ticket.objects.order_by("pk").values_list("next_actor", "level", "due_at", "escalated_at"))


@pytest.mark.clause("JN-05")
def test_run_escalates_what_is_due_and_nothing_else(office: Office) -> None:
    hurried, patient = due(1)[0], due(1, due_at=AT + 9 * HOUR)[0]
    closed, unset = in_state(office, "solved"), due(1, due_at=None)[0]
    assert sweep(at=AT + 2 * HOUR).escalated == 1
    hurried.refresh_from_db()
    assert (hurried.next_actor, hurried.level, hurried.due_at) == ("local", 1, AT + 6 * HOUR)
    for other in (patient, closed, unset):
        before = other.version
        other.refresh_from_db()
        assert other.version == before
    assert hurried.events.last().pgh_context["user_name"] == "系统"


def test_late_twice_or_in_time_ends_the_same(office: Office) -> None:
    due(2)
    for hours in range(24):  # in time: every hour
        sweep(at=AT + hours * HOUR)
    in_time = standing()[:2]
    Ticket.objects.all()  # the same two, but nobody ran for a day
    late = due(2)
    assert sweep(at=AT + 23 * HOUR).escalated == 2
    assert sweep(at=AT + 23 * HOUR) == sweeping.Swept()
    assert standing()[2:] == in_time
    assert {one.pk for one in late} <= set(Ticket.objects.escalated().values_list("pk", flat=True))


def test_one_that_fails_keeps_nobody_waiting(office: Office, monkeypatch: Any, caplog: Any) -> None:
    second = due(3)[1]
    lapse = sweeping.lapse

    def failing(**given: Any) -> Ticket:
        if given["ticket"].pk == second.pk:
            raise RuntimeError(second.person.name)
        return lapse(**given)

    monkeypatch.setattr(sweeping, "lapse", failing)
    swept = sweep(at=AT + 3 * HOUR)
    assert (swept.escalated, swept.failed) == (2, 1)
    assert second.person.name not in caplog.text
    assert [level for _actor, level, *_rest in standing()] == [1, 0, 1]
    monkeypatch.undo()
    assert sweep(at=AT + 3 * HOUR).escalated == 1


def test_ticket_in_somebodys_hand_is_left_for_the_next_run(office: Office) -> None:
    ticket = due(1)[0]

    def held() -> sweeping.Swept:
        return sweep(at=AT + 3 * HOUR)

    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        [swept] = at_once(held)
    assert (swept.escalated, swept.busy) == (0, 1)
    assert held().escalated == 1


def test_runs_beside_each_other_escalate_each_ticket_once(office: Office) -> None:
    due(20)
    results = at_once(*[lambda: sweep(at=AT + 3 * HOUR)] * 4)
    assert sum(swept.escalated for swept in results) == 20
    assert {level for _actor, level, *_rest in standing()} == {1}


def test_run_finds_by_index_and_costs_the_same_a_ticket(office: Office) -> None:
    counts = []
    for number in (1, 11):
        due(number)
        with CaptureQueriesContext(connection) as queries:
            sweep(at=AT + 3 * HOUR)
        counts.append(len(queries))
    each = (counts[1] - counts[0]) / 10
    assert each <= 12, counts
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = Ticket.objects.lapsed(AT).order_by("due_at", "pk").explain()
        cursor.execute("RESET enable_seqscan")
    assert "ticket_to_escalate" in plan


def test_killed_run_is_finished_by_the_next(office: Office) -> None:
    """Killed anywhere, each ticket was escalated whole or not at all."""
    started = timezone.now() - 10 * HOUR
    due(300, due_at=started, made_at=started - HOUR)
    for done in (20, 120):
        run = subprocess.Popen([sys.executable, "manage.py", "sweep_tickets"], cwd=PROJECT, env=environment())
        give_up = time.monotonic() + 60
        while Ticket.objects.filter(level__gt=0).count() < done and time.monotonic() < give_up:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert len(set(standing())) <= 2
    call_command("sweep_tickets")
    assert not Ticket.objects.lapsed(timezone.now()).exists()
    assert len(set(standing())) == 1
    assert set(Ticket.objects.values_list("version", flat=True)) == {2}
    sweep_tickets(int(timezone.now().timestamp()))


# two clerks at once


def test_one_message_makes_one_ticket(office: Office) -> None:
    exchange = stored_exchange(make.TIELING, person=office.person)

    def opening(by: Any) -> Any:
        return lambda: open_from_exchange(by=fresh(by), exchange=Exchange.objects.get(pk=exchange.pk), at=AT)

    made = at_once(*[opening(by) for by in (office.clerk, office.colleague)] * 2)
    assert len({ticket.pk for ticket in made}) == 1
    assert Ticket.objects.get().checks.filter(run=1).count() == Ticket.objects.get().checks.count()


def test_two_who_take_one_ticket(office: Office) -> None:
    ticket = opened(office)
    both = (office.clerk, office.colleague)
    results = at_once(*[lambda by=by: take(office, ticket, "take", by=fresh(by)) for by in both])
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Ticket"]


def test_two_who_close_one_ticket(office: Office) -> None:
    ticket = opened(office)
    ways = (("solve", office.clerk), ("close_manual", office.colleague))
    results = at_once(*[lambda verb=verb, by=by: take(office, ticket, verb, by=fresh(by)) for verb, by in ways])
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Ticket"]


def test_two_claims_at_once_of_one_ticket(office: Office) -> None:
    ticket = in_state(office, "manual")
    entries = [an_entry(manual_reason=ManualReason.SYSTEM_FAILURE, category=None, ticket=ticket) for _ in range(2)]
    both = (office.clerk, office.colleague)
    results = at_once(
        *[lambda by=by, one=one: office.accept(one, by=fresh(by)) for by, one in zip(both, entries, strict=True)]
    )
    assert sorted(type(one).__name__ for one in results) == ["Claim", "Refused"]
    assert all("已有报销件" in str(one) for one in results if isinstance(one, Refused))


def test_ticket_opened_again_while_its_claim_is_taken_in(office: Office) -> None:
    """Whoever is first wins; never a claim on an open ticket."""
    for _round in range(3):
        ticket = in_state(office, "manual")
        entry = an_entry(manual_reason=ManualReason.SYSTEM_FAILURE, category=None, ticket=ticket)
        at_once(
            lambda entry=entry: office.accept(entry, by=fresh(office.clerk)),
            lambda ticket=ticket: take(office, ticket, "reopen", by=fresh(office.colleague)),
        )
        ticket.refresh_from_db()
        assert (ticket.status == "manual") == (ticket.living_claim is not None)
