"""Statements of hospitals: the list, a month applied for, one statement with its lines and steps, its prints."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.lifecycle import Move
from hospitals.listing import Column, ListPage, badge, form_page
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.capitals import in_capitals
from settlement.forms.hospital_clearing import STATEMENT_FORMS, StatementsForm
from settlement.forms.steps import ReasonForm, StepForm
from settlement.hospital_clearing import appealing, making, reviewing
from settlement.hospital_clearing.filters import LineFilter, StatementFilter
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.reviewing import AGREED
from settlement.hospital_clearing.shown import standing_badge, statement_badge
from settlement.hospital_clearing.words import DeductionStatus, HospitalStatementStatus
from settlement.models import HospitalDeduction, HospitalStatement, HospitalStatementLine

SEE = Right.SEE_HOSPITAL_CLEARING
VERBS: dict[str, Callable[..., HospitalStatement]] = {
    "renew": making.renew,
    **{verb: getattr(reviewing, verb) for verb in ("accept", "begin", "check", "complete", "reject")},
    **{verb: getattr(appealing, verb) for verb in ("agree", "clear")},
}
DATED = {"renew", "complete", "agree", "clear"}
PRIMARY = {"accept", "begin", "complete", "clear"}
YUAN = DecimalField(max_digits=16, decimal_places=2)


def amount(label: str, name: str, **options: Any) -> Column:
    """A column of yuan; name: the attribute, through dots."""

    def value(row: Any) -> Any:
        for part in name.split("."):
            row = getattr(row, part)
        return row

    return Column(label, lambda row: yuan(value(row)), kind="number", exported=value, **options)


class StatementList(ListPage):
    model = HospitalStatement
    title = "医疗机构清算"
    right = SEE
    filterset_class = StatementFilter
    template_name = "settlement/hospital_statements.html"
    empty_text = "没有符合条件的清算单"
    columns = (
        Column("清算单", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("清算月份", lambda row: f"{row.month:%Y-%m}", sort="month", kind="date"),
        Column("医院", lambda row: row.hospital.name, kind="subject"),
        Column("就医地", lambda row: row.area.name, kind="nowrap"),
        Column("范围", lambda row: row.get_scope_display(), kind="nowrap"),
        Column("笔数", lambda row: row.count, kind="number"),
        amount("基金支付（元）", "fund_pay_sumamt"),
        amount("个人账户（元）", "acct_pay"),
        amount("扣款（元）", "deducted"),
        amount("应拨付（元）", "payable", sort="payable"),
        Column("状态", statement_badge, sort="status", exported=lambda row: row.get_status_display()),
    )

    def queryset(self) -> QuerySet[Any]:
        return HospitalStatement.objects.select_related("hospital", "area")

    def extra_context(self) -> dict[str, Any]:
        reach = reach_of(self.request.user)
        return {"here": "statements", "may_make": bool(reach.areas.get(Right.RECORD_HOSPITAL_CLEARING))}


class StatementPage(ListPage):
    """One statement: its steps and deductions above, its settlements as a list below."""

    model = HospitalStatementLine
    right = SEE
    filterset_class = LineFilter
    template_name = "settlement/hospital_statement.html"
    ordering = "pk"
    empty_text = "没有符合条件的结算"
    failed: tuple[str, StepForm, tuple[Reason, ...]] | None = None

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # type: ignore[override]
        require(request.user, self.right)
        self.statement = visible_statement(request, pk)
        self.title = self.statement.number
        self.moves = {move.verb: move for move in STATEMENT_LIFECYCLE.open_to(self.statement, request.user)}
        self.columns = self._columns()
        response = super().get(request)
        if self.failed:
            response.status_code = 422
        return response

    def _columns(self) -> tuple[Column, ...]:
        columns = [
            Column(
                "结算ID",
                lambda row: row.settlement.setl_id,
                sort="pk",
                link=lambda row: row.settlement.get_absolute_url(),
                kind="date",
            ),
            Column("姓名", lambda row: row.settlement.name, kind="nowrap"),
            Column("参保地", lambda row: row.settlement.insured_area.name, kind="nowrap"),
            Column("险种", lambda row: row.settlement.get_scheme_display(), kind="nowrap"),
            Column("服务", lambda row: row.settlement.get_service_display(), kind="nowrap"),
            Column("入院日期", lambda row: row.settlement.admitted_on, kind="date"),
            Column("结算日期", lambda row: row.settlement.settled_on, kind="date"),
            amount("总额（元）", "settlement.medfee_sumamt"),
            amount("基金支付（元）", "settlement.fund_pay_sumamt"),
            amount("个人账户（元）", "settlement.acct_pay"),
            amount("扣款（元）", "deducted"),
        ]
        if self.statement.extent:
            columns.append(Column("核对", _looked_at, kind="nowrap", exported=_looked_at_word))
        if "deduct" in self.moves:
            columns.append(Column("", self._actions, kind="nowrap"))
        return tuple(columns)

    def _actions(self, row: HospitalStatementLine) -> str:
        if row.settlement.reverses_id:
            deduct = ""
        else:
            link = f"{reverse('hospital_deduct', args=[self.statement.pk])}?settlement={row.settlement_id}"
            deduct = format_html('<a href="{}">扣款</a>', link)
        if row.checked_by_id or "check" not in self.moves:
            return deduct
        button = format_html('<button class="link" form="check-line" name="line" value="{}">无误</button>', row.pk)
        return format_html("{} {}", button, deduct)

    def queryset(self) -> QuerySet[Any]:
        standing = HospitalDeduction.objects.standing().filter(
            settlement=OuterRef("settlement"), statement=self.statement.pk
        )
        sums = standing.order_by().values("settlement").annotate(sum=Sum(F("amount") - F("returned"))).values("sum")
        return (
            HospitalStatementLine.objects.filter(statement=self.statement)
            .select_related("settlement__insured_area")
            .annotate(deducted=Coalesce(Subquery(sums, output_field=YUAN), Value(Decimal(0), output_field=YUAN)))
        )

    def extra_context(self) -> dict[str, Any]:
        statement = self.statement
        is_reviewed = statement.status == HospitalStatementStatus.REVIEWED
        keeps_open = appealing.what_keeps_open(statement, timezone.localdate()) if is_reviewed else None
        in_review = statement.status == HospitalStatementStatus.IN_REVIEW
        return {
            "statement": statement,
            "status": statement_badge(statement),
            "steps": [self._step(move) for move in self.moves.values() if move.verb in VERBS],
            "reasons": self.failed[2] if self.failed else (),
            "keeps_open": keeps_open.reasons if keeps_open else (),
            "unchecked": statement.lines.filter(is_drawn=True, checked_by=None).count() if in_review else 0,
            "may_deduct": "deduct" in self.moves,
            "may_check": "check" in self.moves,
            "deductions": [(row, standing_badge(row)) for row in deductions_of(statement)],
            "payments": statement.payments.select_related("batch").order_by("-pk"),
            "history": entries(statement),
        }

    def _step(self, move: Move) -> dict[str, Any]:
        failed = self.failed if self.failed and self.failed[0] == move.verb else None
        form = failed[1] if failed else form_of(move)(initial={"version": self.statement.version})
        return {"move": move, "form": form, "asks": bool(form.visible_fields()), "is_open": failed is not None,
                "is_primary": move.verb in PRIMARY}  # fmt: skip


def _looked_at_word(row: HospitalStatementLine) -> str:
    if row.checked_by_id:
        return "已核对"
    return "待核对" if row.is_drawn else "未抽中"


def _looked_at(row: HospitalStatementLine) -> str:
    word = _looked_at_word(row)
    return badge(word, {"已核对": "good", "待核对": "warn"}.get(word, ""))


@require_http_methods(["GET", "POST"])
def new_statements(request: StaffRequest) -> HttpResponse:
    """月结申报."""
    require(request.user, Right.RECORD_HOSPITAL_CLEARING)
    today = timezone.localdate()
    last_month = making.first_of_month(making.first_of_month(today) - dt.timedelta(days=1))
    form = StatementsForm(posted(request), user=request.user, initial={"month": last_month})
    if request.method == "POST" and form.is_valid():
        given = form.given()
        try:
            made = making.make_statements(by=request.user, on=today, **given)
        except Refused as refused:
            tell(form, refused)
        else:
            told = _("已申报 %(statements)d 份清算单，列入结算 %(settlements)d 笔")
            messages.success(request, told % {"statements": made.statements, "settlements": made.settlements})
            return redirect(f"{reverse('hospital_statements')}?month={given['month']:%Y-%m}")
    return form_page(request, "settlement/hospital_apply.html", {"form": form})


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponseBase:
    """One step of a statement; a refusal comes back on its page with what was typed."""
    if verb not in VERBS:
        raise Http404
    move = STATEMENT_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    found = visible_statement(request, pk, move.right)
    form = form_of(move)(request.POST)
    if not form.is_valid():
        return _failed(request, pk, (verb, form, ()))
    given = form.given()
    if verb in DATED:
        given["on"] = timezone.localdate()
    if verb == "check":
        line = given.pop("line")
        given["line"] = get_object_or_404(found.lines, pk=line) if line else None
    try:
        VERBS[verb](by=request.user, statement=found, **given)
    except Refused as refused:
        return _failed(request, pk, (verb, form, refused.reasons))
    messages.success(request, _("%(number)s 已办理：%(step)s") % {"number": found, "step": move.label})
    return redirect(found)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗机构清算单, with what was deducted."""
    return _print(request, pk, "settlement/hospital_sheet.html")


