"""Findings: the list, one finding's page, and what a reviewer decides."""

from collections.abc import Callable
from dataclasses import asdict

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused
from settlement.claims.shown import status_badge as claim_badge
from settlement.filters import FindingFilter
from settlement.findings import decisions
from settlement.findings.lifecycle import FINDING_LIFECYCLE
from settlement.findings.shown import other_case, other_shown, status_badge
from settlement.forms.steps import ReasonForm
from settlement.models import Finding

VERBS: dict[str, Callable[..., Finding]] = {verb: getattr(decisions, verb) for verb in ("clear", "confirm", "reopen")}


class FindingList(ListPage):
    model = Finding
    title = "疑点核查"
    right = Right.SEE_FINDINGS
    filterset_class = FindingFilter
    empty_text = "没有符合条件的疑点"
    columns = (
        Column("疑点编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("类型", lambda row: row.get_kind_display()),
        Column("姓名", lambda row: row.person.name, kind="date"),
        Column("参保地", lambda row: row.area.name, kind="date"),
        Column("报销编号", lambda row: row.claim.number, link=lambda row: row.claim.get_absolute_url(), kind="date"),
        Column("报销状态", lambda row: claim_badge(row.claim), exported=lambda row: row.claim.get_status_display()),
        Column("相关案件", other_case),
        Column("状态", status_badge, exported=lambda row: row.get_status_display()),
        Column("核查人", lambda row: staff_name(row.decided_by)),
        Column("核查理由", lambda row: row.decision_reason),
    )

    def queryset(self) -> QuerySet[Finding]:
        joined = ("area", "person", "claim", "other_claim__area", "other_settlement__area", "decided_by")
        return Finding.objects.select_related(*joined)


@require_GET
def finding(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    if verb not in VERBS:
        raise Http404
    require(request.user, FINDING_LIFECYCLE.moves[verb].right)
    found = _found(request, pk)
    form = ReasonForm(request.POST)
    typed = request.POST.get("reason", "")
    if not form.is_valid():
        faults = tuple(Reason(name, str(text)) for name, texts in form.errors.items() for text in texts)
        return _page(request, found, verb, typed, faults)
    try:
        VERBS[verb](by=request.user, finding=found, **form.cleaned_data)
    except Refused as refused:
        return _page(request, _found(request, pk), verb, typed, refused.reasons)
    label = FINDING_LIFECYCLE.moves[verb].label
    messages.success(request, _("%(number)s 已%(step)s") % {"number": found.number, "step": label})
    return redirect(found.claim)


def _found(request: StaffRequest, pk: int) -> Finding:
    require(request.user, Right.SEE_FINDINGS)
    joined = ("area", "person", "decided_by", "claim__area", "claim__treatment_area")
    others = [
        f"{other}__{area}" for other in ("other_claim", "other_settlement") for area in ("area", "treatment_area")
    ]
    return get_object_or_404(Finding.objects.visible_to(request.user).select_related(*joined, *others), pk=pk)


def _page(
    request: StaffRequest, found: Finding, failed: str = "", typed: str = "", refusal: tuple[Reason, ...] = ()
) -> HttpResponse:
    """failed: the step that was refused; its dialog stands open where it may still be taken."""
    moves = FINDING_LIFECYCLE.open_to(found, request.user)
    context = {
        "finding": found,
        "status": status_badge(found),
        "claim": found.claim,
        "claim_status": claim_badge(found.claim),
        "other": other_shown(found, reach_of(request.user)),
        "moves": [{**asdict(move), "action": reverse("decide_finding", args=[found.pk, move.verb])} for move in moves],
        "dialog": failed,
        "typed": typed,
        "refusal": refusal,
        "is_refused_outright": bool(failed) and failed not in [move.verb for move in moves],
        "history": entries(found),
    }
    return render(request, "settlement/finding.html", context, status=422 if failed else 200)
