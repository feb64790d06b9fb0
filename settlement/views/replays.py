"""Replays as pages: asked for, watched, read, taken out."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, require, staff_name
from hospitals.exports import FORMATS, export, workbook
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.listing import Column, ListPage, badge, form_page
from hospitals.reasons import Refused
from settlement.benefit_tables.planning import fingerprint
from settlement.filters import ReplayFilter
from settlement.forms.replay import ReplayForm
from settlement.models import PolicyReplay
from settlement.replays import verbs
from settlement.replays.shown import cases, counts, flat, tables
from settlement.replays.tally import Tally
from settlement.tasks import replay_policy
from settlement.vocabulary import ReplayStatus

VERBS: dict[str, tuple[Callable[..., PolicyReplay], str]] = {
    "cancel": (verbs.cancel, "已取消试算。"),
    "again": (verbs.again, "已重新提交试算。"),
}
TONES = {ReplayStatus.DONE: "good", ReplayStatus.FAILED: "bad", ReplayStatus.CANCELLED: ""}


def status_badge(replay: PolicyReplay) -> str:
    return badge(replay.get_status_display(), TONES.get(ReplayStatus.of(replay.status), "warn"))


class ReplayList(ListPage):
    model = PolicyReplay
    title = "政策试算"
    right = Right.KEEP_POLICIES
    filterset_class = ReplayFilter
    template_name = "settlement/replays.html"
    empty_text = "还没有做过试算"
    exportable = False
    columns = (
        Column(
            "提交时间",
            lambda row: timezone.localtime(row.made_at).strftime("%Y-%m-%d %H:%M"),
            kind="date",
            link=lambda row: row.get_absolute_url(),
        ),
        Column("待遇政策", lambda row: str(row.policy)),
        Column("结算日期", lambda row: f"{row.since} 至 {row.until}", kind="date"),
        Column("笔数", lambda row: f"{row.total:,}", kind="number"),
        Column("试算人", lambda row: staff_name(row.made_by), kind="nowrap"),
        Column("状态", status_badge),
    )

    def queryset(self) -> QuerySet[PolicyReplay]:
        return PolicyReplay.objects.select_related("policy__area", "made_by").defer("result")


@require_http_methods(["GET", "POST"])
def new_replay(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.KEEP_POLICIES)
    last = timezone.localdate().year - 1
    asked = {
        "policy": request.GET.get("policy", ""),
        "since": dt.date(last, 1, 1),
        "until": dt.date(last, 12, 31),
        "whole_years": True,
    }
    form = ReplayForm(posted(request), initial=asked, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                replay = verbs.start(by=request.user, **form.cleaned_data)
                replay_policy.defer(replay=replay.pk, attempt=replay.attempt)
            return redirect(replay)
        except Refused as refused:
            tell(form, refused)
    return form_page(request, "settlement/replay_form.html", {"form": form})


@require_GET
def replay(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is, or what came of it."""
    found = _found(request, pk)
    context: dict[str, Any] = {
        "replay": found,
        "badge": status_badge(found),
        "moves": {move.verb for move in found.lifecycle.open_to(found, request.user)},
        "history": entries(found),
        "tables": [],
        "counts": [],
        "cases": None,
        "changed_since": False,
    }
    if found.result is not None:
        tally = Tally.of_dict(found.result)
        context |= {
            "tables": tables(tally),
            "counts": [(label, f"{count:,}") for label, count in counts(tally)],
            "cases": cases(tally, request.user),
            "changed_since": found.seen_rows != fingerprint(found.policy),
        }
    return render(request, "settlement/replay.html", context)


@require_GET
def replay_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """Once it is done the page loads anew."""
    found = _found(request, pk)
    response = render(request, "settlement/replay_progress.html", {"replay": found})
    if not found.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def take_replay(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A refusal is told on the page."""
    found = _found(request, pk)
    if verb not in VERBS:
        raise Http404
    take, done = VERBS[verb]
    try:
        with transaction.atomic():
            found = take(by=request.user, replay=found)
            if verb == "again":
                replay_policy.defer(replay=found.pk, attempt=found.attempt)
        messages.success(request, _(done))
    except Refused as refused:
        messages.error(request, f"{refused}。")
    return redirect(found)


@require_GET
def export_replay(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Everything that the page shows, as one list or as a workbook of several sheets."""
    found = _found(request, pk)
    require(request.user, Right.EXPORT)
    kind = request.GET.get("export", "xlsx")
    if found.result is None or kind not in FORMATS:
        raise Http404
    tally = Tally.of_dict(found.result)
    shown = [*tables(tally), cases(tally, request.user)]
    name = f"政策试算 {found.policy} {found.since} 至 {found.until}"
    if kind == "csv":
        return export(kind, name, *flat(shown))
    return workbook(name, [(table.title, table.header, table.rows) for table in shown])


def _found(request: StaffRequest, pk: int) -> PolicyReplay:
    require(request.user, Right.KEEP_POLICIES)
    rows = PolicyReplay.objects.select_related("policy__area", "made_by").visible_to(request.user)
    return get_object_or_404(rows, pk=pk)
