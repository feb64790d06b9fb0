"""Claims in Django admin: to look at, with their history; what changes them are the pages' verbs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from filings.identity import masked
from hospitals.access import Right
from hospitals.admin_access import VisibleAdmin
from settlement.models import Calculation, Claim, ClaimMaterial, Receipt


class ReadOnlyRows(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the claim came through the door

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


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


@admin.register(Claim)
class ClaimAdmin(VisibleAdmin):
    see_right = Right.SEE_CLAIMS
    list_display = ("number", "person", "category", "hospital_name", "admitted_on", "total", "status", "area", "hall")
    list_select_related = ("person", "area", "hall")
    list_filter = ("status", "category", "scope", ("area", admin.RelatedOnlyFieldListFilter))
    exclude = ("payee_account", "calculation", "request_token")
    readonly_fields = ("account",)
    ordering = ("-pk",)
    inlines = (ReceiptRows, MaterialRows, CalculationRows)

    @admin.display(description=_("报销编号"))
    def number(self, claim: Claim) -> str:
        return claim.number

    @admin.display(description=_("银行账号"))
    def account(self, claim: Claim) -> str:
        return masked(claim.payee_account)
