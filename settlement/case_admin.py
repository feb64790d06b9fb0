"""Claims and their money in Django admin: to look at, with their history; what changes them are the pages' verbs."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from filings.identity import masked
from hospitals.access import Right
from hospitals.admin_access import ReadOnlyRows, VisibleAdmin, numbered
from settlement.models import (
    Calculation,
    Claim,
    ClaimMaterial,
    Finding,
    Payment,
    Receipt,
    Recoupment,
    RecoupmentInstalment,
    RecoupmentPart,
    RecoupmentReceipt,
    SupplementNotice,
)


class ReceiptRows(ReadOnlyRows):
    model = Receipt
    fields = ("code", "number", "check_code", "amount", "issued_on")


class MaterialRows(ReadOnlyRows):
    model = ClaimMaterial
    fields = ("material", "originals", "copies", "is_absent")


class CalculationRows(ReadOnlyRows):
    model = Calculation
    fk_name = "claim"
    fields = readonly_fields = ("made_at", "made_by", "policy", "total", "fund", "personal")


class NoticeRows(ReadOnlyRows):
    model = SupplementNotice
    fields = ("issued_at", "issued_by", "words", "answered_at", "without")


@admin.register(Claim)
class ClaimAdmin(VisibleAdmin):
    see_right = Right.SEE_CLAIMS
    list_display = ("number", "person", "category", "hospital_name", "admitted_on", "total", "status", "area", "hall")
    list_select_related = ("person", "area", "hall")
    list_filter = ("status", "category", "scope", ("area", admin.RelatedOnlyFieldListFilter))
    exclude = ("payee_account", "calculation", "request_token")
    readonly_fields = ("account",)
    ordering = ("-pk",)
    inlines = (ReceiptRows, MaterialRows, CalculationRows, NoticeRows)
    number = numbered(_("报销编号"))

    @admin.display(description=_("银行账号"))
    def account(self, claim: Claim) -> str:
        return masked(claim.payee_account)


@admin.register(Finding)
class FindingAdmin(VisibleAdmin):
    see_right = Right.SEE_FINDINGS
    list_display = ("number", "kind", "person", "claim", "found_at", "status", "decided_by", "area", "hall")
    list_select_related = ("person", "claim", "decided_by", "area", "hall")
    list_filter = ("status", "kind", ("area", admin.RelatedOnlyFieldListFilter))
    ordering = ("-pk",)
    number = numbered(_("疑点编号"))


@admin.register(Payment)
class PaymentAdmin(VisibleAdmin):
    see_right = Right.SEE_PAYMENTS
    list_display = ("number", "person", "payee_name", "account", "amount", "status", "paid_on", "batch", "area")
    list_select_related = ("person", "batch", "area")
    list_filter = ("status", ("area", admin.RelatedOnlyFieldListFilter))
    exclude = ("payee_account", "payee")
    readonly_fields = ("account",)
    ordering = ("-pk",)
    number = numbered(_("付款编号"))

    @admin.display(description=_("银行账号"))
    def account(self, payment: Payment) -> str:
        return masked(payment.payee_account)


class PartRows(ReadOnlyRows):
    model = RecoupmentPart
    fields = ("fund", "amount")


class InstalmentRows(ReadOnlyRows):
    model = RecoupmentInstalment
    fields = ("due_on", "amount")


class ReceivedRows(ReadOnlyRows):
    model = RecoupmentReceipt
    fields = ("received_on", "amount", "reference", "reason", "made_by")


@admin.register(Recoupment)
class RecoupmentAdmin(VisibleAdmin):
    see_right = Right.SEE_CLAIMS
    list_display = ("number", "cause", "person", "settlement", "due", "received", "next_due_on", "status", "area")
    list_select_related = ("person", "settlement", "area")
    list_filter = ("status", "cause", ("area", admin.RelatedOnlyFieldListFilter))
    ordering = ("-pk",)
    inlines = (PartRows, InstalmentRows, ReceivedRows)
    number = numbered(_("追回编号"))
