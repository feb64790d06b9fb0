"""Benefit and claim policies in Django admin."""

from django import forms
from django.contrib import admin

from filings.vocabulary import Material
from hospitals.policy_admin import PolicyAdmin, PolicyRows
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
    fields = ("scheme", "employment", "tier", "scope", "service", "level", "number", "section", "assumed")


class DeductibleRows(BenefitRows):
    model = DeductibleRow


class RatioRows(BenefitRows):
    model = RatioRow


class CeilingRows(BenefitRows):
    model = CeilingRow


class ContinuousRows(PolicyRows):
    model = ContinuousRow


@admin.register(BenefitPolicy)
class BenefitPolicyAdmin(PolicyAdmin):
    inlines = (DeductibleRows, RatioRows, CeilingRows, ContinuousRows)


class ClaimMaterialForm(forms.ModelForm):
    one_of = forms.MultipleChoiceField(label="材料", choices=Material.choices(), help_text="选几项的，交其中一项即可")


class ClaimMaterialRows(PolicyRows):
    model = ClaimMaterialRow
    form = ClaimMaterialForm


@admin.register(ClaimPolicy)
class ClaimPolicyAdmin(PolicyAdmin):
    inlines = (ClaimMaterialRows,)
