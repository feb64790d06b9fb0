"""Filings: the list, one filing's page, and the steps taken on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings import desk, taking
from filings.changes.shown import around
from filings.decision import shown
from filings.filters import FilingFilter
from filings.lapsing import reinstate
from filings.models import Commitment, Filing
from filings.models.filing import FILING_LIFECYCLE, FilingStatus
from filings.prints import prints_of
from filings.timeline import status_badge
from filings.uploads.shown import UPLOADS, case_badge, case_state, uploads_of_case
from filings.views.counter import version_in
from filings.views.scans_panel import scans_context
from filings.vocabulary import Kind
from hospitals.access import Right, StaffRequest, User, require, staff_name
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Refused


class FilingList(ListPage):
    model = Filing
    title = "异地备案"
    right = Right.SEE_FILINGS
    filterset_class = FilingFilter
    template_name = "filings/filings.html"
    columns = (
        Column("备案号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("证件号码", lambda row: row.person.masked_id_number, kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("备案类别", lambda row: row.get_variant_display() or row.get_category_display()),
        Column("就医地", lambda row: row.destination.name),
        Column("范围", lambda row: row.get_scope_display()),
        Column("备案开始", lambda row: row.start_on, sort="start_on", kind="date"),
        Column("状态", status_badge, exported=lambda row: row.get_status_display()),
        Column("上报", case_badge, exported=case_state),
        Column("经办人", lambda row: staff_name(row.made_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return Filing.objects.select_related("person", "area", "destination", "made_by").prefetch_related(UPLOADS)

    def extra_context(self) -> dict[str, Any]:
        return {"here": "filings"}


@require_GET
def filing(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_filing(request, pk)
    return render(request, "filings/filing.html", filing_context(request, found))


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    found = visible_filing(request, pk)
    take = STEPS.get(verb)
    if take is None:
        raise Http404
    try:
        take(request, found)
    except Refused as refused:
        context = filing_context(request, found)
        asks = any(move.verb == verb and move.needs_reason for move in context["moves"])
        typed = request.POST.get("reason", "")
        context |= {"refusal": refused.reasons, "typed": typed, "dialog": verb if asks else ""}
        return render(request, "filings/filing.html", context, status=422)
    messages.success(request, _("已办理：{label}").format(label=FILING_LIFECYCLE.moves[verb].label))
    return redirect(found)


def visible_filing(request: StaffRequest, pk: int, right: Right = Right.SEE_FILINGS) -> Filing:
    require(request.user, right)
    filings = Filing.objects.visible_to(request.user, right).select_related(
        *("person__area", "area", "hall", "destination", "policy", "home_care_proof"),
        *("made_by", "reviewed_by", "ended_by", "taken_by"),
    )
    return get_object_or_404(filings.prefetch_related("materials"), pk=pk)


def filing_context(request: StaffRequest, found: Filing) -> dict[str, Any]:
    changes = around(found, timezone.localdate())
    commitment = found.commitments.first()
    scans = list(found.scans.select_related("made_by"))
    moves = [
        move
        for move in FILING_LIFECYCLE.open_to(found, request.user)
        if move.verb != "reinstate" or may_reinstate(request.user, found, commitment)
    ]
    return {
        "filing": found,
        "person": found.person,
        "status": status_badge(found),
        "decision": shown(found.decision),
        "moves": [move for move in moves if move.verb not in CHANGES],
        "asks": [move for move in moves if move.verb in CHANGES and not changes.waiting],
        "around": changes,
        "commitment": commitment,
        "taking": taking.steps(found, request.user),
        "uploads_section": uploads_of_case(found),
        "history": entries(found, *scans),
        "prints": prints_of(found),
        "typed": "",
        **scans_context(request.user, found, scans),
    }


def may_reinstate(user: User, found: Filing, commitment: Commitment | None) -> bool:
    """Offered for what was in effect when its commitment lapsed."""
    was_active = commitment is not None and commitment.filing_was == FilingStatus.ACTIVE
    return was_active and FILING_LIFECYCLE.refusal(found, "reinstate", user, reason="—") is None


def _typed(request: StaffRequest, found: Filing) -> dict[str, Any]:
    return {
        "by": request.user,
        "filing": found,
        "reason": request.POST.get("reason", "").strip()[:REASON_LENGTH],
        "version": version_in(request),
    }


REASON_LENGTH = 300
CHANGES = (Kind.CHANGE, Kind.CANCEL)  # asked for on a page of their own
STEPS: dict[str, Callable[[StaffRequest, Filing], Filing]] = {
    "approve": lambda request, found: desk.approve(**_typed(request, found)),
    "send_back": lambda request, found: desk.send_back(**_typed(request, found)),
    "refuse": lambda request, found: desk.refuse(**_typed(request, found)),
    "withdraw": lambda request, found: desk.withdraw(**_typed(request, found)),
    "reinstate": lambda request, found: reinstate(**_typed(request, found)),
}
