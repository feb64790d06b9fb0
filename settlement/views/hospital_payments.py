"""Payments to hospitals: lists (拨付单), one list with its payments, results, the hospitals' accounts, the print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
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
from hospitals.lifecycle import Move
from hospitals.listing import Column, ListPage, form_page
from hospitals.models import Area, Hospital
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Scope
from settlement.capitals import in_capitals
from settlement.forms.hospital_clearing import AccountForm, HospitalBatchForm, PaidForm, PaymentResultForm, ReturnForm
from settlement.forms.steps import ReasonForm, StepForm
from settlement.hospital_clearing import paying, sending
from settlement.hospital_clearing.filters import BatchFilter, FailedFilter, PaymentFilter
from settlement.hospital_clearing.lifecycle import BATCH_LIFECYCLE
from settlement.hospital_clearing.shown import account_for, batch_badge, payment_badge, result_of
from settlement.hospital_clearing.words import HospitalPaymentStatus
from settlement.models import HospitalAccount, HospitalPayment, HospitalPaymentBatch
from settlement.payments.bank_files import TYPES
from settlement.views.bank_files import bank_file
from settlement.views.hospital_statements import amount

SEE, PAY = Right.SEE_HOSPITAL_CLEARING, Right.PAY_HOSPITALS
VERBS: dict[str, Callable[..., Any]] = {
    "confirm": paying.confirm,
    "close": paying.record_all_paid,
    "void": paying.void,
}
WHOSE = (
    Column("医院", lambda row: row.statement.hospital.name, kind="subject"),
    Column("清算单", lambda row: row.statement.number, link=lambda row: row.statement.get_absolute_url(), kind="date"),
)
LABELS = {"close": "登记全部已付"}


class BatchList(ListPage):
    model = HospitalPaymentBatch
    title = "医疗机构拨付"
    right = SEE
    filterset_class = BatchFilter
    template_name = "settlement/hospital_batches.html"
    empty_text = "没有拨付单"
    columns = (
        Column("拨付单", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("就医地", lambda row: row.area.name, kind="nowrap"),
        Column("范围", lambda row: row.get_scope_display(), kind="nowrap"),
        Column("拨付来源", lambda row: row.dfr_souc, kind="date"),
        Column("笔数", lambda row: row.count, kind="number"),
        amount("金额（元）", "total"),
        Column("状态", batch_badge, exported=lambda row: row.get_status_display()),
        Column("编制人", lambda row: staff_name(row.made_by), kind="nowrap"),
        Column("核对人", lambda row: staff_name(row.confirmed_by), kind="nowrap"),
    )

    def queryset(self) -> QuerySet[Any]:
        return HospitalPaymentBatch.objects.select_related("area", "made_by", "confirmed_by")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "payments", "may_make": bool(reach_of(self.request.user).areas.get(PAY))}


class BatchPage(ListPage):
    """One list of payments: its steps above, its payments below."""

    model = HospitalPayment
    right = SEE
    filterset_class = PaymentFilter
    template_name = "settlement/hospital_batch.html"
    ordering = "pk"
    empty_text = "没有符合条件的付款"
    failed: tuple[str, StepForm, tuple[Reason, ...]] | None = None

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # type: ignore[override]
        require(request.user, self.right)
        self.batch = visible_batch(request, pk)
        self.title = self.batch.number
        self.columns = self._columns()
        response = super().get(request)
        if self.failed:
            response.status_code = 422
        return response

    def _columns(self) -> tuple[Column, ...]:
        user = self.request.user
        columns = [
            Column("付款编号", lambda row: row.number, sort="pk", kind="date"),
            *WHOSE,
            Column("清算月份", lambda row: f"{row.statement.month:%Y-%m}", kind="date"),
            Column("户名", lambda row: row.account.name),
            Column("开户银行", lambda row: row.account.bank),
            Column("银行账号", lambda row: account_for(user, row.account), kind="date"),
            amount("金额（元）", "amount"),
            Column("状态", payment_badge, exported=lambda row: row.get_status_display(), kind="nowrap"),
            Column("结果", result_of),
        ]
        if self.batch.status in sending.OUT and _may_pay(user, self.batch):
            columns.append(Column("", _actions))
        return tuple(columns)

    def queryset(self) -> QuerySet[Any]:
        rows = HospitalPayment.objects.filter(batch=self.batch)
        return rows.select_related("statement__hospital", "account", "batch")

    def extra_context(self) -> dict[str, Any]:
        batch = self.batch
        return {
            "batch": batch,
            "status": batch_badge(batch),
            "steps": [self._step(move) for move in BATCH_LIFECYCLE.open_to(batch, self.request.user)],
            "reasons": self.failed[2] if self.failed else (),
            "files": tuple(TYPES) if batch.status in sending.OUT and _may_pay(self.request.user, batch) else (),
            "history": entries(batch),
        }

    def _step(self, move: Move) -> dict[str, Any]:
        failed = self.failed if self.failed and self.failed[0] == move.verb else None
        form = failed[1] if failed else form_of(move)(initial={"version": self.batch.version})
        return {
            "move": move,
            "label": LABELS.get(move.verb, move.label),
            "form": form,
            "asks": bool(form.visible_fields()),
            "is_open": failed is not None,
        }


def _actions(row: HospitalPayment) -> str:
    deeds = {HospitalPaymentStatus.PENDING.value: "登记结果", HospitalPaymentStatus.PAID.value: "登记支付退回"}
    if row.status not in deeds:
        return ""
    return format_html('<a href="{}">{}</a>', reverse("hospital_payment", args=[row.pk]), deeds[row.status])


class FailedList(ListPage):
    """Payments that failed or came back, to be sent again: the hospital's account is put right, then the next list."""

    model = HospitalPayment
    title = "支付失败"
    right = SEE
    filterset_class = FailedFilter
    template_name = "settlement/hospital_failed.html"
    empty_text = "没有支付失败的"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        user: Any = request.user
        pays = reach_of(user).areas_of(PAY)
        self.columns = (
            Column("付款编号", lambda row: row.number, sort="pk", kind="date", link=lambda row: row.get_absolute_url()),
            *WHOSE,
            Column("开户银行", lambda row: row.account.bank),
            Column("银行账号", lambda row: account_for(user, row.account), kind="date"),
            amount("金额（元）", "amount"),
            Column("失败原因", lambda row: row.failure),
            Column(
                "更正",
                lambda row: _("已更正") if row.is_corrected else _("待更正"),
                link=lambda row: (
                    ""
                    if row.is_corrected or row.area_id not in pays
                    else reverse("hospital_account", args=[row.statement.hospital_id])
                ),
                kind="nowrap",
            ),
        )
        return super().get(request)

    def queryset(self) -> QuerySet[Any]:
        rows = HospitalPayment.objects.to_pay_again().with_correction()
        return rows.select_related("statement__hospital", "account", "batch")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "failed"}


