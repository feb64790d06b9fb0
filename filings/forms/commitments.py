"""Forms of commitments and sanctions: what was handed in, until when, why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from filings.application import Seen
from filings.decision import counted
from filings.models import CommitmentItem
from filings.vocabulary import Material
from hospitals.forms import DayField

MOST_COPIES = 99
COUNT = {"inputmode": "numeric", "maxlength": 2, "class": "count"}


@dataclass(frozen=True, slots=True)
class Row:
    """An item as the page shows it.  The fields are None for one that is handed in, or where nobody may hand in."""

    item: CommitmentItem
    asked: str
    given: BoundField | None = None
    originals: BoundField | None = None
    copies: BoundField | None = None

    @property
    def faults(self) -> list[str]:
        fields = [field for field in (self.given, self.originals, self.copies) if field]
        return [str(fault) for field in fields for fault in field.errors]


class HandInForm(forms.Form):
    """A tick for each item that is missing (a choice, where one of several does), and how many were handed in.

    version: of the commitment as the page showed it.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, items: Iterable[CommitmentItem], **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = list(items)
        for item in self.missing():
            self.fields[f"given_{item.pk}"] = _given(item)
            self.fields[f"originals_{item.pk}"] = _count(_("原件份数"), max(item.originals or 0, not item.copies))
            self.fields[f"copies_{item.pk}"] = _count(_("复印件份数"), item.copies or 0)
        if first := next(self.missing(), None):
            self.fields[f"given_{first.pk}"].widget.attrs["autofocus"] = True

    def missing(self) -> Iterator[CommitmentItem]:
        return (item for item in self.items if not item.is_handed_in)

    def rows(self) -> list[Row]:
        return [
            Row(item, asked_of(item))
            if item.is_handed_in
            else Row(item, asked_of(item), *(self[f"{name}_{item.pk}"] for name in ("given", "originals", "copies")))
            for item in self.items
        ]

    def received(self) -> dict[int, Seen]:
        """What was handed in for which item; the form must be valid."""
        data = self.cleaned_data
        return {
            item.pk: Seen(
                Material.of(item.one_of[0] if given is True else given),
                data[f"originals_{item.pk}"] or 0,
                data[f"copies_{item.pk}"] or 0,
            )
            for item in self.missing()
            if (given := data[f"given_{item.pk}"])
        }


def asked_of(item: CommitmentItem) -> str:
    return counted(item.originals, item.copies)


def _given(item: CommitmentItem) -> forms.Field:
    if len(item.one_of) == 1:
        return forms.BooleanField(label=Material.name_of(item.one_of[0]), required=False)
    choices = [("", _("未交")), *((code, Material.name_of(code)) for code in item.one_of)]
    return forms.ChoiceField(label=item.group.label, choices=choices, required=False)


def _count(label: Any, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        initial=int(initial),
        required=False,
        min_value=0,
        max_value=MOST_COPIES,
        widget=forms.TextInput(attrs=COUNT),
        error_messages={"invalid": _("份数应为整数")},
    )


class LiftForm(forms.Form):
    """version: of the sanction as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("须填写理由")},
    )


class PeriodForm(LiftForm):
    ends_on = DayField(label=_("最后一天"), error_messages={"required": _("请填写最后一天")})
    field_order = ("version", "ends_on", "reason")


class HospitalsForm(LiftForm):
    hospitals = forms.CharField(
        label=_("指定医疗机构"),
        max_length=2000,
        help_text=_("每行一家"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请填写医疗机构名称")},
    )
    field_order = ("version", "hospitals", "reason")

    def clean_hospitals(self) -> list[str]:
        return str(self.cleaned_data["hospitals"]).replace("、", "\n").splitlines()
