"""Advance funds: the list, one with its changes and its use, what is proposed and decided, and the warnings."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Refused
from hospitals.templatetags.portal import yuan
from settlement.clearing import advances
from settlement.clearing.filters import AdvanceFilter
from settlement.clearing.lifecycle import ADVANCE_LIFECYCLE
from settlement.clearing.shown import advance_badge, percent, warned_badge, warned_text
from settlement.clearing.words import AdvanceKind, Warned
from settlement.forms.clearing import AdvanceForm, ChangeForm, WarningsForm
from settlement.forms.steps import ReasonForm, StepForm
from settlement.models import AdvanceChange, AdvanceFund

DECISIONS: dict[str, Any] = {"approve": advances.approve_change, "refuse": advances.refuse_change}


class AdvanceList(ListPage):
    model = AdvanceFund
    title = "预付金"
    right = Right.SEE_CLEARING
    filterset_class = AdvanceFilter
    template_name = "settlement/advances.html"
    empty_text = "还没有登记预付金"
    columns = (
        Column("编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("期间起", lambda row: row.starts_on, sort="starts_on", kind="date"),
        Column("期间止", lambda row: row.ends_on, kind="date"),
        Column("预付金（元）", lambda row: yuan(row.amount), kind="number", exported=lambda row: row.amount),
        Column("已占用（元）", lambda row: yuan(row.used), kind="number", exported=lambda row: row.used),
        Column("使用比例", lambda row: percent(row.used / row.amount if row.amount else None), kind="number"),
    )

    def queryset(self) -> QuerySet[Any]:
        return advances.with_use(AdvanceFund.objects.select_related("area"))

    def extra_context(self) -> dict[str, Any]:
        return {"here": "advances", "may_clear": reach_of(self.request.user).has(Right.CLEAR)}


@require_http_methods(["GET", "POST"])
def new_advance(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.CLEAR)
    form = AdvanceForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            fund = advances.fix_advance(by=request.user, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记预付金 %s，待他人批准") % fund.number)
            return redirect(fund)
    context = {"form": form, "title": _("预付金核定"), "here": "advances"}
    return form_page(request, "settlement/clearing_form.html", context)


@require_GET
def advance(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def propose(request: StaffRequest, pk: int) -> HttpResponse:
    """紧急调增 or 收回, for a second person."""
    require(request.user, Right.CLEAR)
    fund = _found(request, pk, Right.CLEAR)
    form = ChangeForm(request.POST, auto_id="change_%s")
    if form.is_valid():
        try:
            advances.propose_change(by=request.user, fund=fund, **form.cleaned_data)
            messages.success(request, _("已提出，待他人批准"))
            return redirect(fund)
        except Refused as refused:
            tell(form, refused)
    return _page(request, fund, change=form)


@require_POST
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    if verb not in DECISIONS:
        raise Http404
    move = ADVANCE_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    rows = AdvanceChange.objects.visible_to(request.user, move.right).select_related("fund__area")
    change = get_object_or_404(rows, pk=pk)
    form = (ReasonForm if move.needs_reason else StepForm)(request.POST)
    if not form.is_valid():
        messages.error(request, _("须填写理由。"))
        return redirect(change)
    try:
        DECISIONS[verb](by=request.user, change=change, **form.cleaned_data)
        messages.success(request, _("已办理：%s") % move.label)
    except Refused as refused:
        messages.error(request, f"{refused}。")
    return redirect(change)


@require_POST
def set_warnings(request: StaffRequest, pk: int) -> HttpResponse:
    """Of the area, by a supervisor."""
    require(request.user, Right.KEEP_ADVANCE)
    fund = _found(request, pk, Right.KEEP_ADVANCE)
    form = WarningsForm(request.POST, auto_id="warnings_%s")
    if form.is_valid():
        source = form.cleaned_data["source"]
        try:
            advances.set_warnings(by=request.user, area=fund.area, shares=form.shares(), source=source)
            messages.success(request, _("已设置预警"))
            return redirect(fund)
        except Refused as refused:
            tell(form, refused)
    return _page(request, fund, warnings=form)


def _found(request: StaffRequest, pk: int, right: Right = Right.SEE_CLEARING) -> AdvanceFund:
    require(request.user, right)
    rows = AdvanceFund.objects.visible_to(request.user, right).select_related("area", "made_by")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: StaffRequest,
    fund: AdvanceFund,
    change: ChangeForm | None = None,
    warnings: WarningsForm | None = None,
) -> HttpResponse:
    user, use = request.user, advances.use_of(fund)
    changes = list(fund.changes.select_related("made_by", "decided_by", "fund"))
    set_ones = {one.level: f"{(one.share * 100).normalize():f}" for one in use.thresholds}
    source = use.thresholds[0].source if use.thresholds else ""
    initial = {level.value: set_ones.get(level.value) for level in Warned} | {"source": source}
    context = {
        "fund": fund,
        "use": use,
        "share": percent(use.share),
        "ungathered": advances.ungathered(fund),
        "badge": warned_badge(use),
        "text": warned_text(use),
        "thresholds": [(one, percent(one.share)) for one in use.thresholds],
        "changes": [(one, advance_badge(one), _decisions(one, user)) for one in changes],
        "may_propose": fund.area_id in reach_of(user).areas_of(Right.CLEAR),
        "may_warn": fund.area_id in reach_of(user).areas_of(Right.KEEP_ADVANCE),
        "change": change or ChangeForm(auto_id="change_%s", initial={"kind": AdvanceKind.RAISED}),
        "warnings": warnings or WarningsForm(auto_id="warnings_%s", initial=initial),
        "change_is_open": change is not None,
        "warnings_are_open": warnings is not None,
        "history": entries(fund, *changes, *use.thresholds),
    }
    return render(request, "settlement/advance.html", context, status=422 if change or warnings else 200)


def _decisions(change: AdvanceChange, user: Any) -> list[tuple[Any, StepForm]]:
    """Which of the decisions this user may take on a change, with the form of each."""
    return [
        (
            move,
            (ReasonForm if move.needs_reason else StepForm)(
                initial={"version": change.version}, auto_id=f"{move.verb}{change.pk}_%s"
            ),
        )
        for move in ADVANCE_LIFECYCLE.open_to(change, user)
    ]
