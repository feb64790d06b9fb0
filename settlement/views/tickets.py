"""Failure tickets: the list, one ticket's page, its steps, a new one, the print."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filings.destinations import offered
from filings.models import InsuredPerson
from filings.platform.codes import Transaction
from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.lifecycle import Move
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Reason, Refused
from settlement.claims.shown import status_badge as claim_badge
from settlement.forms.tickets import AT_ONCE, NewTicketForm, step_form
from settlement.models import Exchange, Ticket
from settlement.tickets import closing, handling
from settlement.tickets.clock import time_left
from settlement.tickets.closing import against_manual
from settlement.tickets.contacts import contact_of
from settlement.tickets.filters import TicketFilter
from settlement.tickets.lifecycle import TICKET_LIFECYCLE
from settlement.tickets.opening import open_from_exchange, open_ticket
from settlement.tickets.shown import age, clock_shown, due_badge, escalation_badge, runs_of, status_badge
from settlement.vocabulary import Actor, Outcome, TicketOrigin, TicketStatus

VERBS: dict[str, Callable[..., Ticket]] = {
    **{verb: getattr(handling, verb) for verb in ("take", "check", "note", "wait", "hand_over", "escalate", "correct")},
    **{verb: getattr(closing, verb) for verb in ("solve", "close_manual", "withdraw", "reopen")},
}
PRIMARY = {"close_manual", "solve"}


class TicketList(ListPage):
    model = Ticket
    title = "故障工单"
    right = Right.SEE_TICKETS
    filterset_class = TicketFilter
    template_name = "settlement/tickets.html"
    empty_text = "没有符合条件的工单"
    columns = (
        Column("工单号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name if row.person else _("未登记"), kind="date"),
        Column("参保地", lambda row: row.area.name, kind="date"),
        Column("医院", lambda row: row.hospital_name),
        Column("来源", lambda row: row.get_origin_display(), kind="date"),
        Column("就医日期", lambda row: row.event_on, kind="date"),
        Column("状态", status_badge, exported=lambda row: row.get_status_display()),
        Column("由谁办", lambda row: row.get_next_actor_display() if row.is_living else ""),
        Column("经办人", lambda row: staff_name(row.handler)),
        Column("历时", lambda row: age(row, timezone.now()), kind="date"),
        Column(
            "时限",
            lambda row: clock_shown(row, timezone.now()),
            exported=lambda row: f"{time_left(row, timezone.now())} {row.failure if row.level else ''}".strip(),
        ),
        Column("处理结果", lambda row: row.resolution, kind="wide"),
    )

    def queryset(self) -> QuerySet[Any]:
        return Ticket.objects.select_related("person", "area", "handler")

    def extra_context(self) -> dict[str, Any]:
        return {"may_open": reach_of(self.request.user).has(Right.HANDLE_TICKETS)}


@require_GET
def ticket(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    if verb not in VERBS:
        raise Http404
    move = TICKET_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    found = _found(request, pk)
    form = step_form(verb, found, request.user, request.POST)
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        done = VERBS[verb](by=request.user, ticket=found, at=timezone.now(), **form.given())
    except Refused as refused:
        return _page(request, _found(request, pk), (verb, form), refused.reasons)
    messages.success(request, _("已办理：%s") % move.label)
    if verb == "close_manual" and done.area_id in reach_of(request.user).areas_of(Right.ACCEPT_CLAIMS):
        return redirect(claim_link(done))
    return redirect(done)


@require_http_methods(["GET", "POST"])
def new_ticket(request: StaffRequest) -> HttpResponse:
    """What somebody says of a failure, of a person or of nobody known yet."""
    require(request.user, Right.HANDLE_TICKETS)
    person = _person(request)
    by_role = TicketOrigin.COUNTER if reach_of(request.user).has(Right.FILE) else TicketOrigin.HOTLINE
    form = NewTicketForm(posted(request), user=request.user, person=person, initial={"origin": by_role})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("area", "origin", "request_token")}
        try:
            made = open_ticket(by=request.user, facts=form.facts(), at=timezone.now(), **given)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记工单 %s，并已检查") % made.number)
            return redirect(made)
    context = {"form": form, "person": person, "elsewhere": offered(())}
    return form_page(request, "settlement/ticket_form.html", context)


@require_POST
def from_exchange(request: StaffRequest, pk: int) -> HttpResponse:
    """One press on a refused message; pressed again, the ticket that is there."""
    require(request.user, Right.HANDLE_TICKETS)
    rows = Exchange.objects.visible_to(request.user, Right.HANDLE_TICKETS)
    exchange = get_object_or_404(rows.select_related("person", "admission", "area"), pk=pk)
    try:
        made = open_from_exchange(by=request.user, exchange=exchange, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("tickets")
    return redirect(made)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """工单, on one page."""
    found = _found(request, pk)
    runs = runs_of(found)
    checks = [row for row, _outcome, _is_first in runs[0]["rows"]] if runs else []
    context = {
        "ticket": found,
        "run": runs[0] if runs else None,
        "told": [row for row in checks if row.reasons or row.outcome != Outcome.PASSED],
        "plain": [row.label for row in checks if not row.reasons and row.outcome == Outcome.PASSED],
        "notes": list(found.notes.select_related("made_by")[:3]),
        "transaction": Transaction.name_of(found.infno),
        "claim": found.living_claim,
    }
    return render(request, "settlement/ticket_sheet.html", context)


def claim_link(found: Ticket) -> str:
    """The claim form, with what the ticket says filled in."""
    return f"{reverse('new_claim')}?person={found.person_id}&ticket={found.number}"


def _person(request: StaffRequest) -> InsuredPerson | None:
    wanted = request.GET.get("person", "")
    if not wanted:
        return None
    return visible_person(request, int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0, Right.HANDLE_TICKETS)


def _found(request: StaffRequest, pk: int) -> Ticket:
    require(request.user, Right.SEE_TICKETS)
    joined = ("area", "person__area", "treatment_area__parent", "hospital__area", "exchange__admission")
    rows = Ticket.objects.visible_to(request.user).select_related(*joined, "handler", "made_by", "ended_by")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: StaffRequest,
    found: Ticket,
    failed: tuple[str, forms.Form] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    now, reach = timezone.now(), reach_of(request.user)
    moves = [move for move in TICKET_LIFECYCLE.open_to(found, request.user) if move.verb in VERBS]
    in_dialog = {move.verb for move in moves} - AT_ONCE
    runs = runs_of(found)
    claim = found.living_claim
    may_claim = found.status == TicketStatus.MANUAL and found.area_id in reach.areas_of(Right.ACCEPT_CLAIMS)
    latest = [row for row, _badge, _is_first in runs[0]["rows"]] if runs else []
    context = {
        "ticket": found,
        "status": status_badge(found),
        "due": due_badge(found, now),
        "escalation": escalation_badge(found),
        "contact": contact_of(found, Actor.of(found.next_actor)) if found.is_living else None,
        "steps": [_step(request, move, found, failed) for move in moves],
        "refusal": refusal if failed and failed[0] in in_dialog else (),
        "refused": refusal if failed and failed[0] not in in_dialog else (),
        "runs": runs,
        "against_manual": against_manual(latest) if found.is_living and found.person else [],
        "notes": list(found.notes.select_related("made_by")),
        "transaction": Transaction.name_of(found.infno),
        "claim": claim,
        "may_see_claim": claim is not None and reach.covers(Right.SEE_CLAIMS, claim.area_id, claim.hall_id),
        "claim_status": claim_badge(claim) if claim else "",
        "claim_link": claim_link(found) if may_claim and claim is None else "",
        "may_see_person": found.area_id in reach.areas_of(Right.SEE_PEOPLE),
        "elsewhere": offered(()) if any(move.verb == "correct" for move in moves) else [],
        "history": entries(found),
    }
    return render(request, "settlement/ticket.html", context, status=422 if failed else 200)


def _step(request: StaffRequest, move: Move, found: Ticket, failed: tuple[str, forms.Form] | None) -> dict[str, Any]:
    """A button, with its dialog where it asks for something; the one that failed stands open with what was typed."""
    is_open = failed is not None and failed[0] == move.verb
    form = failed[1] if failed and is_open else step_form(move.verb, found, request.user)
    return {
        "move": move,
        "form": form,
        "is_open": is_open,
        "is_primary": move.verb in PRIMARY,
        "asks": move.verb not in AT_ONCE,
    }
