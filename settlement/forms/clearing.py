"""Forms of clearing: a month, the platform's totals and file, a payment, the advance fund."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, User, reach_of
from hospitals.forms import DayField
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.clearing.comparing import Total
from settlement.clearing.differences import STEPS
from settlement.clearing.files import totals
from settlement.clearing.files.reading import MOST_BYTES
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE, WITH_TOTALS
from settlement.clearing.words import AdvanceKind, Warned
from settlement.forms.fields import YuanField
from settlement.forms.steps import StepForm
from settlement.models import ClearingMonth

MONTH = re.compile(r"(\d{4})[-/年.]?(0?[1-9]|1[0-2])月?")


def _areas(user: User, right: Right) -> Any:
    return Area.objects.pools().filter(pk__in=sorted(reach_of(user).areas_of(right)))


class MonthForm(forms.Form):
    """Which month is gathered."""

    area = forms.ModelChoiceField(Area.objects.none(), label="参保地", empty_label=None)
    month = forms.CharField(
        label="清算月份",
        max_length=10,
        help_text="按结算日期；正在进行的月份可以先汇总，月末后再申报",
        widget=forms.TextInput(attrs={"placeholder": "2026-03", "autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = _areas(user, Right.CLEAR)  # type: ignore[attr-defined]

    def clean_month(self) -> dt.date:
        found = MONTH.fullmatch(str(self.cleaned_data["month"]).strip())
        if not found or int(found[1]) < 2000:
            raise forms.ValidationError(_("应为年和月，如 2026-03"))
        return dt.date(int(found[1]), int(found[2]), 1)


class TotalsForm(StepForm):
    """The platform's totals, a line a statement: a file, or pasted from its notice."""

    file = forms.FileField(
        label="总账文件",
        required=False,
        help_text="xlsx、xls 或 csv；须有“就医地”“险种”“类别”“人次”“医疗费总额”“基金支付总额”，“个人账户支出”按实",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    lines = forms.CharField(
        label="平台总账（或粘贴）",
        max_length=400_000,
        help_text="每行：就医地、险种、类别、人次、医疗费总额、基金支付总额、个人账户支出（可不填），以空格、逗号或制表符分开；"
        "没有列出的，按平台没有处理",
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "110000 310 21 28 126000.00 81200.50"}),
        required=False,
        strip=True,
    )

    def clean_file(self) -> list[Total] | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size is not None and file.size > totals.MOST_BYTES:
            raise forms.ValidationError(_("文件超过 %d MB") % (totals.MOST_BYTES // 1024 // 1024))
        return _totals(lambda: totals.totals_of(file.read()))

    def clean_lines(self) -> list[Total]:
        text = self.cleaned_data["lines"]
        if text and self.files.get("file"):
            raise forms.ValidationError(_("文件和粘贴只取其一"))
        return _totals(lambda: totals.totals_in(text))

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"version": data["version"], "totals": data["file"] if data["file"] is not None else data["lines"]}


def _totals(read: Callable[[], list[Total]]) -> list[Total]:
    try:
        return read()
    except Refused as refused:
        raise forms.ValidationError([f"{reason.text}。" for reason in refused.reasons]) from refused


class PaidForm(StepForm):
    paid_on = DayField(label="拨付日期", initial=timezone.localdate)
    reference = forms.CharField(
        label="拨付凭证号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class TogetherForm(forms.Form):
    """One step of several differences."""

    verb = forms.ChoiceField(
        label="办理", choices=[(verb, DIFFERENCE_LIFECYCLE.moves[verb].label) for verb in STEPS], initial="take"
    )
    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "一并记入每一笔"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        verb = given.get("verb")
        if verb and DIFFERENCE_LIFECYCLE.moves[verb].needs_reason and not given.get("reason"):
            self.add_error("reason", _("须填写理由"))
        return given


class FileForm(forms.Form):
    """The platform's details of a month that has its totals."""

    month = forms.ModelChoiceField(ClearingMonth.objects.none(), label="清算月份", empty_label=None)
    file = forms.FileField(
        label="平台明细",
        help_text="xlsx、xls 或 csv，csv 最多一百万行；须有“结算编号”“医疗费总额”“基金支付总额”三列，"
        "“退费标志”“人员编号”“就诊编号”“报文编号”“个人账户支出”按实",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months: Any = ClearingMonth.objects.visible_to(user, Right.CLEAR).filter(status__in=sorted(WITH_TOTALS))
        self.fields["month"].queryset = months.select_related("area").order_by("-month")  # type: ignore[attr-defined]
        self.fields["month"].label_from_instance = lambda month: f"{month.number} {month.area.name}"  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件超过 %d MB，请分月导入") % (MOST_BYTES // 1024 // 1024))
        return file


class _Said(forms.Form):
    """What a change of an advance rests on."""

    amount = YuanField(label="金额（元）", min_value=Decimal("0.01"))
    source = forms.CharField(
        label="依据", max_length=300, help_text="文件和文号", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AdvanceForm(_Said):
    """预付金核定 for a period."""

    field_order = ("area", "starts_on", "ends_on", "amount", "source", "reason")

    area = forms.ModelChoiceField(Area.objects.none(), label="参保地", empty_label=None)
    starts_on = DayField(label="期间起", help_text="某月一日")
    ends_on = DayField(label="期间止")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = _areas(user, Right.CLEAR)  # type: ignore[attr-defined]


class ChangeForm(_Said):
    field_order = ("kind", "amount", "source", "reason")

    kind = forms.TypedChoiceField(label="业务", coerce=AdvanceKind.of, choices=AdvanceKind.choices())
    kind.initial = AdvanceKind.RAISED


class WarningsForm(forms.Form):
    """From what share on is warned; nothing for none."""

    yellow = forms.DecimalField(label="黄色预警（%）", required=False, min_value=1, max_value=100, decimal_places=2)
    red = forms.DecimalField(label="红色预警（%）", required=False, min_value=1, max_value=100, decimal_places=2)
    source = forms.CharField(
        label="依据", max_length=300, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def shares(self) -> dict[Warned, Decimal | None]:
        """The form must be valid."""
        given = {level: self.cleaned_data[level.value] for level in Warned}
        return {level: None if share is None else share / 100 for level, share in given.items()}
