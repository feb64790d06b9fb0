"""What is paid later, what failed, and the accounts that people are paid on."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.forms import posted, tell
from hospitals.listing import Column, ListPage, badge, form_page
from hospitals.reasons import Refused
from hospitals.templatetags.portal import yuan
from settlement.forms.payments import PayeeForm
from settlement.forms.steps import ReasonForm
from settlement.models import FollowUpDue, PayeeAccount, Payment
from settlement.payment_filters import FailedFilter, FollowUpFilter
from settlement.payments.live import give_back
from settlement.payments.payees import Account, correct_payee, proposal_for, set_payee
from settlement.payments.shown import account_for, subject_of
from settlement.vocabulary import Payer, PaymentStatus

CORRECTED, OPEN = "已更正", "待更正"


def standing_of(due: Any) -> tuple[str, str]:
    """Where a follow-up stands, and the tone of that."""
    if due.is_reversed:
        return ("已冲正，须追回", "bad") if due.standing == PaymentStatus.PAID else ("已冲正，不付", "")
    if due.standing is None:
        return "待拨付", "warn"
    tones = {PaymentStatus.PAID: "good", PaymentStatus.FAILED: "bad"}
    return PaymentStatus.name_of(due.standing), tones.get(due.standing, "")


def _standing_badge(due: Any) -> SafeString:
    return badge(*standing_of(due))


def _account(due: Any) -> str:
    if due.payer == Payer.INSURER:
        return "由保险公司支付"
    return "已登记" if due.has_account else "未登记"


class FollowUpList(ListPage):
    model = FollowUpDue
    title = "后续支付"
    right = Right.SEE_PAYMENTS
    filterset_class = FollowUpFilter
    template_name = "settlement/follow_ups.html"
    empty_text = "没有后续支付"
    columns = (
        Column("结算编号", lambda row: row.settlement.number, sort="pk", kind="date"),
        Column(
            "姓名",
            lambda row: row.settlement.person.name,
            link=lambda row: reverse("person", args=[row.settlement.person_id]),
        ),
        Column("参保地", lambda row: row.settlement.area.name),
        Column("结算日期", lambda row: row.settlement.settled_on, kind="date"),
        Column("项目", lambda row: row.get_component_display()),
        Column("支付方", lambda row: row.get_payer_display()),
        Column(
            "应付（元）",
            lambda row: "未配置" if row.amount is None else yuan(row.amount),
            kind="number",
            exported=lambda row: row.amount,
        ),
        Column("收款账户", _account),
        Column("状态", _standing_badge, exported=lambda row: standing_of(row)[0], kind="nowrap"),
        Column("依据", lambda row: row.source),
    )

    def queryset(self) -> QuerySet[Any]:
        theirs = Payment.objects.filter(due=OuterRef("pk"))
        counting, failed = theirs.counting(), theirs.failed_for_good()
        standing = counting.values("status")[:1]
        accounts = PayeeAccount.objects.filter(person=OuterRef("settlement__person"), corrects=None)
        rows = FollowUpDue.objects.filter(settlement__reverses=None).annotate(
            standing=Case(
                When(Exists(counting), then=Subquery(standing)),
                When(Exists(failed), then=Value(PaymentStatus.FAILED.value)),
            ),
            has_account=Exists(accounts),
            is_reversed=Exists(FollowUpDue.objects.filter(pk=OuterRef("pk"), settlement__reversal__isnull=False)),
        )
        return rows.select_related("settlement__person", "settlement__area")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "follow_ups"}


class FailedList(ListPage):
    """Failed payments that no later attempt has taken the place of: for the counter to put right."""

    model = Payment
    title = "支付失败"
    right = Right.SEE_CLAIMS
    filterset_class = FailedFilter
    template_name = "settlement/failed_payments.html"
    empty_text = "没有支付失败的"

    def get(self, request: Any) -> Any:
        user = request.user
        may_correct = reach_of(user).has(Right.ACCEPT_CLAIMS)
        self.columns = (
            Column("付款编号", lambda row: row.number, sort="pk", kind="date"),
            Column("参保人", lambda row: row.person.name, link=lambda row: reverse("person", args=[row.person_id])),
            Column(
                "报销或结算",
                subject_of,
                kind="date",
                link=lambda row: row.claim.get_absolute_url() if row.claim else "",
            ),
            Column("收款人", lambda row: row.payee_name),
            Column("开户银行", lambda row: row.payee_bank),
            Column("银行账号", lambda row: account_for(user, row), kind="date"),
            Column("金额（元）", lambda row: yuan(row.amount), kind="number", exported=lambda row: row.amount),
            Column("失败原因", lambda row: row.failure),
            Column(
                "更正",
                lambda row: CORRECTED if hasattr(row, "correction") else OPEN,
                link=lambda row: (
                    "" if hasattr(row, "correction") or not may_correct else reverse("correct_payee", args=[row.pk])
                ),
            ),
        )
        return super().get(request)

    def queryset(self) -> QuerySet[Any]:
        rows = Payment.objects.to_correct()
        return rows.select_related("person", "claim", "due__settlement", "correction")

    def extra_context(self) -> dict[str, Any]:
        may_see = reach_of(self.request.user).has(Right.SEE_PAYMENTS)
        return {"here": "failed", "may_see_payments": may_see}


@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """The account of a failed payment, put right by the counter."""
    require(request.user, Right.ACCEPT_CLAIMS)
    rows = Payment.objects.visible_to(request.user, Right.ACCEPT_CLAIMS)
    payment = get_object_or_404(rows.select_related("person", "claim", "batch", "due__settlement"), pk=pk)
    before = Account(payment.payee_name, payment.payee_bank, payment.payee_account)
    form = PayeeForm(posted(request), initial=_initial(before))
    if request.method == "POST" and form.is_valid():
        try:
            correct_payee(
                by=request.user, payment=payment, account=form.as_account(), reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已更正，可编入下一批次"))
            return redirect(payment.claim or "failed_payments")
    context = {"form": form, "payment": payment, "person": payment.person, "subject": subject_of(payment)}
    return form_page(request, "settlement/payee.html", context | {"title": _("更正收款账户")})


@require_http_methods(["GET", "POST"])
def come_back(request: StaffRequest, pk: int) -> HttpResponse:
    """The bank has given the money of a follow-up back."""
    require(request.user, Right.RELEASE_CLAIMS)
    rows = Payment.objects.visible_to(request.user, Right.RELEASE_CLAIMS)
    payment = get_object_or_404(rows.select_related("person", "claim", "batch", "due__settlement"), pk=pk)
    form = ReasonForm(posted(request), initial={"version": payment.version})
    if request.method == "POST" and form.is_valid():
        try:
            give_back(by=request.user, payment=payment, **form.cleaned_data)
            return redirect(payment.batch)
        except Refused as refused:
            tell(form, refused)
    context = {"form": form, "payment": payment, "subject": subject_of(payment), "due": payment.due}
    return form_page(request, "settlement/payment_amount.html", context | {"title": _("支付退回")})


@require_http_methods(["GET", "POST"])
def payee(request: StaffRequest, pk: int) -> HttpResponse:
    """The account on which a person's follow-ups are paid; the last claim's is proposed."""
    person = visible_person(request, pk, Right.ACCEPT_CLAIMS)
    proposal = proposal_for(person)
    form = PayeeForm(posted(request), initial=_initial(proposal) if proposal else {"name": person.name})
    if request.method == "POST" and form.is_valid():
        try:
            set_payee(by=request.user, person=person, account=form.as_account(), reason=form.cleaned_data["reason"])
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记收款账户"))
            return redirect(person)
    earlier = PayeeAccount.objects.filter(person=person).select_related("made_by")[:20]
    context = {"form": form, "person": person, "earlier": earlier, "payment": None, "title": _("收款账户")}
    return form_page(request, "settlement/payee.html", context)


def _initial(account: Account) -> dict[str, str]:
    return {"name": account.name, "bank": account.bank, "account": account.account, "proof": account.proof}