@require_http_methods(["GET", "POST"])
def new_batch(request: StaffRequest) -> HttpResponse:
    """生成拨付单."""
    require(request.user, PAY)
    form = HospitalBatchForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        area, scope = form.cleaned_data["area"], Scope.of(form.cleaned_data["scope"])
        try:
            made = paying.make_batch(by=request.user, area=area, scope=scope, on=timezone.localdate())
        except Refused as refused:
            tell(form, refused)
        else:
            told = _("已生成拨付单 %(number)s，%(count)d 笔")
            messages.success(request, told % {"number": made.number, "count": made.count})
            return redirect(made)
    areas = list(areas_kept_by(request.user, PAY))
    context = {"form": form, "waiting": _waiting(areas), "without": _without_account(areas)}
    return form_page(request, "settlement/hospital_new_batch.html", context)


def _waiting(areas: list[Area]) -> list[tuple[Area, Scope, dict[str, Any]]]:
    found = [
        (area, scope, paying.statements_to_pay(area, scope).aggregate(count=Count("pk"), total=Sum("payable")))
        for area in areas
        for scope in Scope
    ]
    return [row for row in found if row[2]["count"]]


def _without_account(areas: list[Area]) -> list[tuple[Hospital, str]]:
    """Hospitals that are owed and cannot be paid yet, and why."""
    owed = [paying.statements_to_pay(area, scope).values("hospital") for area in areas for scope in Scope]
    if not owed:
        return []
    hospitals = Hospital.objects.filter(pk__in=owed[0].union(*owed[1:])).order_by("pk")
    usable = paying.accounts_of(hospital.pk for hospital in hospitals)
    without: Any = hospitals.exclude(pk__in=usable).annotate(
        has_one=Exists(HospitalAccount.objects.filter(hospital=OuterRef("pk")))
    )
    return [(one, _("支付失败，须更正收款账户") if one.has_one else _("没有登记收款账户")) for one in without]


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponseBase:
    if verb not in VERBS:
        raise Http404
    require(request.user, PAY)
    found = visible_batch(request, pk, PAY)
    move = BATCH_LIFECYCLE.moves[verb]
    form = form_of(move)(request.POST)
    if not form.is_valid():
        return _failed(request, pk, (verb, form, ()))
    try:
        VERBS[verb](by=request.user, batch=found, **form.given())
    except Refused as refused:
        return _failed(request, pk, (verb, form, refused.reasons))
    told = {"number": found, "step": LABELS.get(verb, move.label)}
    messages.success(request, _("%(number)s 已办理：%(step)s") % told)
    return redirect(found)


