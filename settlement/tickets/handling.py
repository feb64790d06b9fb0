"""What is done with a ticket while it lives: checked again, taken, asked about, noted, escalated, put right."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of, staff_name
from hospitals.constraints import checked
from hospitals.reasons import Refused
from settlement.models import Ticket, TicketNote
from settlement.tickets.checks import keep, look, next_actor
from settlement.tickets.clock import raise_level, set_turn
from settlement.tickets.facts import Facts
from settlement.tickets.lifecycle import TICKET_LIFECYCLE
from settlement.tickets.opening import must_be_possible
from settlement.vocabulary import Actor, TicketStatus

LONGEST_NOTE = 1000


def check(*, by: User, ticket: Ticket, at: dt.datetime, version: int | None = None) -> Ticket:
    """Run every check again; earlier runs stay.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        _look_again(locked, by, at)

    return TICKET_LIFECYCLE.take(ticket, "check", by=by, version=version, effect=effect)


def take(*, by: User, ticket: Ticket, at: dt.datetime, version: int | None = None) -> Ticket:
    """Whoever takes it works on it.  A ticket that a colleague works on is handed over, not taken.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        if locked.handler and locked.handler_id != by.pk and locked.status == TicketStatus.IN_WORK:
            raise Refused.because("taken", _("此工单已由%s领取") % staff_name(locked.handler))
        locked.handler = by
        _at_home(locked, at)

    return TICKET_LIFECYCLE.take(ticket, "take", by=by, version=version, effect=effect)


def hand_over(*, by: User, ticket: Ticket, to: User, at: dt.datetime, version: int | None = None) -> Ticket:
    """To a colleague; the clock of the home agency goes on.  Raises Refused."""
    if ticket.area_id not in reach_of(to).areas_of(Right.HANDLE_TICKETS):
        raise Refused.because("to", _("%s没有办理此工单的权限") % staff_name(to))

    def effect(locked: Ticket) -> None:
        locked.handler = to
        _at_home(locked, at)

    return TICKET_LIFECYCLE.take(ticket, "hand_over", by=by, version=version, effect=effect)


def wait(
    *, by: User, ticket: Ticket, actor: Actor, at: dt.datetime, note: str = "", version: int | None = None
) -> Ticket:
    """It is somebody else's turn; their clock starts.  note: what was agreed.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        locked.handler = locked.handler or by
        set_turn(locked, actor, at)
        if note.strip():
            _keep_note(locked, by, at, note, actor)

    return TICKET_LIFECYCLE.take(ticket, "wait", by=by, version=version, effect=effect)


def note(
    *,
    by: User,
    ticket: Ticket,
    text: str,
    at: dt.datetime,
    actor: Actor | None = None,
    spoke_with: str = "",
    version: int | None = None,
) -> Ticket:
    """What was said, on the telephone or otherwise.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        _keep_note(locked, by, at, text, actor, spoke_with)

    return TICKET_LIFECYCLE.take(ticket, "note", by=by, version=version, effect=effect)


def escalate(*, by: User, ticket: Ticket, reason: str, at: dt.datetime, version: int | None = None) -> Ticket:
    """One up before the clock says so.  Raises Refused."""
    return TICKET_LIFECYCLE.take(
        ticket, "escalate", by=by, reason=reason, version=version, effect=lambda locked: raise_level(locked, at)
    )


def lapse(*, by: User, ticket: Ticket, at: dt.datetime) -> Ticket:
    """The clock has run out: one up, as often as it has by `at`; each next clock begins where the last one ended.

    So that a run that is late, or one that comes twice, ends the same.  Raises Refused.
    """

    def effect(locked: Ticket) -> None:
        if locked.due_at is None or locked.due_at > at:
            raise Refused.because("not_due", _("时限未到"))
        while locked.due_at and locked.due_at <= at and not locked.escalated_at:
            raise_level(locked, locked.due_at)

    return TICKET_LIFECYCLE.take(ticket, "lapse", by=by, effect=effect)


def correct(*, by: User, ticket: Ticket, facts: Facts, at: dt.datetime, version: int | None = None) -> Ticket:
    """Other facts in the place of what was told, the message's own words aside; checked again.  Raises Refused."""
    if facts.person and facts.person.area_id != ticket.area_id:
        raise Refused.because("person", _("%s不在此参保地参保") % facts.person.name)

    def effect(locked: Ticket) -> None:
        facts.fill(locked)
        must_be_possible(locked, at)
        checked(locked)
        _look_again(locked, by, at)

    return TICKET_LIFECYCLE.take(ticket, "correct", by=by, version=version, effect=effect)


def _look_again(locked: Ticket, by: User, at: dt.datetime) -> None:
    """Nobody's turn changes where somebody was asked or has it in hand; the same turn keeps its clock."""
    found = look(locked)
    actor = next_actor(found)
    if locked.status == TicketStatus.OPEN and actor != locked.next_actor:
        set_turn(locked, actor, at)
    keep(locked, found, by=by, at=at)


def _at_home(locked: Ticket, at: dt.datetime) -> None:
    if locked.next_actor != Actor.HOME or locked.escalated_at:
        set_turn(locked, Actor.HOME, at)


def _keep_note(locked: Ticket, by: User, at: dt.datetime, text: str, actor: Actor | None, spoke_with: str = "") -> None:
    text = text.strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        raise Refused.because("text", _("请填写内容，不超过%d字") % LONGEST_NOTE)
    TicketNote.objects.create(
        ticket=locked, actor=actor or "", spoke_with=spoke_with.strip()[:100], text=text, made_by=by, made_at=at
    )
