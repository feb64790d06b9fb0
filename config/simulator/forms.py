"""What a person at the simulator says: how a platform is to behave, what a hospital tells."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from config.simulator.books import NoRow, Row, rows_in
from config.simulator.hospitals import COST, FUNDS, HOUSES, OURS, PATIENTS, House, Patient, StayStep
from config.simulator.memory import Conduct, Mood
from filings.identity import made_up_number
from filings.platform.codes import MedicalType

INSURANCES = (("310", "职工基本医疗保险"), ("390", "城乡居民基本医疗保险"))
FILED_AS = (
    ("", "未告知"),
    ("02", "异地安置退休"),
    ("07", "异地长期居住"),
    ("08", "常驻异地工作"),
    ("06", "异地转诊"),
    ("10", "临时外出就医"),
)


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


class PaidForm(CostForm):
    """A cost, and what each fund pays of it."""

    act_pay_dedc = _amount("起付线", initial=0)
    hifp_pay = _amount("统筹基金支付")
    hifmi_pay = _amount("居民大病保险", initial=0)
    hifob_pay = _amount("职工大额补助", initial=0)
    cvlserv_pay = _amount("公务员医疗补助", initial=0)
    maf_pay = _amount("医疗救助", initial=0)
    enddate = _day("出院日期")
    setl_time = _day("结算日期")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if sum(said.get(name) or Decimal(0) for name in FUNDS) > (said.get("medfee_sumamt") or Decimal(0)):
            raise forms.ValidationError("各项基金之和不能超过费用总额")
        return said


class HandDownForm(PatientForm, PaidForm):
    """A601 of somebody whose stay was never told of."""

    med_type = forms.ChoiceField(label="医疗类别", choices=MedicalType.choices(), initial=MedicalType.INPATIENT)
    begndate = _day("入院日期")
    er_flag = forms.BooleanField(label="急诊", required=False)
    twice = forms.BooleanField(label="同一报文同时发送两次", required=False)
    field_order = ("house", "patient", "psn_name", "certno", "home", "med_type", "begndate", "enddate", "setl_time")


class VisitorForm(PaidForm):
    """A603."""

    house = forms.ChoiceField(label="医院（本地）", choices=[(one.code, one.name) for one in OURS.values()])
    psn_name = forms.CharField(label="姓名", max_length=50, initial="重庆示例")
    certno = forms.CharField(
        label="身份证号", max_length=30, initial=made_up_number("500103", dt.date(1956, 4, 8), 901)
    )
    home = forms.RegexField(r"^[0-9]{6}$", label="参保地区划", initial="500000", help_text="六位")
    insutype = forms.ChoiceField(label="险种", choices=INSURANCES)
    out_fil_type = forms.ChoiceField(label="备案类型", choices=FILED_AS, required=False)
    med_type = forms.ChoiceField(label="医疗类别", choices=MedicalType.choices(), initial=MedicalType.INPATIENT)
    begndate = _day("入院日期")
    acct_pay = _amount("个人账户支付", initial=0)
    twice = forms.BooleanField(label="同一报文同时发送两次", required=False)
    field_order = (
        *("house", "psn_name", "certno", "home", "insutype", "out_fil_type", "med_type"),
        *("begndate", "enddate", "setl_time"),
    )


class RefundForm(forms.Form):
    setl_time = _day("退费日期")


class PeriodForm(forms.Form):
    """Whose books, of which days."""

    house = forms.ChoiceField(label="医院", choices=[(house.code, house.name) for house in HOUSES.values()])
    home = forms.RegexField(r"^[0-9]{6}$", label="参保地区划")
    since = _day("对账开始日期")
    until = _day("对账结束日期")


class BooksForm(PeriodForm):
    """What the hospital says of them; it may be made to differ."""

    medfee_sumamt = forms.DecimalField(label="医疗费总额", max_digits=16, decimal_places=2)
    fund_pay_sumamt = forms.DecimalField(label="基金支付总额", max_digits=16, decimal_places=2)
    fixmedins_setl_cnt = forms.IntegerField(label="结算笔数", min_value=0)
    rows = forms.CharField(
        label="明细（每行：结算ID 总额 基金）",
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text="冲正的金额为负。可以改动、删去或加上几行，看门户怎样答复",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in PeriodForm.base_fields:
            self.fields[name].widget = forms.HiddenInput()

    @property
    def of_period(self) -> list[forms.BoundField]:
        """They are asked for above, and hidden here."""
        return self.hidden_fields()

    @property
    def of_books(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "rows"]

    def clean_rows(self) -> list[Row]:
        try:
            return rows_in(self.cleaned_data["rows"])
        except NoRow as fault:
            raise forms.ValidationError(str(fault)) from fault


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
    StayStep.COMPUTED: PaidForm,
    StayStep.REFUND: RefundForm,
}
