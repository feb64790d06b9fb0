"""Every step of a ticket, its clock, and how it ends."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hospitals.access import portal_account
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from hospitals.working_days import working_hours_after
from settlement.models import Ticket
from settlement.tickets.clock import UPWARDS, time_left
from settlement.tickets.lifecycle import CLOSED, LIVING, TICKET_LIFECYCLE
from settlement.vocabulary import Actor, ManualReason
from settlement.vocabulary import TicketStatus as S
from tests import factories as make
from tests.settlement.office import Office, an_entry
from tests.settlement.platform import a_hospital
from tests.settlement.tickets import AT, facts, in_state, opened, stored_ticket, take, with_terms

CHINA = dt.timezone(dt.timedelta(hours=8))
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def office(office: Office) -> Office:
    """With a filing, so that a ticket may end by hand, and terms."""
    office.file()
    with_terms(person=8, hospital=2, local=4, home=8, platform=3)
    return office


@pytest.mark.parametrize("verb", TICKET_LIFECYCLE.moves)
@pytest.mark.parametrize("status", S)
def test_each_step_in_each_state(office: Office, status: S, verb: str) -> None:
    ticket = in_state(office, status)
    move = TICKET_LIFECYCLE.moves[verb]
    if status in move.sources:
        assert take(office, ticket, verb).status == (move.target or status)
    else:
        with pytest.raises(Refused, match="当前状态"):
            take(office, ticket, verb)
        assert Ticket.objects.get(pk=ticket.pk).status == status


@pytest.mark.parametrize("status", S)
def test_database_knows_the_same_ways(office: Office, status: S) -> None:
    ticket = in_state(office, status)
    reachable = {move.target or status for move in TICKET_LIFECYCLE.moves.values() if status in move.sources} | {status}
    for target in set(S) - reachable:
        with pytest.raises(Exception, match="transition"), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(status=target)


def test_states_are_living_or_closed() -> None:
    assert set(S) == LIVING | CLOSED
    assert not LIVING & CLOSED


@pytest.mark.parametrize("verb", [verb for verb, move in TICKET_LIFECYCLE.moves.items() if not move.by_portal])
def test_steps_belong_to_whoever_handles_tickets_there(office: Office, verb: str) -> None:
    state = S.SOLVED if verb == "reopen" else S.OPEN
    for role in (Role.CLERK, Role.REVIEWER, Role.SUPERVISOR, Role.HOTLINE):
        take(office, in_state(office, state), verb, by=make.staff(role, make.TIELING))
    ticket = in_state(office, state)
    for stranger in (
        make.staff(Role.FINANCE, make.TIELING),
        make.staff(Role.AUDITOR, make.TIELING),
        make.staff(Role.CLERK, make.WEIFANG),
    ):
        with pytest.raises(Refused, match="权限"):
            take(office, ticket, verb, by=stranger)


@pytest.mark.parametrize("verb", [verb for verb, move in TICKET_LIFECYCLE.moves.items() if move.needs_reason])
def test_what_changes_the_course_has_a_reason(office: Office, verb: str) -> None:
    ticket = in_state(office, S.SOLVED if verb == "reopen" else S.OPEN)
    with pytest.raises(Refused, match="须填写理由"):
        take(office, ticket, verb, reason="  ")


def test_lapse_is_the_portals_alone(office: Office) -> None:
    with pytest.raises(Refused, match="由系统办理"):
        take(office, opened(office), "lapse", by=office.clerk)


def test_stale_page_overwrites_nothing(office: Office) -> None:
    ticket = opened(office)
    take(office, ticket, "note", version=ticket.version)
    with pytest.raises(Refused, match="刚刚被他人改动"):
        take(office, ticket, "solve", version=ticket.version)


# who works on it


def test_taken_ticket_is_handed_over_not_taken_again(office: Office) -> None:
    ticket = take(office, opened(office), "take")
    assert (ticket.handler, ticket.next_actor) == (office.clerk, Actor.HOME)
    with pytest.raises(Refused, match="已由"):
        take(office, ticket, "take", by=office.colleague)
    ticket = take(office, ticket, "hand_over", to=office.colleague)
    assert ticket.handler == office.colleague
    for stranger in (office.finance, make.staff(Role.CLERK, make.WEIFANG)):
        with pytest.raises(Refused, match="没有办理此工单的权限"):
            take(office, ticket, "hand_over", to=stranger)
    waiting = take(office, ticket, "wait", actor=Actor.PLATFORM, note="平台答复查找中")
    assert (waiting.status, waiting.next_actor, waiting.handler) == ("waiting", "platform", office.colleague)
    assert waiting.notes.get().text == "平台答复查找中"


def test_note_keeps_what_was_said(office: Office) -> None:
    ticket = take(office, opened(office), "note", actor=Actor.HOSPITAL, spoke_with="张医生 010-1", text=" 明天答复 ")
    note = ticket.notes.get()
    assert (note.text, note.spoke_with, note.made_by) == ("明天答复", "张医生 010-1", office.clerk)
    with pytest.raises(Refused, match="请填写内容"):
        take(office, ticket, "note", text=" ")
    with pytest.raises(Exception, match="Cannot"):
        note.delete()


# the clock


@pytest.mark.parametrize(
    ("moment", "hours", "due"),
    [
        ((2026, 3, 12, 9, 30), 2, (2026, 3, 12, 11, 30)),
        ((2026, 3, 13, 23, 0), 2, (2026, 3, 16, 1, 0)),  # over a weekend
        ((2026, 3, 13, 23, 0), 1, (2026, 3, 14, 0, 0)),
        ((2026, 3, 14, 15, 0), 24, (2026, 3, 17, 0, 0)),  # told on a Saturday: Monday is the first hour
        ((2026, 2, 14, 12, 0), 12, (2026, 2, 15, 0, 0)),  # a Saturday that is worked
    ],
)
def test_hours_of_working_days(moment: Any, hours: int, due: Any) -> None:
    assert working_hours_after(dt.datetime(*moment, tzinfo=CHINA), hours) == dt.datetime(*due, tzinfo=CHINA)


def test_each_ones_turn_has_its_own_term(office: Office) -> None:
    ticket = opened(office)
    for actor, hours in (
        (Actor.PERSON, 8),
        (Actor.HOSPITAL, 2),
        (Actor.LOCAL, 4),
        (Actor.PLATFORM, 3),
        (Actor.HOME, 8),
    ):
        ticket = take(office, ticket, "wait", actor=actor)
        assert ticket.due_at == AT + hours * HOUR
    assert time_left(ticket, AT) == "剩 8 小时"
    assert time_left(ticket, AT + 40 * HOUR) == "超时 1 天 8 小时"


def test_no_term_is_invented(office: Office) -> None:
    with_terms(hospital=2)
    ticket = opened(office)
    assert take(office, ticket, "wait", actor=Actor.LOCAL).due_at is None
    assert time_left(take(office, ticket, "check"), AT) == "未配置时限"
    assert not Ticket.objects.lapsed(AT + 1000 * HOUR).exists()


def test_checking_again_or_handing_over_gains_no_time(office: Office) -> None:
    ticket = take(office, opened(office), "take")
    for verb in ("check", "hand_over", "note", "correct"):
        assert take(office, ticket, verb, at=AT + HOUR).due_at == ticket.due_at


@pytest.mark.clause("JN-05")
def test_escalates_from_hospital_to_its_agency_to_ours_to_the_supervisor(office: Office) -> None:
    ticket = take(office, opened(office), "wait", actor=Actor.HOSPITAL)
    seen = []
    for _step in range(3):
        ticket = take(office, ticket, "escalate")
        seen.append((ticket.next_actor, ticket.level, bool(ticket.escalated_at)))
    assert seen == [("local", 1, False), ("home", 2, False), ("home", 3, True)]
    with pytest.raises(Refused, match="已升级到主管"):
        take(office, ticket, "escalate")
    assert list(Ticket.objects.escalated()) == [ticket]
    back = take(office, ticket, "take", by=office.supervisor)
    assert (back.escalated_at, back.level) == (None, 3)
    assert set(UPWARDS) == set(Actor) - {Actor.HOME}


def test_lapses_as_often_as_it_has(office: Office) -> None:
    ticket = take(office, opened(office), "wait", actor=Actor.HOSPITAL)
    with pytest.raises(Refused, match="时限未到"):
        take(office, ticket, "lapse", at=AT + HOUR)
    once = take(office, ticket, "lapse", at=AT + 2 * HOUR)
    assert (once.next_actor, once.level, once.due_at) == ("local", 1, AT + 6 * HOUR)
    last = take(office, ticket, "lapse")
    assert (last.next_actor, last.level, last.escalated_at) == ("home", 3, AT + 14 * HOUR)


# how it ends


@pytest.mark.clause("WF-18")
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, ManualReason.SYSTEM_FAILURE),
        ({"rel_ttp_flag": True}, ManualReason.OTHER),
    ],
)
def test_technical_causes_end_by_hand(office: Office, told: dict[str, Any], reason: ManualReason) -> None:
    ticket = take(office, opened(office, facts(office, **told)), "close_manual", reason="医院与中心均未能解决")
    assert (ticket.status, ticket.manual_reason, ticket.resolution) == ("manual", reason, "医院与中心均未能解决")
    assert (ticket.ended_by, ticket.due_at, ticket.run) == (office.clerk, None, 2)


def test_hospital_that_is_not_open_ends_by_hand_for_that_reason(office: Office) -> None:
    hospital = a_hospital()
    hospital.services.all().delete()
    ticket = take(office, opened(office, facts(office, hospital)), "close_manual")
    assert ticket.manual_reason == ManualReason.NOT_OPENED
    unlisted = replace(facts(office), hospital=None, hospital_name="无名医院")
    assert take(office, opened(office, unlisted), "close_manual").manual_reason == ManualReason.NOT_NETWORKED


@pytest.mark.clause("WF-18")
def test_what_can_be_put_right_does_not_end_by_hand(office: Office) -> None:
    office.person.participations.update(contributions_paid_through=dt.date(2026, 1, 31))
    ticket = opened(office, facts(office, trum_flag=True))
    with pytest.raises(Refused) as refused:
        take(office, ticket, "close_manual")
    assert [reason.code for reason in refused.value.reasons] == ["contributions_behind", "statement_missing"]
    assert Ticket.objects.get(pk=ticket.pk).status == "open"


def test_nobody_knows_whose_claim_it_would_be(office: Office) -> None:
    with pytest.raises(Refused, match="没有登记参保人"):
        take(office, opened(office, facts(office, person=None)), "close_manual")


@pytest.mark.clause("WF-18")
def test_ticket_with_a_claim_stays_closed(office: Office) -> None:
    ticket = in_state(office, "manual")
    claim = office.accept(an_entry(manual_reason=ManualReason.SYSTEM_FAILURE, category=None, ticket=ticket))
    with pytest.raises(Refused, match=claim.number):
        take(office, ticket, "reopen")
    office.take(claim, "withdraw")
    again = take(office, ticket, "reopen")
    assert (again.status, again.manual_reason, again.resolution, again.handler) == ("open", "", "", None)
    with pytest.raises(Refused, match="没有转手工报销"):
        office.take(type(claim).objects.get(pk=claim.pk), "restore")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"person": None}, "ticket_names_person_or_what_was_said"),
        ({"origin": "message"}, "ticket_of_a_message_names_it"),
        ({"status": "solved"}, "ticket_end_says_who_when_how"),
        ({"resolution": "好了"}, "ticket_end_says_who_when_how"),
        ({"status": "in_work"}, "ticket_in_work_has_a_handler"),
        ({"manual_reason": "other"}, "ticket_manual_says_whose_and_why"),
        (
            {"status": "solved", "ended_by": True, "ended_at": AT, "resolution": "好了", "due_at": AT},
            "ticket_closed_has_no_clock",
        ),
    ],
)
def test_database_knows_the_shape_of_a_ticket(office: Office, fields: dict[str, Any], name: str) -> None:
    given = {key: portal_account() if value is True else value for key, value in fields.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        stored_ticket(make.TIELING, **given)


def test_source_and_ticket_are_kept(office: Office) -> None:
    ticket = opened(office)
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).delete()
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(origin="counter")
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        ticket.checks.update(outcome="passed")
