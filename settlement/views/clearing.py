"""Clearing, outbound: months, the statements of each, the settlements in a statement, the steps and the print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.capitals import in_capitals
from settlement.clearing import advances, gathering, months
from settlement.clearing.comparing import reconcile_totals
from settlement.clearing.filters import MonthFilter, StandingFilter, StatementFilter
from settlement.clearing.lifecycle import MONTH_LIFECYCLE
from settlement.clearing.shown import compared_badge, month_badge, table_of, warned_text
from settlement.clearing.words import ClearingDifferenceStatus, Comparison
from settlement.forms.clearing import MonthForm, PaidForm, TotalsForm
from settlement.forms.steps import ReasonForm, StepForm, asks
from settlement.models import ClearingMonth, ClearingStatement, Settlement

MONTHS = {"gather", "apply", "match_totals", "renew", "finish", "reject", "close", "pay", "take_back_payment"}
PRIMARY = {"apply", "match_totals", "finish", "close", "pay"}
STAFF = ("made_by", "finished_by", "closed_by", "paid_by")


def amount(label: str, name: str, *, sort: bool = False) -> Column:
    def value(row: Any) -> Any:
        return getattr(row, name)

    return Column(label, lambda row: yuan(value(row)), sort=name if sort else "", kind="number", exported=value)


class MonthList(ListPage):
    model = ClearingMonth
    title = "清算"
    right = Right.SEE_CLEARING
    filterset_class = MonthFilter
    template_name = "settlement/clearing_months.html"
    ordering = "-month"
    empty_text = "还没有汇总过清算月份"
    columns = (
        Column("清算编号", lambda row: row.number, link=lambda row: row.get_absolute_url(), kind="date"),
        Column("清算月份", lambda row: f"{row.month:%Y-%m}", sort="month", kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("人次", lambda row: row.count, kind="number"),
        amount("医疗费总额（元）", "medfee_sumamt"),
        amount("基金支付总额（元）", "fund_pay_sumamt"),
        amount("差异认定（元）", "adjustment"),
        amount("应付（元）", "payable"),
        Column("状态", month_badge, exported=lambda row: row.get_status_display()),
        Column("清算确认", lambda row: staff_name(row.closed_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return ClearingMonth.objects.select_related("area", "closed_by")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "months", "may_clear": reach_of(self.request.user).has(Right.CLEAR)}


class StatementList(ListPage):
    model = ClearingStatement
    title = "清算单"
    right = Right.SEE_CLEARING
    filterset_class = StatementFilter
    template_name = "settlement/clearing_list.html"
    empty_text = "没有符合条件的清算单"
    columns = (
        Column("清算月份", lambda row: row.month.number, link=lambda row: row.month.get_absolute_url(), kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("就医地", lambda row: row.treatment_area.full_name, link=lambda row: row.get_absolute_url()),
        Column("险种", lambda row: row.get_scheme_display()),
        Column("类别", lambda row: row.get_clr_type_display()),
        Column("方式", lambda row: row.get_scope_display()),
        Column("人次", lambda row: row.count, kind="number"),
        amount("医疗费总额（元）", "medfee_sumamt"),
        amount("统筹基金（元）", "hifp_pay"),
        amount("公务员补助（元）", "cvlserv_pay"),
        amount("居民大病（元）", "hifmi_pay"),
        amount("职工大额（元）", "hifob_pay"),
        amount("医疗救助（元）", "maf_pay"),
        amount("基金支付总额（元）", "fund_pay_sumamt"),
        Column("总账", compared_badge, exported=lambda row: row.comparison.label if row.comparison else ""),
    )

    def queryset(self) -> QuerySet[Any]:
        return ClearingStatement.objects.select_related("month", "area", "treatment_area")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "statements"}


class StatementPage(ListPage):
    """One statement: the settlements that stand in it."""

    model = Settlement
    right = Right.SEE_CLEARING
    filterset_class = StandingFilter
    template_name = "settlement/clearing_statement.html"
    empty_text = "没有符合条件的结算"
    columns = (
        Column("结算编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name, kind="nowrap"),
        Column("医院", lambda row: row.hospital_name),
        Column("入院日期", lambda row: row.admitted_on, kind="date"),
        Column("出院日期", lambda row: row.discharged_on, kind="date"),
        Column("结算日期", lambda row: row.settled_on, sort="settled_on", kind="date"),
        amount("医疗费总额（元）", "medfee_sumamt", sort=True),
        amount("基金支付总额（元）", "fund_pay_sumamt", sort=True),
        Column("备注", lambda row: _("冲正") if row.reverses_id else ""),
    )

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # type: ignore[override]
        require(request.user, self.right)
        rows = ClearingStatement.objects.visible_to(request.user, self.right)
        self.statement = get_object_or_404(rows.select_related("month", "area", "treatment_area"), pk=pk)
        self.title = str(self.statement)
        return super().get(request)

    def queryset(self) -> QuerySet[Any]:
        return Settlement.objects.filter(clearing__statement=self.statement).select_related("person")

    def extra_context(self) -> dict[str, Any]:
        return {"statement": self.statement, "table": table_of([self.statement])}


@require_http_methods(["GET", "POST"])
def new_month(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.CLEAR)
    form = MonthForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = months.gather_month(by=request.user, on=timezone.localdate(), **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已汇总 {number}，{count} 人次").format(number=made.number, count=made.count))
            return redirect(made)
    context = {"form": form, "title": _("汇总清算月份"), "here": "months"}
    return form_page(request, "settlement/clearing_form.html", context)


@require_GET
def month(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, visible_month(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the month; refused, its page comes back with the reasons and what was typed."""
    if verb not in MONTHS:
        raise Http404
    require(request.user, Right.CLEAR)
    found = visible_month(request, pk, Right.CLEAR)
    form = _form_of(verb, found, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        _verb(verb)(request, found, form.given())
    except Refused as refused:
        return _page(request, visible_month(request, pk, Right.CLEAR), (verb, form), refused.reasons)
    messages.success(request, _("已办理：%s") % MONTH_LIFECYCLE.moves[verb].label)
    return redirect(found)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """异地就医医疗费用清算单."""
    found = visible_month(request, pk)
    context = {
        "month": found,
        "table": table_of(_statements(found)),
        "capitals": in_capitals(abs(found.payable)),
        "is_below_nought": found.payable < 0,
    }
    return render(request, "settlement/clearing_sheet.html", context)


def visible_month(request: HttpRequest, pk: int, right: Right = Right.SEE_CLEARING) -> ClearingMonth:
    require(request.user, right)
    rows = ClearingMonth.objects.visible_to(request.user, right).select_related("area", "details", *STAFF)
    return get_object_or_404(rows, pk=pk)


def _statements(found: ClearingMonth) -> QuerySet[ClearingStatement]:
    rows = found.statements.select_related("month", "treatment_area")
    return rows.order_by("treatment_area", "scheme", "clr_type", "scope")


def _verb(verb: str) -> Callable[[StaffRequest, ClearingMonth, dict[str, Any]], ClearingMonth]:
    def go(request: StaffRequest, found: ClearingMonth, given: dict[str, Any]) -> ClearingMonth:
        by, today = request.user, timezone.localdate()
        if verb == "gather":
            return months.gather_month(by=by, area=found.area, month=found.month, on=today)
        if verb == "apply":
            return months.apply_for(by=by, month=found, on=today, **given)
        if verb == "match_totals":
            return reconcile_totals(by=by, month=found, **given)
        if verb == "pay":
            return months.pay(by=by, month=found, on=today, **given)
        step: Callable[..., ClearingMonth] = getattr(months, verb)
        return step(by=by, month=found, **given)

    return go


def _form_of(verb: str, found: ClearingMonth, data: Any = None, files: Any = None) -> StepForm:
    kind: type[StepForm] = {"match_totals": TotalsForm, "pay": PaidForm}.get(verb, StepForm)
    if MONTH_LIFECYCLE.moves[verb].needs_reason:
        kind = ReasonForm
    return kind(data, files, initial={"version": found.version}, auto_id=f"{verb}_%s")


def _page(
    request: StaffRequest,
    found: ClearingMonth,
    failed: tuple[str, StepForm] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    moves = [move for move in MONTH_LIFECYCLE.open_to(found, request.user) if move.verb in MONTHS]
    waiting = 0 if found.is_closed else gathering.waiting(found)
    counts = found.differences.order_by().values_list("kind", "status").annotate(Count("pk"))
    fund = advances.with_use(advances.in_force(found.month).filter(area=found.area)).first()
    use = advances.uses_of([fund])[fund] if fund else None
    context = {
        "month": found,
        "status": month_badge(found),
        "steps": [_step(move, found, failed) for move in moves],
        "refusal": refusal,
        "table": table_of(_statements(found)),
        "waiting": waiting,
        "differences": _differences({(kind, status): count for kind, status, count in counts}),
        "may_upload": found.status in ("20", "30") and found.area_id in reach_of(request.user).areas_of(Right.CLEAR),
        "use_text": warned_text(use) if use else "",
        "fund": fund,
        "history": entries(found),
    }
    return render(request, "settlement/clearing_month.html", context, status=422 if failed else 200)


def _differences(counts: dict[tuple[str, str], int]) -> list[tuple[Comparison, list[int], int]]:
    """A row for each kind: how many in each state, and all."""
    kinds = [kind for kind in Comparison if kind is not Comparison.EQUAL]
    rows = [
        (kind, [counts.get((kind.value, status.value), 0) for status in ClearingDifferenceStatus]) for kind in kinds
    ]
    return [(kind, row, sum(row)) for kind, row in rows if sum(row)]


def _step(move: Any, found: ClearingMonth, failed: tuple[str, StepForm] | None) -> dict[str, Any]:
    """A button, with a dialog where it asks for something or is for good."""
    is_open = failed is not None and failed[0] == move.verb
    form = failed[1] if failed and is_open else _form_of(move.verb, found)
    return {
        "move": move,
        "form": form,
        "asks": asks(form) or move.verb == "close",
        "is_open": is_open,
        "is_primary": move.verb in PRIMARY,
        "link": reverse("take_clearing_month", args=[found.pk, move.verb]),
    }