@require_GET
def notice(request: StaffRequest, pk: int) -> HttpResponse:
    """扣款通知书."""
    return _print(request, pk, "settlement/hospital_notice.html")


def _print(request: StaffRequest, pk: int, template: str) -> HttpResponse:
    require(request.user, SEE)
    statement = visible_statement(request, pk)
    deductions = [row for row in deductions_of(statement) if row.status != DeductionStatus.WITHDRAWN]
    context = {
        "statement": statement,
        "deductions": deductions,
        "total": sum((row.amount for row in deductions), Decimal(0)),
        "capitals": in_capitals(max(statement.payable, Decimal(0))),
        "is_told": statement.told_on is not None,
        "source": AGREED,
    }
    return render(request, template, context)


def deductions_of(statement: HospitalStatement) -> list[HospitalDeduction]:
    rows = statement.deductions.select_related("settlement", "made_by", "decided_by")
    return list(rows.order_by("pk"))


def visible_statement(request: HttpRequest, pk: int, right: Right = SEE) -> HospitalStatement:
    joined = ("area", "hospital", "made_by", "accepted_by", "reviewed_by", "cleared_by", "rejected_by")
    rows = HospitalStatement.objects.visible_to(request.user, right).select_related(*joined)
    return get_object_or_404(rows, pk=pk)


def form_of(move: Move) -> type[StepForm]:
    return STATEMENT_FORMS.get(move.verb, ReasonForm if move.needs_reason else StepForm)


def _failed(request: StaffRequest, pk: int, failed: tuple[str, StepForm, tuple[Reason, ...]]) -> HttpResponseBase:
    page = StatementPage()
    page.failed = failed
    page.setup(request, pk=pk)
    return page.get(request, pk)
