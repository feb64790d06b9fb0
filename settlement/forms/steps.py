"""Forms of the steps that ask for something: a reason, or how the bank paid."""

from typing import Any

from django import forms
from django.utils import timezone

from hospitals.forms import DayField
from settlement.claims.materials import ALSO_TAKEN


class StepForm(forms.Form):
    """version: of the claim as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(StepForm):
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "须填写理由"},
    )


class PaymentForm(StepForm):
    paid_on = DayField(label="支付日期", initial=timezone.localdate)
    reference = forms.CharField(
        label="银行流水号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class PromiseForm(StepForm):
    """What is to be handed in later, beyond what the checklist asks for."""

    materials = forms.MultipleChoiceField(
        label="另缺材料",
        choices=[(material.value, material.label) for material in ALSO_TAKEN],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def form_of(verb: str, needs_reason: bool) -> type[StepForm]:
    return PaymentForm if verb == "pay" else ReasonForm if needs_reason else StepForm


def asks(form: type[StepForm] | StepForm) -> bool:
    """Whether there is anything to fill in."""
    fields: dict[str, Any] = form.base_fields
    return len(fields) > 1