@require_http_methods(["GET", "POST"])
def payment(request: StaffRequest, pk: int) -> HttpResponse:
    """What the bank says of one payment; of one that is paid, that it has come back."""
    require(request.user, PAY)
    rows = HospitalPayment.objects.visible_to(request.user, PAY)
    found = get_object_or_404(rows.select_related("batch__area", "statement__hospital", "account"), pk=pk)
    is_paid = found.status == HospitalPaymentStatus.PAID
    form = (ReturnForm if is_paid else PaymentResultForm)(posted(request), initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            _write_down(request.user, found, form.cleaned_data, is_paid=is_paid)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记 %s 的拨付结果") % found.number)
            return redirect(found.batch)
    context = {"form": form, "payment": found, "account": account_for(request.user, found.account), "is_paid": is_paid}
    return form_page(request, "settlement/hospital_payment.html", context)


def _write_down(user: Any, found: HospitalPayment, given: dict[str, Any], *, is_paid: bool) -> None:
    if is_paid:
        paying.give_back(by=user, payment=found, **given)
    elif given["outcome"] == "failed":
        paying.record_failed(by=user, payment=found, reason=given["reason"])
    else:
        said = {name: given[name] for name in ("paid_on", "reference")}
        paying.record_paid(by=user, payment=found, on=timezone.localdate(), **said)


@require_http_methods(["GET", "POST"])
def account(request: StaffRequest, pk: int) -> HttpResponse:
    """The account that a hospital is paid on; earlier ones stay on record."""
    require(request.user, PAY)
    hospital = get_object_or_404(Hospital.objects.visible_to(request.user, PAY).select_related("area"), pk=pk)
    form = AccountForm(posted(request), initial={"name": hospital.name})
    if request.method == "POST" and form.is_valid():
        try:
            paying.keep_account(by=request.user, hospital=hospital, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记 %s 的收款账户") % hospital.name)
            return redirect("new_hospital_batch")
    known = [(row, account_for(request.user, row)) for row in hospital.accounts.select_related("made_by")[:10]]
    return form_page(request, "settlement/hospital_account.html", {"form": form, "hospital": hospital, "known": known})


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗机构清算拨付单."""
    require(request.user, SEE)
    found = visible_batch(request, pk)
    rows = found.payments.select_related("statement__hospital", "account").order_by("pk")
    context = {
        "batch": found,
        "rows": [(row, account_for(request.user, row.account)) for row in rows],
        "capitals": in_capitals(found.total),
        "is_confirmed": found.status in sending.OUT,
    }
    return render(request, "settlement/hospital_batch_sheet.html", context)


@require_GET
def download(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """The file for the bank, whole accounts in it."""
    require(request.user, PAY)
    found = visible_batch(request, pk, PAY)
    try:
        return bank_file(found.number, kind, lambda kind: sending.file_of(found, kind))
    except Refused as refused:
        messages.error(request, f"{refused}。")
        return redirect(found)


def visible_batch(request: HttpRequest, pk: int, right: Right = SEE) -> HospitalPaymentBatch:
    rows = HospitalPaymentBatch.objects.visible_to(request.user, right)
    return get_object_or_404(rows.select_related("area", "made_by", "confirmed_by"), pk=pk)


def form_of(move: Move) -> type[StepForm]:
    if move.verb == "close":
        return PaidForm
    return ReasonForm if move.needs_reason else StepForm


def _may_pay(user: Any, batch: HospitalPaymentBatch) -> bool:
    return reach_of(user).covers(PAY, batch.area_id)


def _failed(request: StaffRequest, pk: int, failed: tuple[str, StepForm, tuple[Reason, ...]]) -> HttpResponseBase:
    page = BatchPage()
    page.failed = failed
    page.setup(request, pk=pk)
    return page.get(request, pk)
