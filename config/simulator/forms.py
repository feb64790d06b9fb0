"""What a person at the simulator says: how a platform is to behave, what a hospital tells."""

from decimal import Decimal
from typing import Any

from django import forms

from config.simulator.hospitals import COST, HOUSES, PATIENTS, House, Patient, StayStep
from config.simulator.memory import Conduct, Mood
from filings.platform.codes import MedicalType


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _amount(label: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=16, decimal_places=2, **options)


class MoodForm(forms.Form):
    conduct = forms.ChoiceField(label="应答方式", choices=Conduct.choices())
    words = forms.CharField(label="拒绝时的说明", max_length=200)
    seconds = forms.FloatField(label="缓慢时等待秒数", min_value=0, max_value=120)
    rate = forms.FloatField(label="每秒最多受理件数", min_value=0.1, max_value=100_000)

    def mood(self) -> Mood:
        said = self.cleaned_data
        return Mood(Conduct.of(said["conduct"]), said["words"], said["seconds"], said["rate"])


class PatientForm(forms.Form):
    """Somebody stands at the desk of a hospital: 1101 and 2001."""

    house = forms.ChoiceField(label="医院", choices=[(house.code, house.name) for house in HOUSES.values()])
    patient = forms.ChoiceField(label="就医人（示例）", choices=[(name, name) for name in PATIENTS], required=False)
    psn_name = forms.CharField(label="或：姓名", max_length=50, required=False)
    certno = forms.CharField(label="身份证号", max_length=30, required=False)
    home = forms.RegexField(r"^[0-9]{6}$", label="参保地区划", required=False, help_text="填写姓名时，六位")

    def clean(self) -> dict[str, Any]:
        """What was typed goes before what was chosen."""
        said: dict[str, Any] = super().clean() or {}
        typed = (said.get("psn_name"), said.get("certno"), said.get("home"))
        if any(typed) and not all(typed):
            raise forms.ValidationError("姓名、身份证号、参保地区划须一并填写")
        if not any(typed) and not said.get("patient"):
            raise forms.ValidationError("请选择就医人，或填写姓名、身份证号和参保地区划")
        return said

    @property
    def house_asked(self) -> House:
        return HOUSES[self.cleaned_data["house"]]

    @property
    def who(self) -> Patient:
        said = self.cleaned_data
        if said["psn_name"]:
            return Patient(said["psn_name"], said["certno"], said["home"])
        return PATIENTS[said["patient"]]


class AdmissionForm(PatientForm):
    med_type = forms.ChoiceField(label="医疗类别", choices=MedicalType.choices(), initial=MedicalType.INPATIENT)
    begntime = _day("入院日期")
    ipt_no = forms.CharField(label="住院号", max_length=30)
    adm_diag_dscr = forms.CharField(label="入院诊断", max_length=200)
    dise_name = forms.CharField(label="门诊慢特病病种", max_length=100, required=False)
    er_flag = forms.BooleanField(label="急诊", required=False)
    trum_flag = forms.BooleanField(label="外伤", required=False)
    rel_ttp_flag = forms.BooleanField(label="涉及第三方", required=False)
    ttp_stmt_flag = forms.BooleanField(label="已签《外伤无第三方责任承诺书》", required=False)
    twice = forms.BooleanField(label="同一报文同时发送两次", required=False)


class ChangeForm(forms.Form):
    er_flag = forms.BooleanField(label="急诊", required=False)
    trum_flag = forms.BooleanField(label="外伤", required=False)
    rel_ttp_flag = forms.BooleanField(label="涉及第三方", required=False)
    ttp_stmt_flag = forms.BooleanField(label="已签《外伤无第三方责任承诺书》", required=False)


class DischargeForm(forms.Form):
    endtime = _day("出院日期")


class CostForm(forms.Form):
    """What a stay cost, by the treatment area's catalogue."""

    medfee_sumamt = _amount("医疗费总额")
    fulamt_ownpay_amt = _amount("全自费", initial=0)
    overlmt_selfpay = _amount("超限价自费", initial=0)
    preselfpay_amt = _amount("先行自付", initial=0)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        total, *others = (said.get(name) or Decimal(0) for name in COST)
        if sum(others) > total:
            raise forms.ValidationError("自费与自付之和不能超过费用总额")
        return said


class SettleForm(CostForm):
    invono = forms.CharField(label="票据（代码 号码）", max_length=101, required=False)
    twice = forms.BooleanField(label="同一报文同时发送两次", required=False)


class SlipForm(CostForm):
    fixmedins_code = forms.CharField(label="出具机构编码", max_length=12, initial="P11010100001")
    fixmedins_name = forms.CharField(label="出具机构", max_length=100, initial="北京示例大药房")
    slip_no = forms.CharField(label="单据号", max_length=40)
    charge_date = _day("费用日期")


class ReversalForm(forms.Form):
    memo = forms.CharField(label="原因", max_length=200, initial="医院更正")


FORMS: dict[StayStep, type[forms.Form]] = {
    StayStep.CHANGE: ChangeForm,
    StayStep.SLIP: SlipForm,
    StayStep.DISCHARGE: DischargeForm,
    StayStep.RETURN: forms.Form,
    StayStep.TRY: CostForm,
    StayStep.SETTLE: SettleForm,
    StayStep.REVERSE: ReversalForm,
    StayStep.CANCEL: forms.Form,
}
