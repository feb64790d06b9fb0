"""Benefit and claim policies in Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Material
from hospitals.policy_admin import PolicyAdmin, PolicyRows
from settlement import case_admin  # noqa: F401 - registers claims
from settlement.models import (
    BenefitPolicy,
    CeilingRow,
    ClaimMaterialRow,
    ClaimPolicy,
    ContinuousRow,
    DeductibleRow,
    RatioRow,
)


class BenefitRows(PolicyRows):
    classes = ("plain-rows",)
    fields = ("scheme", "employment", "tier", "scope", "service", "level", "number", "section", "assumed")


class DeductibleRows(BenefitRows):
    model = DeductibleRow


class RatioRows(BenefitRows):
    model = RatioRow


class CeilingRows(BenefitRows):
    model = CeilingRow


class ContinuousForm(forms.ModelForm):
    class Meta:
        widgets = {"remark": forms.Textarea(attrs={"cols": 40, "rows": 2})}


class ContinuousRows(PolicyRows):
    classes = ("plain-rows",)
    model = ContinuousRow
    form = ContinuousForm


@admin.register(BenefitPolicy)
class BenefitPolicyAdmin(PolicyAdmin):
    inlines = (DeductibleRows, RatioRows, CeilingRows, ContinuousRows)


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
        materials = "asked" if obj and obj.is_published else "one_of"
        return ("category", materials, "originals", "copies", "condition", "note", "section")

    @admin.display(description=_("材料"))
    def asked(self, row: ClaimMaterialRow) -> str:
        return row.as_group().label


@admin.register(ClaimPolicy)
class ClaimPolicyAdmin(PolicyAdmin):
    inlines = (ClaimMaterialRows,)
