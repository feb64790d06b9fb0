"""Batches of payments: the list, a new one, one batch with its payments, its steps, its file and its print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.forms import areas_kept_by, posted, tell
from hospitals.history import entries
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.capitals import in_capitals
from settlement.forms.payments import AmountForm, BatchForm, ConfirmForm, TakeOutForm
from settlement.forms.steps import ReasonForm, StepForm, asks
from settlement.models import Payment, PaymentBatch
from settlement.payment_filters import BatchFilter, PaymentFilter
from settlement.payments import batches, sending
from settlement.payments.candidates import claims_to_pay
from settlement.payments.checks import faults_of, warnings_of
from settlement.payments.lifecycle import BATCH_LIFECYCLE
from settlement.payments.shown import account_for, batch_badge, payment_badge, result_of, subject_of
from settlement.views.bank_files import bank_file
from settlement.vocabulary import BatchStatus, Payer, PaymentStatus

STEPS: dict[str, Callable[..., PaymentBatch]] = {
    "confirm": batches.confirm,
    "reopen": batches.reopen,
    "send": sending.send,
    "void": batches.void,
}
PRINTED = 20  # warnings shown at once


def _period(batch: PaymentBatch) -> str:
    return (
        f"{batch.period_from:%Y-%m-%d} 至 {batch.period_to:%Y-%m-%d}" if batch.period_from and batch.period_to else ""
    )


class BatchList(ListPage):
    model = PaymentBatch
    title = "拨付批次"
    right = Right.SEE_PAYMENTS
    filterset_class = BatchFilter
    template_name = "settlement/payments.html"
    empty_text = "没有拨付批次"
    columns = (
        Column("批次编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("批次类型", lambda row: row.get_kind_display()),
        Column("支付方", lambda row: row.get_payer_display()),
        Column("期间", _period, kind="nowrap"),
        Column("笔数", lambda row: row.count, kind="number"),
        Column("金额（元）", lambda row: yuan(row.total), kind="number", exported=lambda row: row.total),
        Column("状态", batch_badge, exported=lambda row: row.get_status_display()),
        Column("编制人", lambda row: staff_name(row.made_by)),
        Column("核对人", lambda row: staff_name(row.confirmed_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return PaymentBatch.objects.select_related("area", "made_by", "confirmed_by")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "payments", "may_make": reach_of(self.request.user).has(Right.RELEASE_CLAIMS)}


class BatchPage(ListPage):
    """One batch: its steps above, its payments as a list below."""

    model = Payment
    right = Right.SEE_PAYMENTS
    filterset_class = PaymentFilter
    template_name = "settlement/payment_batch.html"
    ordering = "position"
    empty_text = "没有符合条件的付款"
    failed: tuple[str, StepForm, tuple[Reason, ...]] | None = None

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # type: ignore[override]
        require(request.user, self.right)
        self.batch = visible_batch(request, pk)
        self.title = self.batch.number
        self.columns = self._columns(request)
        response = super().get(request)
        if self.failed:
            response.status_code = 422
        return response

    def _columns(self, request: HttpRequest) -> tuple[Column, ...]:
        user, batch = request.user, self.batch
        columns = [
            Column("序号", lambda row: row.position, sort="position", kind="number"),
            Column("付款编号", lambda row: row.number, kind="date"),
            Column("参保人", lambda row: row.person.name, kind="nowrap"),
            Column(
                "报销或结算",
                subject_of,
                kind="date",
                link=lambda row: row.claim.get_absolute_url() if row.claim else "",
            ),
            Column("收款人", lambda row: row.payee_name, kind="nowrap"),
            Column("开户银行", lambda row: row.payee_bank),
            Column("银行账号", lambda row: account_for(user, row), kind="date"),
            Column(
                "金额（元）", lambda row: yuan(row.amount) or "未配置", kind="number", exported=lambda row: row.amount
            ),
            Column("状态", payment_badge, exported=lambda row: row.get_status_display(), kind="nowrap"),
            Column("结果", result_of),
        ]
        if batch.acknowledged:
            columns.append(Column("核实的提示", lambda row: row.vouched))
        if batch.is_insurers:
            del columns[4:7]
        is_open = batch.status == BatchStatus.DRAFT or (batch.status == BatchStatus.CLOSED and batch.period_from)
        if is_open and _may_handle(user, batch):
            columns.append(Column("", self._actions))
        return tuple(columns)

    def _actions(self, row: Payment) -> str:
        if row.status == PaymentStatus.PAID:
            return format_html('<a href="{}">支付退回</a>', reverse("return_payment", args=[row.pk]))
        if row.status != PaymentStatus.PENDING:
            return ""
        button = format_html('<button class="link" form="take-out" name="payment" value="{}">撤出</button>', row.pk)
        if row.due and row.due.amount is None and not self.batch.is_insurers:
            return format_html('<a href="{}">核定金额</a> {}', reverse("payment_amount", args=[row.pk]), button)
        return button

    def queryset(self) -> QuerySet[Any]:
        rows = Payment.objects.filter(batch=self.batch)
        return rows.select_related("person", "claim", "due__settlement")

    def extra_context(self) -> dict[str, Any]:
        batch, user = self.batch, self.request.user
        is_draft = batch.status == BatchStatus.DRAFT
        warnings = warnings_of(batch) if is_draft else []
        states = dict(batch.payments.order_by().values_list("status").annotate(Count("pk")))
        moves = [move for move in BATCH_LIFECYCLE.open_to(batch, user) if move.verb in STEPS]
        return {
            "batch": batch,
            "status": batch_badge(batch),
            "period": _period(batch),
            "states": [(state.label, states[state]) for state in PaymentStatus if states.get(state)],
            "faults": faults_of(batch)[:PRINTED] if is_draft else [],
            "warnings": [warned.reason for warned in warnings[:PRINTED]],
            "warning_count": len(warnings),
            "steps": [self._step(move, bool(warnings)) for move in moves],
            "reasons": self.failed[2] if self.failed else (),
            "may_handle": _may_handle(user, batch),
            "files": sending_kinds(batch),
            "history": entries(batch),
        }

    def _step(self, move: Any, has_warnings: bool) -> dict[str, Any]:
        failed = self.failed if self.failed and self.failed[0] == move.verb else None
        form = failed[1] if failed else _form_of(move.verb)(initial={"version": self.batch.version})
        if move.verb == "confirm" and not has_warnings:
            form = StepForm(initial={"version": self.batch.version})
        return {"move": move, "form": form, "asks": asks(form), "is_open": failed is not None}


def sending_kinds(batch: PaymentBatch) -> tuple[str, ...]:
    return ("csv", "xlsx") if batch.file_sha256 else ()


@require_http_methods(["GET", "POST"])
def new_batch(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.RELEASE_CLAIMS)
    form = BatchForm(posted(request), user=request.user, initial={"payer": Payer.AGENCY})
    if request.method == "POST" and form.is_valid():
        given, today = form.cleaned_data, timezone.localdate()
        try:
            if form.is_of_claims:
                made = batches.make_batch(by=request.user, area=given["area"], on=today, claims=given["claims"])
            else:
                made = batches.make_follow_up_batch(
                    by=request.user,
                    area=given["area"],
                    component=form.component(),
                    payer=Payer.of(given["payer"]),
                    period=form.period(),
                    on=today,
                )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(
                request, _("已编制批次 %(number)s，%(count)d 笔") % {"number": made.number, "count": made.count}
            )
            return redirect(made)
    waiting = [
        (area, claims_to_pay(area).aggregate(count=Count("pk"), total=Sum("calculation__fund")))
        for area in areas_kept_by(request.user, Right.RELEASE_CLAIMS)
    ]
    return form_page(request, "settlement/new_batch.html", {"form": form, "waiting": waiting})


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponseBase:
    """One step of a batch; a refusal comes back on its page with what was typed."""
    if verb not in STEPS:
        raise Http404
    require(request.user, Right.RELEASE_CLAIMS)
    found = visible_batch(request, pk, Right.RELEASE_CLAIMS)
    form = _form_of(verb)(request.POST)
    if not form.is_valid():
        return _failed(request, pk, (verb, form, ()))
    try:
        STEPS[verb](by=request.user, batch=found, **form.cleaned_data)
    except Refused as refused:
        return _failed(request, pk, (verb, form, refused.reasons))
    messages.success(request, _("%(number)s 已%(step)s") % {"number": found, "step": BATCH_LIFECYCLE.moves[verb].label})
    return redirect(found)


@require_POST
def take_out(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.RELEASE_CLAIMS)
    found = visible_batch(request, pk, Right.RELEASE_CLAIMS)
    form = TakeOutForm(request.POST)
    if form.is_valid():
        payment = get_object_or_404(Payment, batch=found, pk=form.cleaned_data["payment"])
        try:
            batches.remove(by=request.user, payment=payment, version=form.cleaned_data["version"])
            messages.success(request, _("已撤出 %s") % payment.number)
        except Refused as refused:
            messages.error(request, f"{refused}。")
    return redirect(found)


@require_http_methods(["GET", "POST"])
def amount(request: StaffRequest, pk: int) -> HttpResponse:
    """The amount of a follow-up that the policy does not give, in a draft."""
    require(request.user, Right.RELEASE_CLAIMS)
    rows = Payment.objects.visible_to(request.user, Right.RELEASE_CLAIMS)
    payment = get_object_or_404(rows.select_related("batch__area", "person", "due__settlement", "claim"), pk=pk)
    form = AmountForm(posted(request), initial={"version": payment.batch.version, "amount": payment.amount})
    if request.method == "POST" and form.is_valid():
        try:
            batches.set_amount(by=request.user, payment=payment, **form.cleaned_data)
            return redirect(payment.batch)
        except Refused as refused:
            tell(form, refused)
    context = {"form": form, "payment": payment, "subject": subject_of(payment), "due": payment.due}
    context["title"] = _("核定金额")
    return form_page(request, "settlement/payment_amount.html", context)


@require_GET
def download(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """The file that went to the bank or the insurer, whole accounts in it."""
    require(request.user, Right.RELEASE_CLAIMS)
    found = visible_batch(request, pk, Right.RELEASE_CLAIMS)
    try:
        return bank_file(found.number, kind, lambda kind: sending.file_of(found, kind))
    except Refused as refused:
        messages.error(request, f"{refused}。")
        return redirect(found)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗费用报销拨付清单."""
    require(request.user, Right.SEE_PAYMENTS)
    found = visible_batch(request, pk)
    rows = found.payments.exclude(status=PaymentStatus.VOID).select_related("person", "claim", "due__settlement")
    payments = rows.order_by("position")
    context = {
        "batch": found,
        "rows": [(row, subject_of(row), account_for(request.user, row)) for row in payments],
        "capitals": in_capitals(found.total),
        "is_confirmed": found.status not in (BatchStatus.DRAFT, BatchStatus.VOIDED),
        "period": _period(found),
    }
    return render(request, "settlement/payment_sheet.html", context)


def visible_batch(request: HttpRequest, pk: int, right: Right = Right.SEE_PAYMENTS) -> PaymentBatch:
    joined = ("area", "made_by", "confirmed_by", "sent_by", "voided_by")
    return get_object_or_404(PaymentBatch.objects.visible_to(request.user, right).select_related(*joined), pk=pk)


def _form_of(verb: str) -> type[StepForm]:
    if verb == "confirm":
        return ConfirmForm
    return ReasonForm if BATCH_LIFECYCLE.moves[verb].needs_reason else StepForm


def _may_handle(user: Any, batch: PaymentBatch) -> bool:
    return reach_of(user).covers(Right.RELEASE_CLAIMS, batch.area_id)


def _failed(request: StaffRequest, pk: int, failed: tuple[str, StepForm, tuple[Reason, ...]]) -> HttpResponseBase:
    page = BatchPage()
    page.failed = failed
    page.setup(request, pk=pk)
    return page.get(request, pk)
