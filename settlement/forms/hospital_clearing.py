"""Forms of clearing with hospitals: the month's application, review, deductions, appeals, payment."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.identity import normal_number
from hospitals.access import Right, User
from hospitals.forms import DayField, ListForm, areas_kept_by
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Scope
from settlement.forms.fields import YuanField, text_input
from settlement.forms.payments import ResultForm
from settlement.forms.steps import ReasonForm, StepForm
from settlement.hospital_clearing.filters import MonthField
from settlement.hospital_clearing.making import Stated
from settlement.hospital_clearing.words import DeductionSource, DeductionType, ReviewExtent
from settlement.models import InboundSettlement
from settlement.models.claim import account_number


class _StatedForm(forms.Form):
    """What the hospital says its month comes to; both or neither."""

    stated_count = forms.IntegerField(label="医院申报笔数", required=False, min_value=0)
    stated_fund = YuanField(label="医院申报基金支付（元）", required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and (given["stated_count"] is None) != (given["stated_fund"] is None):
            raise ValidationError(_("医院申报的笔数和基金支付须一并填写"))
        return given

    def stated(self) -> Stated | None:
        given = self.cleaned_data
        if given["stated_count"] is None:
            return None
        return Stated(given["stated_count"], given["stated_fund"])


class StatementsForm(_StatedForm):
    """A month to be applied for: of all hospitals, or as one asks."""

    field_order = ("area", "month", "hospital", "scope")
    area = forms.ModelChoiceField(Area.objects.none(), label="就医地", empty_label=None)
    month = MonthField(label="清算月份")
    hospital = forms.CharField(
        label="医院", required=False, widget=text_input(), help_text="名称或医保编码；不填为全部医院"
    )
    scope = forms.ChoiceField(label="范围", required=False, choices=[("", "全部"), *Scope.choices()])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user, Right.RECORD_HOSPITAL_CLEARING)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        words, area = given.get("hospital"), given.get("area")
        if words and area:
            rows = Hospital.objects.filter(area=area)
            found = list(rows.filter(name=words) or rows.filter(code=words) or rows.filter(name__contains=words)[:2])
            if len(found) != 1:
                self.add_error("hospital", _("有几家医院符合，请写全称") if found else _("该统筹区没有此医院"))
            given["hospital"] = found[0] if len(found) == 1 else None
        if given.get("stated_count") is not None and not (given.get("hospital") and given.get("scope")):
            raise ValidationError(_("医院申报的须选定医院和范围"))
        return given

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        scope = Scope.of(data["scope"]) if data["scope"] else None
        return {
            "area": data["area"],
            "month": data["month"],
            "hospital": data["hospital"] or None,
            "scope": scope,
            "stated": self.stated(),
        }


class RenewForm(_StatedForm, StepForm):
    def given(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "stated": self.stated()}


class BeginForm(StepForm):
    extent = forms.ChoiceField(label="审核范围", choices=ReviewExtent.choices())
    sample = forms.IntegerField(
        label="抽样笔数", required=False, min_value=1, help_text="抽样审核的填写，由系统随机抽取"
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("extent") == ReviewExtent.SAMPLE and not given.get("sample") and "sample" not in self.errors:
            self.add_error("sample", _("抽样审核须填写抽样笔数"))
        return given

    def given(self) -> dict[str, Any]:
        return {**super().given(), "extent": ReviewExtent.of(self.cleaned_data["extent"])}


class CheckForm(StepForm):
    """line: one that was found in order; none for all that are left."""

    line = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class DeductForm(StepForm):
    det_type = forms.ChoiceField(label="扣款类型", choices=DeductionType.choices())
    source = forms.ChoiceField(label="扣款来源", choices=DeductionSource.choices())
    amount = YuanField(label="扣款金额（元）", min_value=Decimal("0.01"))
    reason = forms.CharField(label="扣款理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    clause = forms.CharField(label="依据的协议条款", max_length=200, widget=text_input())
    setl_id = forms.CharField(
        label="结算ID", required=False, max_length=30, widget=text_input(), help_text="补扣往月的填写往月结算ID"
    )

    def __init__(self, *args: Any, settlement: InboundSettlement | None, hospital: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settlement, self.hospital = settlement, hospital
        if settlement:
            del self.fields["setl_id"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        words = given.get("setl_id")
        if words:
            rows = InboundSettlement.objects.filter(hospital=self.hospital, setl_id=words, reverses=None)
            self.settlement = rows.first()
            if self.settlement is None:
                self.add_error("setl_id", _("本医院没有此结算"))
        return given

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("version", "amount", "reason", "clause")},
            "det_type": DeductionType.of(data["det_type"]),
            "source": DeductionSource.of(data["source"]),
            "settlement": self.settlement,
        }


class AppealForm(StepForm):
    grounds = forms.CharField(label="申诉理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "on": timezone.localdate()}


class DecideForm(StepForm):
    returned = YuanField(label="退回金额（元）", help_text="不予采纳填 0，部分采纳填退回的部分")
    decision = forms.CharField(label="裁定意见", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class HospitalBatchForm(forms.Form):
    area = forms.ModelChoiceField(Area.objects.none(), label="就医地", empty_label=None)
    scope = forms.ChoiceField(label="范围", choices=Scope.choices())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user, Right.PAY_HOSPITALS)  # type: ignore[attr-defined]


class PaidForm(StepForm):
    paid_on = DayField(label="拨付日期", initial=timezone.localdate)
    reference = forms.CharField(label="银行流水号", max_length=60, widget=text_input())

    def given(self) -> dict[str, Any]:
        return {**super().given(), "on": timezone.localdate()}


class PaymentResultForm(forms.Form):
    """What became of one payment."""

    outcome = forms.ChoiceField(label="结果", choices=[("paid", "已付"), ("failed", "支付失败")])
    paid_on = DayField(label="拨付日期", required=False, initial=timezone.localdate)
    reference = forms.CharField(label="银行流水号", required=False, max_length=60, widget=text_input())
    reason = forms.CharField(label="失败原因", required=False, max_length=300, widget=text_input())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        asked = ("reason",) if given.get("outcome") == "failed" else ("paid_on", "reference")
        for name in asked:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("须填写%s") % self.fields[name].label)
        return given


class ReturnForm(StepForm):
    """A payment that was made has come back."""

    reason = forms.CharField(
        label="退回原因", max_length=300, widget=text_input(), error_messages={"required": "须填写退回原因"}
    )


class HospitalResultForm(ResultForm):
    right = Right.PAY_HOSPITALS
    wanted = "须有“付款编号”“银行账号”“金额”“结果”“银行流水号”；“拨付日期”“失败原因”按实"


class AccountForm(forms.Form):
    name = forms.CharField(label="户名", max_length=100, widget=text_input())
    bank = forms.CharField(label="开户银行", max_length=80, widget=text_input())
    account = forms.CharField(label="银行账号", max_length=60, widget=text_input(inputmode="numeric"))
    reason = forms.CharField(label="登记依据", max_length=300, widget=text_input(), help_text="如医院书面告知及日期")

    def clean_account(self) -> str:
        account = normal_number(self.cleaned_data["account"]).replace("-", "")
        account_number(account)
        return account


class InboundListForm(ListForm):
    right = Right.RECORD_HOSPITAL_CLEARING
    wanted = "须有“就诊ID”“结算ID”“医院”“参保地”“姓名”“证件号码”“险种”“医疗类别”及各项金额、日期"


STATEMENT_FORMS: dict[str, type[StepForm]] = {"renew": RenewForm, "begin": BeginForm, "check": CheckForm}
DEDUCTION_FORMS: dict[str, type[StepForm]] = {
    "undo_deduction": ReasonForm,
    "appeal": AppealForm,
    "decide": DecideForm,
}
