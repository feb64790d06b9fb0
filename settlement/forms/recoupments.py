"""Forms of recoupments: how much by fund, until when, what came, who was reminded."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.fields import parse_day
from hospitals.forms import DayField
from settlement.forms.fields import YuanField
from settlement.forms.steps import ReasonForm, StepForm
from settlement.models import Recoupment
from settlement.recoupments.amounts import Plan, covered, even_plan, recoupable
from settlement.recoupments.collecting import MOST_INSTALMENTS
from settlement.recoupments.proposing import LONGEST_TEXT
from settlement.vocabulary import Fund, ReminderWay

LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,，]+(\d+(?:\.\d{1,2})?)(?:\s*元)?")


class AmountsForm(forms.Form):
    """An amount for each fund that has paid.  left: what may still be asked for."""

    reason = forms.CharField(
        label="追回理由",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "须填写理由"},
    )

    def __init__(self, *args: Any, left: Mapping[Fund, Decimal], **options: Any) -> None:
        super().__init__(*args, **options)
        self.left = left
        for fund, amount in left.items():
            self.fields[f"fund_{fund.value}"] = YuanField(
                label=fund.label, required=False, help_text=_("最多 %s 元") % f"{amount:,.2f}"
            )
        self.order_fields([name for name in self.fields if name.startswith("fund_")])

    def amounts(self) -> dict[Fund, Decimal]:
        """What is asked for; the form must be valid."""
        asked = {fund: self.cleaned_data[f"fund_{fund.value}"] for fund in self.left}
        return {fund: amount for fund, amount in asked.items() if amount}


class ProposalForm(AmountsForm):
    source = forms.CharField(
        label="依据",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="文件和条款，有的填写",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CorrectionForm(AmountsForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ConfirmForm(StepForm):
    due_on = DayField(label="缴款期限", help_text="一次缴清的最后一天；分期的，确认后再定")


class PlanForm(StepForm):
    """Even instalments, one a month, or each of them written out."""

    first_due_on = DayField(label="首期应缴日期", required=False)
    count = forms.IntegerField(
        label="期数",
        required=False,
        min_value=1,
        max_value=MOST_INSTALMENTS,
        help_text="每月一期，各期相同，尾差并入末期；填写期数的，不看下面各行",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 3}),
    )
    lines = forms.CharField(
        label="或逐期填写",
        required=False,
        max_length=5000,
        help_text="每行一期，如 2026-03-31 500.00",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_lines(self) -> list[tuple[dt.date, Decimal]]:
        rows = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        return [self._row(number, row) for number, row in enumerate(rows, start=1)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        is_even = bool(given.get("first_due_on")), bool(given.get("count"))
        if not self.errors and (any(is_even) != all(is_even) or not (any(is_even) or given.get("lines"))):
            raise forms.ValidationError(_("请填写首期应缴日期和期数，或逐期填写"))
        return given

    def plan(self, open_amount: Decimal) -> Plan:
        """The form must be valid."""
        given = self.cleaned_data
        return even_plan(open_amount, given["first_due_on"], given["count"]) if given["count"] else given["lines"]

    def _row(self, number: int, row: str) -> tuple[dt.date, Decimal]:
        found = LINE.fullmatch(row)
        day = parse_day(found[1]) if found else None
        if found is None or day is None or len(found[2]) > 16:
            raise forms.ValidationError(_("第%d行应为日期和金额，如 2026-03-31 500.00") % number)
        return day, Decimal(found[2]).quantize(Decimal("0.01"))


class ReceiptForm(StepForm):
    amount = YuanField(label="收款金额")
    received_on = DayField(label="收款日期", initial=timezone.localdate)
    reference = forms.CharField(
        label="凭证号",
        max_length=60,
        help_text="银行流水号或收据号",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TakeBackForm(ReasonForm):
    receipt = forms.TypedChoiceField(label="收款", coerce=int)
    field_order = ("version", "receipt", "reason")


class ReminderForm(StepForm):
    how = forms.TypedChoiceField(label="方式", choices=ReminderWay.choices(), coerce=ReminderWay.of)
    reminded_on = DayField(label="催缴日期", initial=timezone.localdate)
    note = forms.CharField(label="情况", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


def _correction(recoupment: Recoupment, initial: dict[str, Any], data: Any, auto_id: str) -> CorrectionForm:
    left = recoupable(recoupment.settlement, beside=recoupment.pk)
    asked = {f"fund_{part.fund}": part.amount for part in recoupment.parts.all()}
    initial = {**initial, **asked, "reason": recoupment.reason}
    return CorrectionForm(data, initial=initial, auto_id=auto_id, left=left)


def _plan(recoupment: Recoupment, initial: dict[str, Any], data: Any, auto_id: str) -> PlanForm:
    rows = covered(recoupment.instalments.all(), recoupment.open)
    lines = [f"{one.instalment.due_on} {one.open}" for one in rows if one.open]
    return PlanForm(data, initial={**initial, "lines": "\n".join(lines) if len(lines) > 1 else ""}, auto_id=auto_id)


def _receipt(recoupment: Recoupment, initial: dict[str, Any], data: Any, auto_id: str) -> ReceiptForm:
    rows = covered(recoupment.instalments.all(), recoupment.open)
    initial["amount"] = next((one.open for one in rows if one.open), None)
    return ReceiptForm(data, initial=initial, auto_id=auto_id)


def _take_back(recoupment: Recoupment, initial: dict[str, Any], data: Any, auto_id: str) -> TakeBackForm:
    form = TakeBackForm(data, initial=initial, auto_id=auto_id)
    receipts = recoupment.receipts.filter(takes_back=None, taken_back=None)
    form.fields["receipt"].choices = [(one.pk, str(one)) for one in receipts]  # type: ignore[attr-defined]
    return form


SPECIAL: dict[str, Callable[..., forms.Form]] = {
    "correct": _correction,
    "set_instalments": _plan,
    "receive": _receipt,
    "take_back": _take_back,
}
PLAIN: dict[str, type[StepForm]] = {"confirm": ConfirmForm, "remind": ReminderForm, "approve_write_off": StepForm}


def step_form(verb: str, recoupment: Recoupment, data: Any = None) -> forms.Form:
    """What a step asks for, filled with what is known; bound where something was posted."""
    initial, auto_id = {"version": recoupment.version}, f"{verb}_%s"
    if verb in SPECIAL:
        return SPECIAL[verb](recoupment, initial, data, auto_id)
    return PLAIN.get(verb, ReasonForm)(data, initial=initial, auto_id=auto_id)
