"""2303 to 2305 and A601: what a stay costs by the treatment area's catalogue, and who pays what."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from filings.platform.codes import MedicalType
from filings.platform.envelope import upto
from filings.platform.transactions.fields import (
    NIL,
    Answer,
    Body,
    Day,
    Money,
    PersonNumber,
    StayNumber,
    Text30,
    Text50,
    Text100,
    Text200,
    Told,
)

MOST_LINES = 5_000
ReceiptNumber = Annotated[str, upto(101)]


class Amounts(Body):
    """By the treatment area's catalogue; the parts make the total."""

    medfee_sumamt: Money = Field(description="医疗费总额")
    fulamt_ownpay_amt: Money = Field(default=NIL, description="全自费金额")
    overlmt_selfpay: Money = Field(default=NIL, description="超限价自费费用")
    preselfpay_amt: Money = Field(default=NIL, description="先行自付金额")
    inscp_scp_amt: Money = Field(description="符合政策范围金额")

    @property
    def counted(self) -> Decimal:
        return self.fulamt_ownpay_amt + self.overlmt_selfpay + self.preselfpay_amt + self.inscp_scp_amt


class FeeLine(Body):
    feedetl_sn: Text30 = Field(default="", description="费用明细流水号")
    medins_list_name: Text200 = Field(default="", description="医药机构目录名称")
    det_item_fee_sumamt: Money = Field(description="明细项目费用总额")
    fulamt_ownpay_amt: Money = Field(default=NIL, description="全自费金额")
    overlmt_amt: Money = Field(default=NIL, description="超限价金额")
    preselfpay_amt: Money = Field(default=NIL, description="先行自付金额")
    inscp_scp_amt: Money = Field(description="符合政策范围金额")


class SettlementRequest(Amounts):
    mdtrt_id: StayNumber = Field(description="就诊ID")
    psn_no: PersonNumber = Field(description="人员编号")
    insutype: Annotated[str, upto(6)] = Field(default="", description="险种类型")
    med_type: MedicalType | None = Field(default=None, description="医疗类别")
    dscgtime: Day | None = Field(default=None, description="出院时间；已办出院的可不填")
    hosp_lv: Annotated[str, upto(6)] = Field(default="", description="医院等级（起付线）")
    invono: ReceiptNumber = Field(default="", description="发票号（代码 号码）")
    medins_setl_id: Text30 = Field(default="", description="医药机构结算ID")
    dscg_maindiag_name: Text200 = Field(default="", description="出院主诊断名称")


class SettlementInput(Body):
    data: SettlementRequest
    feedetail: list[FeeLine] = Field(default=[], max_length=MOST_LINES, description="费用明细，合计须与总额一致")


class SetlInfo(Answer):
    """Amounts in yuan; empty: not told apart or not configured."""

    mdtrt_id: str = Field(description="就诊ID")
    setl_id: str = Field(default="", description="结算ID；预结算为空")
    psn_no: str = Field(description="人员编号")
    psn_name: str = Field(description="人员姓名")
    psn_cert_type: str = Field(description="人员证件类型")
    certno: str = Field(description="证件号码")
    gend: str = Field(default="", description="性别")
    brdy: str = Field(default="", description="出生日期")
    insutype: str = Field(description="险种类型")
    psn_type: str = Field(default="", description="人员类别")
    cvlserv_flag: str = Field(default="0", description="公务员标志")
    setl_time: str = Field(default="", description="结算时间")
    med_type: str = Field(description="医疗类别")
    medfee_sumamt: str = Field(description="医疗费总额")
    fulamt_ownpay_amt: str = Field(default="", description="全自费金额")
    overlmt_selfpay: str = Field(default="", description="超限价自费费用")
    preselfpay_amt: str = Field(default="", description="先行自付金额")
    inscp_scp_amt: str = Field(description="符合政策范围金额")
    act_pay_dedc: str = Field(description="实际支付起付线")
    hifp_pay: str = Field(description="基本医疗保险统筹基金支出")
    pool_prop_selfpay: str = Field(default="", description="统筹支付比例")
    cvlserv_pay: str = Field(default="", description="公务员医疗补助资金支出")
    hifes_pay: str = Field(default="0.00", description="企业补充医疗保险基金支出")
    hifmi_pay: str = Field(default="", description="居民大病保险资金支出")
    hifob_pay: str = Field(default="", description="职工大额医疗费用补助基金支出")
    maf_pay: str = Field(default="", description="医疗救助基金支出")
    hosp_part_amt: str = Field(default="0.00", description="医院负担金额")
    oth_pay: str = Field(default="0.00", description="其他支出")
    fund_pay_sumamt: str = Field(description="基金支付总额")
    psn_part_amt: str = Field(description="个人负担总金额")
    acct_pay: str = Field(default="0.00", description="个人账户支出")
    psn_cash_pay: str = Field(description="个人现金支出")
    medins_setl_id: str = Field(default="", description="医药机构结算ID")
    clr_optins: str = Field(default="", description="清算经办机构")
    clr_type: str = Field(description="清算类别")


