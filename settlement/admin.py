"""Claim policies in Django admin; what has a module of its own is registered from here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Material
from hospitals.policy_admin import PolicyAdmin, PolicyRows
from settlement import case_admin, hospital_admin  # noqa: F401 - register claims and terms of clearing
from settlement.benefit_admin import BenefitPolicyAdmin  # noqa: F401 - registers benefit policies
from settlement.models import ClaimMaterialRow, ClaimPolicy


class ClaimMaterialForm(forms.ModelForm):
    one_of = forms.MultipleChoiceField(
        label=_("材料"),
        choices=Material.choices(),
        help_text=_("选几项的，交其中一项即可"),
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )


class ClaimMaterialRows(PolicyRows):
    classes = ("plain-rows",)
    model = ClaimMaterialRow
    form = ClaimMaterialForm
    readonly_fields = ("asked",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        materials = "asked" if obj and not obj.is_draft else "one_of"
        return ("category", materials, "originals", "copies", "condition", "note", "section")

    @admin.display(description=_("材料"))
    def asked(self, row: ClaimMaterialRow) -> str:
        return row.as_group().label


@admin.register(ClaimPolicy)
class ClaimPolicyAdmin(PolicyAdmin):
    inlines = (ClaimMaterialRows,)
