"""Forms of the steps that ask for something: a reason, what is missing, what was handed in, how the bank paid."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from filings.vocabulary import Material
from hospitals.forms import DayField
from hospitals.lifecycle import Move
from settlement.claims.entry import MaterialEntry
from settlement.claims.materials import ALSO_TAKEN
from settlement.claims.supplementing import lacking_of, notice_of
from settlement.forms.claim import usual_counts
from settlement.models import Claim, SupplementItem


class StepForm(forms.Form):
    """version: of the claim as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def given(self) -> dict[str, Any]:
        """What the verb is called with; of a valid form."""
        return dict(self.cleaned_data)


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

    def given(self) -> dict[str, Any]:
        return {**super().given(), "on": timezone.localdate()}


class NamingForm(StepForm):
    """Materials that a claim does not hold and its checklist does not ask for, to be named besides."""

    materials = forms.MultipleChoiceField(
        label="另缺材料", choices=[], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, claim: Claim, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lacking = lacking_of(claim)
        asked = {material for one in self.lacking for material in one.group.one_of}
        held = {row.material for row in claim.materials.all() if not row.is_absent}
        left = [one for one in ALSO_TAKEN if one not in asked and one.value not in held]
        self.fields["materials"].choices = [  # type: ignore[attr-defined]
            (material.value, material.label) for material in left if material is not Material.COMMITMENT_LETTER
        ]

    def clean_materials(self) -> list[Material]:
        return [Material.of(code) for code in self.cleaned_data["materials"]]


class PromiseForm(NamingForm):
    """What is to be handed in later, beyond what the checklist asks for."""


class AskForm(NamingForm):
    """The one notice: everything that is missing."""

    others = forms.CharField(
        label="其他须补正的内容",
        required=False,
        max_length=2000,
        help_text="每行一项",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        label="说明",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "须填写说明"},
    )

    def clean_others(self) -> list[str]:
        return str(self.cleaned_data["others"]).splitlines()


class SupplyForm(StepForm):
    """A tick for each thing that is missing (a choice, where one of several does), and how many were handed in."""

    def __init__(self, *args: Any, claim: Claim, **options: Any) -> None:
        super().__init__(*args, **options)
        notice = notice_of(claim)
        self.missing: list[SupplementItem] = notice.missing if notice else []
        for item in self.missing:
            self._add(item)

    def rows(self) -> list[tuple[SupplementItem, list[forms.BoundField]]]:
        return [(item, [self[name] for name in self._names(item) if name in self.fields]) for item in self.missing]

    def given(self) -> dict[str, Any]:
        data = super().given()
        own = {name for item in self.missing for name in self._names(item)}
        received = {item.pk: self._entry(item) for item in self.missing if data.get(f"given_{item.pk}")}
        return {name: value for name, value in data.items() if name not in own} | {"received": received}

    def _names(self, item: SupplementItem) -> list[str]:
        return [f"{name}_{item.pk}" for name in ("given", "originals", "copies")]

    def _add(self, item: SupplementItem) -> None:
        given, originals, copies = self._names(item)
        if len(item.one_of) < 2 and not item.condition:
            self.fields[given] = forms.BooleanField(label=str(item), required=False)
        else:
            absent = [("absent", "经核无此材料")] if item.condition else []
            choices = [("", "未交"), *((code, Material.name_of(code)) for code in item.one_of), *absent]
            self.fields[given] = forms.ChoiceField(label=str(item), choices=choices, required=False)
        if item.one_of:
            usual = usual_counts(Material.of(item.one_of[0]))
            counts = {"originals": item.originals, "copies": item.copies} if item.originals or item.copies else usual
            for name, label in ((originals, "原件"), (copies, "复印件")):
                count = counts[name.partition("_")[0]] or 0
                self.fields[name] = forms.IntegerField(
                    label=label, initial=count, required=False, min_value=0, max_value=99
                )
                self.fields[name].widget.attrs |= {"class": "count", "aria-label": f"{item}{label}份数"}

    def _entry(self, item: SupplementItem) -> MaterialEntry | None:
        if not item.one_of:
            return None
        chosen, *counts = (self.cleaned_data[name] for name in self._names(item))
        if chosen == "absent":
            return MaterialEntry(material=Material.of(item.one_of[0]), originals=0, is_absent=True)
        material = Material.of(item.one_of[0] if chosen is True else chosen)
        return MaterialEntry(material=material, originals=counts[0] or 0, copies=counts[1] or 0)


class ReceiveForm(SupplyForm):
    """Some of it: the claim waits for the rest."""


class ResumeForm(SupplyForm):
    without = forms.CharField(
        label="未补齐的原因",
        required=False,
        max_length=300,
        help_text="还有未补交的，不再等待时填写",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


OF_CLAIM: dict[str, type[NamingForm] | type[SupplyForm]] = {
    "ask": AskForm,
    "receive": ReceiveForm,
    "resume": ResumeForm,
}


def form_of(move: Move, claim: Claim, data: Any = None) -> StepForm:
    """The form of a step, bound to what was posted, or fresh."""
    options: dict[str, Any] = {"data": data, "initial": {"version": claim.version}}
    if move.verb in OF_CLAIM:
        return OF_CLAIM[move.verb](claim=claim, **options)
    kind = PaymentForm if move.verb == "pay" else ReasonForm if move.needs_reason else StepForm
    return kind(**options)


def asks(form: StepForm) -> bool:
    """Whether there is anything to fill in."""
    return len(form.fields) > 1


def other_fields(form: StepForm) -> Iterable[forms.BoundField]:
    """What is not a row of what is missing."""
    rows = {field.name for _item, fields in form.rows() for field in fields} if isinstance(form, SupplyForm) else set()
    return [field for field in form if field.name not in rows]