class SetlDetail(Answer):
    fund_pay_type: str = Field(description="基金支付类型")
    fund_pay_type_name: str = Field(description="基金支付类型名称")
    inscp_scp_amt: str = Field(description="符合政策范围金额")
    fund_payamt: str = Field(description="基金支付金额")
    setl_proc_info: Annotated[str, upto(4000)] = Field(default="", description="结算过程信息")


class SettlementOutput(Answer):
    setlinfo: SetlInfo
    setldetail: list[SetlDetail]
    slips: int = Field(default=0, description="计入的外院检查治疗及购药单数（仿真）")


class Reversal(Body):
    mdtrt_id: StayNumber = Field(description="就诊ID")
    setl_id: StayNumber = Field(description="结算ID")
    psn_no: PersonNumber = Field(description="人员编号")
    memo: Text200 = Field(default="", description="备注：撤销原因")


class ReversalInput(Body):
    data: Reversal


class ReversalInfo(Answer):
    mdtrt_id: str = Field(description="就诊ID")
    setl_id: str = Field(description="冲正结算ID")
    init_setl_id: str = Field(description="原结算ID")
    medfee_sumamt: str = Field(description="医疗费总额（负）")
    fund_pay_sumamt: str = Field(description="基金支付总额（负）")
    psn_part_amt: str = Field(description="个人负担总金额（负）")


class ReversalOutput(Answer):
    setlinfo: ReversalInfo


class Computed(Amounts):
    """A stay as the platform has settled it."""

    setl_id: StayNumber = Field(description="平台结算ID")
    mdtrt_id: StayNumber = Field(default="", description="就诊ID")
    psn_no: PersonNumber = Field(description="人员编号")
    insutype: Annotated[str, upto(6)] = Field(default="", description="险种类型")
    med_type: MedicalType = Field(default=MedicalType.INPATIENT, description="医疗类别")
    fixmedins_code: Annotated[str, upto(12)] = Field(default="", description="就医机构编号；空为发送机构")
    fixmedins_name: Text100 = Field(default="", description="就医机构名称")
    hosp_lv: Annotated[str, upto(6)] = Field(default="", description="医院等级（起付线）")
    begndate: Day = Field(description="入院日期")
    enddate: Day = Field(description="出院日期")
    setl_time: Day = Field(description="结算时间")
    diag_name: Text200 = Field(default="", description="诊断名称")
    invono: ReceiptNumber = Field(default="", description="发票号（代码 号码）")
    er_flag: Annotated[str, upto(3)] = Field(default="0", description="急诊标志")
    act_pay_dedc: Money = Field(default=NIL, description="实际支付起付线")
    hifp_pay: Money = Field(default=NIL, description="基本医疗保险统筹基金支出")
    cvlserv_pay: Money = Field(default=NIL, description="公务员医疗补助资金支出")
    hifes_pay: Money = Field(default=NIL, description="企业补充医疗保险基金支出")
    hifmi_pay: Money = Field(default=NIL, description="居民大病保险资金支出")
    hifob_pay: Money = Field(default=NIL, description="职工大额医疗费用补助基金支出")
    maf_pay: Money = Field(default=NIL, description="医疗救助基金支出")
    hosp_part_amt: Money = Field(default=NIL, description="医院负担金额")
    oth_pay: Money = Field(default=NIL, description="其他支出")
    fund_pay_sumamt: Money = Field(description="基金支付总额")
    psn_part_amt: Money = Field(description="个人负担总金额")
    memo: Text50 = Field(default="", description="备注")

    @model_validator(mode="after")
    def _dates_in_order(self) -> "Computed":
        if self.enddate < self.begndate:
            raise ValueError("enddate before begndate")
        return self


class ComputedInput(Body):
    data: Computed


class Different(Answer):
    name: str = Field(description="字段")
    label: str = Field(description="名称")
    theirs: str = Field(description="平台结果")
    ours: str = Field(description="本门户核算")


class ComputedOutput(Answer):
    setl_id: str = Field(description="平台结算ID")
    settlement: str = Field(description="门户结算编号")
    differences: list[Different] = Field(description="与本门户核算不同之处（仿真）")
    reasons: list[Told] = Field(default=[], description="不能核算的原因（仿真）")
