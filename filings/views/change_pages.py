"""Changes and cancellations: the list, one on its page, its form on paper, and the steps taken on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings import taking
from filings.changes import decisions, desk
from filings.changes.shown import shown, status_badge
from filings.filters import ChangeFilter
from filings.models import FilingChange
from filings.models.change_lifecycle import CHANGE_LIFECYCLE, ChangeStatus
from filings.uploads.shown import uploads_of_case
from filings.views.counter import version_in
from filings.vocabulary import Kind, Material
from hospitals.access import Right, StaffRequest, require, staff_name
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Refused

REASON_LENGTH = 300
STEPS: dict[str, Callable[..., FilingChange]] = {
    "approve": decisions.approve,
    "send_back": decisions.send_back,
    "refuse": decisions.refuse,
    "withdraw": desk.withdraw,
}


class ChangeList(ListPage):
    model = FilingChange
    title = "变更取消"
    right = Right.SEE_FILINGS
    filterset_class = ChangeFilter
    template_name = "filings/filings.html"
    here = "changes"
    columns: tuple[Column, ...] = (
        Column("受理号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("事项", lambda row: row.get_kind_display()),
        Column("姓名", lambda row: row.person.name),
        Column("参保地", lambda row: row.area.name),
        Column("备案类别", lambda row: row.get_category_display()),
        Column("原就医地", lambda row: row.filing.destination.name),
        Column("新就医地", lambda row: row.destination.name if row.destination else ""),
        Column("变更或取消日期", lambda row: row.on, kind="date"),
        Column("状态", status_badge, exported=lambda row: row.get_status_display()),
        Column("经办人", lambda row: staff_name(row.made_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        joined = ("person", "area", "filing__destination", "destination", "made_by")
        return FilingChange.objects.select_related(*joined)

    def extra_context(self) -> dict[str, Any]:
        return {"here": self.here}


@require_GET
def change(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, visible_change(request, pk))


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    found = visible_change(request, pk)
    if verb not in STEPS:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    try:
        STEPS[verb](by=request.user, change=found, reason=reason, version=version_in(request))
    except Refused as refused:
        asks = CHANGE_LIFECYCLE.moves[verb].needs_reason
        return _page(request, found, refusal=refused.reasons, typed=reason, dialog=verb if asks else "")
    messages.success(request, _("已办理：{label}").format(label=CHANGE_LIFECYCLE.moves[verb].label))
    return redirect(found)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """异地就医备案注销（取消）登记表; of a change, 变更登记表."""
    found = visible_change(request, pk)
    return render(request, "filings/change_sheet.html", _context(found))


def visible_change(request: StaffRequest, pk: int) -> FilingChange:
    require(request.user, Right.SEE_FILINGS)
    joined = (
        *("person__area", "area", "hall", "filing__destination", "destination", "successor__destination"),
        *("policy", "made_by", "reviewed_by", "ended_by", "taken_by"),
    )
    return get_object_or_404(FilingChange.objects.visible_to(request.user).select_related(*joined), pk=pk)


def _context(found: FilingChange) -> dict[str, Any]:
    return {
        "change": found,
        "filing": found.filing,
        "person": found.person,
        "decision": shown(found.decision, Kind.of(found.kind)),
        "materials": [(Material.of(code).label, *counts) for code, counts in found.materials.items()],
    }


def _page(request: StaffRequest, found: FilingChange, **failed: Any) -> HttpResponse:
    context = {
        **_context(found),
        "status": status_badge(found),
        "moves": CHANGE_LIFECYCLE.open_to(found, request.user),
        "taking": taking.steps(found, request.user),
        "uploads_section": uploads_of_case(found) if found.status == ChangeStatus.DONE else "",
        "history": entries(found),
        **failed,
    }
    return render(request, "filings/change.html", context, status=422 if failed else 200)
