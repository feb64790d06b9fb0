"""2401 to 2405 and A602: what a hospital tells of a stay."""

from typing import Annotated

from pydantic import Field, model_validator

from filings.platform.codes import MedicalType
from filings.platform.envelope import upto
from filings.platform.transactions.fields import (
    NIL,
    Answer,
    Body,
    Day,
    Flag,
    Money,
    Named,
    PersonNumber,
    SaidFlag,
    StayNumber,
    Text30,
    Text50,
    Text100,
    Text200,
    Told,
)

MOST_DIAGNOSES = 100
InstitutionNumber = Annotated[str, upto(12, 1)]
SlipNumber = Annotated[str, upto(40, 1)]


class Marks(Body):
    """What only people treated elsewhere have marked."""

    trum_flag: Flag = Field(default=False, description="外伤标志")
    rel_ttp_flag: Flag = Field(default=False, description="涉及第三方标志")
    ttp_stmt_flag: Flag = Field(
        default=False, description="已签《外伤无第三方责任承诺书》标志（仿真：公开接口没有此项）"
    )
    er_flag: Flag = Field(default=False, description="急诊标志")
    otp_er_refl_flag: Flag = Field(default=False, description="门诊急诊转诊标志")


class AdmissionInfo(Marks):
    psn_no: PersonNumber = Field(description="人员编号")
    insutype: Annotated[str, upto(6)] = Field(default="", description="险种类型")
    coner_name: Text50 = Field(default="", description="联系人姓名")
    tel: Text50 = Field(default="", description="联系电话")
    begntime: Day = Field(description="入院时间")
    mdtrt_cert_type: Annotated[str, upto(3)] = Field(default="", description="就诊凭证类型")
    med_type: MedicalType = Field(default=MedicalType.INPATIENT, description="医疗类别")
    ipt_no: Text30 = Field(default="", description="住院号")
    adm_diag_dscr: Text200 = Field(default="", description="入院诊断描述")
    adm_dept_name: Text100 = Field(default="", description="入院科室名称")
    adm_bed: Text30 = Field(default="", description="入院床位")
    dise_name: Text100 = Field(default="", description="病种名称")
    hosp_lv: Annotated[str, upto(6)] = Field(default="", description="医院等级（起付线）")
    mdtrt_grp_type: Annotated[str, upto(6)] = Field(default="", description="就诊人群类型")


class Diagnosis(Body):
    diag_name: Text200 = Field(default="", description="诊断名称")
    maindiag_flag: Flag = Field(default=False, description="主诊断标志")


Diagnoses = Annotated[list[Diagnosis], Field(max_length=MOST_DIAGNOSES, description="诊断信息")]


class AdmissionInput(Body):
    mdtrtinfo: AdmissionInfo
    diseinfo: Diagnoses = []


class AdmissionResult(Answer):
    mdtrt_id: str = Field(description="就诊ID")
    tier: str = Field(description="待遇档次（仿真）")
    way: str = Field(description="结算方式：direct 直接结算，manual 手工报销（仿真）")
    filing: str = Field(default="", description="所依备案编号（仿真）")
    filing_made: Flag = Field(default=False, description="备案由本次入院自动产生（仿真）")


class AdmissionOutput(Answer):
    result: AdmissionResult
    reasons: list[Told] = Field(description="认定所依（仿真）")


class AdmissionChange(Body):
    """What is not said stays as it was."""

    trum_flag: SaidFlag = Field(default=None, description="外伤标志")
    rel_ttp_flag: SaidFlag = Field(default=None, description="涉及第三方标志")
    ttp_stmt_flag: SaidFlag = Field(default=None, description="已签《外伤无第三方责任承诺书》标志（仿真）")
    er_flag: SaidFlag = Field(default=None, description="急诊标志")
    otp_er_refl_flag: SaidFlag = Field(default=None, description="门诊急诊转诊标志")
    mdtrt_id: StayNumber = Field(description="就诊ID")
    psn_no: PersonNumber = Field(description="人员编号")
    adm_diag_dscr: Text200 = Field(default="", description="入院诊断描述")
    ipt_no: Text30 = Field(default="", description="住院号")
    begntime: Day | None = Field(default=None, description="入院时间")


class AdmissionChangeInput(Body):
    adminfo: AdmissionChange
    diseinfo: Diagnoses = []


class Stay(Body):
    mdtrt_id: StayNumber = Field(description="就诊ID")
    psn_no: PersonNumber = Field(description="人员编号")


class StayInput(Body):
    data: Stay


class StayOutput(Answer):
    mdtrt_id: str = Field(description="就诊ID")
    status: str = Field(description="住院状态（仿真）")
    reasons: list[Told] = Field(default=[], description="说明（仿真）")


class Discharge(Stay):
    endtime: Day = Field(description="出院时间")
    dscg_way: Annotated[str, upto(3)] = Field(default="", description="离院方式")


class DischargeInput(Body):
    dscginfo: Discharge
    diseinfo: Diagnoses = []


class Slip(Stay):
    fixmedins_code: InstitutionNumber = Field(description="外院或定点药店机构编号")
    fixmedins_name: Named = Field(description="外院或定点药店机构名称")
    slip_no: SlipNumber = Field(description="单据号")
    charge_date: Day = Field(description="费用日期")
    medfee_sumamt: Money = Field(gt=0, description="费用总额")
    fulamt_ownpay_amt: Money = Field(default=NIL, description="全自费金额")
    overlmt_selfpay: Money = Field(default=NIL, description="超限价自费费用")
    preselfpay_amt: Money = Field(default=NIL, description="先行自付金额")
    stamp_flag: Flag = Field(default=False, description="外院检查治疗及购药单已盖章标志")

    @model_validator(mode="after")
    def _parts_within_total(self) -> "Slip":
        if self.fulamt_ownpay_amt + self.overlmt_selfpay + self.preselfpay_amt > self.medfee_sumamt:
            raise ValueError("parts above total")
        return self


class SlipInput(Body):
    data: Slip


class SlipOutput(Answer):
    mdtrt_id: str = Field(description="就诊ID")
    slips: int = Field(description="本次住院已登记单据数")
    medfee_sumamt: Money = Field(description="本次住院单据费用合计")
