"""Benefit policies in Django admin: a table for each kind of row."""

from django import forms
from django.contrib import admin

from hospitals.policy_admin import PolicyAdmin, PolicyRows
from settlement.models import (
    BenefitPolicy,
    CeilingRow,
    ComponentRatioRow,
    ComponentRow,
    ContinuousRow,
    CountingRow,
    DeductibleRow,
    DestinationRow,
    FollowUpRow,
    HardshipRow,
    LaterStayRow,
    RatioRow,
    ReductionRow,
)
from settlement.models.policy_components import INSURED
from settlement.models.policy_rows import WHOM

SAID = ("section", "assumed")


class BenefitRows(PolicyRows):
    classes = ("plain-rows",)


class DeductibleRows(BenefitRows):
    model = DeductibleRow
    fields = (*WHOM, "number", *SAID)


class RatioRows(BenefitRows):
    model = RatioRow
    fields = (*WHOM, "above", "number", *SAID)


class CeilingRows(BenefitRows):
    model = CeilingRow
    fields = (*WHOM, "number", *SAID)


class CountingRows(BenefitRows):
    model = CountingRow
    fields = (*WHOM, "counting", *SAID)


class LaterStayRows(BenefitRows):
    model = LaterStayRow
    fields = (*WHOM, "from_stay", "lowering", "number", "floor", *SAID)


class ReductionRows(BenefitRows):
    model = ReductionRow
    fields = (*WHOM, "reduction", "number", *SAID)


class WordyForm(forms.ModelForm):
    """Sentences take more than a line."""

    class Meta:
        widgets = {name: forms.Textarea(attrs={"cols": 40, "rows": 2}) for name in ("remark", "text")}


class ContinuousRows(BenefitRows):
    model = ContinuousRow
    form = WordyForm


class DestinationRows(BenefitRows):
    model = DestinationRow
    form = WordyForm


class ComponentRows(BenefitRows):
    model = ComponentRow
    fields = (*INSURED, "threshold", "ceiling", *SAID)


class ComponentRatioRows(BenefitRows):
    model = ComponentRatioRow
    fields = (*INSURED, "above", "number", *SAID)


class HardshipRows(BenefitRows):
    model = HardshipRow


class FollowUpRows(BenefitRows):
    model = FollowUpRow
    form = WordyForm


@admin.register(BenefitPolicy)
class BenefitPolicyAdmin(PolicyAdmin):
    inlines = (
        *(DeductibleRows, RatioRows, CeilingRows),
        *(CountingRows, LaterStayRows, ContinuousRows),
        *(ReductionRows, DestinationRows),
        *(ComponentRows, ComponentRatioRows, HardshipRows, FollowUpRows),
    )
