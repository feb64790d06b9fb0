"""What tickets show: badges, the checks of a run, their section on a person's page, the way there from a message."""

import datetime as dt
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from filings.panels import NextStep, Panel
from filings.platform.codes import Transaction
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.models import Exchange, Ticket, TicketCheck
from settlement.tickets.clock import time_left
from settlement.vocabulary import Outcome
from settlement.vocabulary import TicketStatus as S

TONES = {S.OPEN: "warn", S.IN_WORK: "warn", S.WAITING: "warn", S.SOLVED: "good"}
OUTCOME_TONES = {Outcome.PASSED: "good", Outcome.FAILED: "bad", Outcome.UNKNOWN: "warn"}
SOON = dt.timedelta(hours=4)
SHOWN = 20


def status_badge(ticket: Ticket) -> SafeString:
    return badge(ticket.get_status_display(), TONES.get(S.of(ticket.status), ""))


def due_badge(ticket: Ticket, now: dt.datetime) -> str:
    left = time_left(ticket, now)
    if not left or ticket.due_at is None:
        return badge(left) if left else ""
    return badge(left, "bad" if ticket.due_at <= now else "warn" if ticket.due_at - now <= SOON else "")


def escalation_badge(ticket: Ticket) -> str:
    if ticket.escalated_at:
        return badge(_("已升级到主管"), "bad")
    return badge(_("已升级{level}次").format(level=ticket.level), "warn") if ticket.level else ""


def clock_shown(ticket: Ticket, now: dt.datetime) -> SafeString:
    """Both: the time that is left, and whether it was escalated."""
    return format_html("{} {}", due_badge(ticket, now), escalation_badge(ticket))


def age(ticket: Ticket, now: dt.datetime) -> str:
    """How long it has been open, or was until its end: 3 小时, 2 天."""
    hours = int(((ticket.ended_at or now) - ticket.made_at).total_seconds()) // 3600
    return _("{days} 天").format(days=hours // 24) if hours >= 24 else _("{hours} 小时").format(hours=max(hours, 0))


def outcome_badge(row: TicketCheck) -> SafeString:
    return badge(row.get_outcome_display(), OUTCOME_TONES[Outcome.of(row.outcome)])


def runs_of(ticket: Ticket) -> list[dict[str, Any]]:
    """Every run of checks, the newest first; the first that failed is marked, it says who acts next."""
    runs: dict[int, list[TicketCheck]] = {}
    for row in ticket.checks.select_related("made_by").order_by("-run", "position"):
        runs.setdefault(row.run, []).append(row)
    found = []
    for number, rows in runs.items():
        first = next((row.pk for row in rows if row.outcome == Outcome.FAILED), None)
        shown = [(row, outcome_badge(row), row.pk == first) for row in rows]
        found.append({"number": number, "rows": shown, "at": rows[0].made_at, "by": rows[0].made_by})
    return found


def tickets_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """The person's tickets, refused messages that nobody has looked into yet, and the way to register a failure."""
    reach = reach_of(request.user)
    if person.area_id not in reach.areas_of(Right.SEE_TICKETS):
        return None
    may_handle = person.area_id in reach.areas_of(Right.HANDLE_TICKETS)
    tickets = [(one, status_badge(one)) for one in person.tickets.visible_to(request.user).order_by("-pk")[:SHOWN]]
    refused = list(refused_messages(person)[:SHOWN]) if may_handle else []
    step = NextStep(_("登记故障"), f"{reverse('new_ticket')}?person={person.pk}", "g", order=50)
    section = render_to_string("settlement/person_tickets.html", {"tickets": tickets, "refused": refused}, request)
    return Panel(section=section if tickets or refused else SafeString(), order=55, steps=(step,) if may_handle else ())


def refused_messages(person: InsuredPerson) -> Any:
    """Admissions and settlements that were refused, and have no ticket."""
    kinds = (Transaction.ADMISSION, Transaction.PRE_SETTLEMENT, Transaction.SETTLEMENT)
    rows = Exchange.objects.filter(area=person.area_id, person=person, infno__in=kinds, ticket=None)
    return rows.exclude(infcode=0).order_by("-pk")


def ticket_of_exchange(request: StaffRequest, exchange: Exchange) -> SafeString | None:
    """On the page of a refused message: its ticket, or the button that makes one."""
    reach = reach_of(request.user)
    if exchange.infcode == 0 or exchange.area_id not in reach.areas_of(Right.SEE_TICKETS):
        return None
    ticket = Ticket.objects.filter(exchange=exchange).first()
    may_open = exchange.area_id in reach.areas_of(Right.HANDLE_TICKETS)
    context = {
        "exchange": exchange,
        "ticket": ticket,
        "status": status_badge(ticket) if ticket else "",
        "may_open": may_open,
    }
    return render_to_string("settlement/exchange_ticket.html", context, request)
