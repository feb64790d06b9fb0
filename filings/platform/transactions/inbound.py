"""A603: somebody insured elsewhere was settled at one of our hospitals (DY-13)."""

from typing import Annotated

from pydantic import Field

from filings.platform.codes import MedicalType
from filings.platform.envelope import upto
from filings.platform.transactions.fields import NIL, Answer, Body, Day, Flag, Money, StayNumber


class Inbound(Body):
    """refd_setl_flag: it takes back the settlement that `init_setl_id` names; amounts are told as those of that one."""

    setl_id: StayNumber = Field(description="平台结算ID")
    mdtrt_id: StayNumber = Field(description="就诊ID")
    refd_setl_flag: Flag = Field(False, description="退费结算标志")
    init_setl_id: Annotated[str, upto(30)] = Field("", description="原结算ID；退费时必填")
    medins_no: Annotated[str, upto(12, 1)] = Field(description="就医医疗机构编号")
    medins_name: Annotated[str, upto(100)] = Field("", description="就医医疗机构名称；目录没有此编号时所依（仿真）")
    psn_name: Annotated[str, upto(50, 1)] = Field(description="人员姓名")
    psn_cert_type: Annotated[str, upto(2, 1)] = Field("01", description="人员证件类型")
    certno: Annotated[str, upto(30, 1)] = Field(description="证件号码")
    insutype: Annotated[str, upto(6, 1)] = Field(description="险种类型")
    med_type: MedicalType = Field(MedicalType.INPATIENT, description="医疗类别")
    out_fil_type: Annotated[str, upto(6)] = Field("", description="异地备案类型；空为未告知")
    begndate: Day = Field(description="入院日期")
    enddate: Day = Field(description="出院日期")
    setl_time: Day = Field(description="结算时间")
    medfee_sumamt: Money = Field(description="医疗费总额")
    fulamt_ownpay_amt: Money = Field(NIL, description="全自费金额")
    overlmt_selfpay: Money = Field(NIL, description="超限价自费费用")
    preselfpay_amt: Money = Field(NIL, description="先行自付金额")
    inscp_scp_amt: Money = Field(NIL, description="符合政策范围金额")
    act_pay_dedc: Money = Field(NIL, description="实际支付起付线")
    hifp_pay: Money = Field(NIL, description="基本医疗保险统筹基金支出")
    cvlserv_pay: Money = Field(NIL, description="公务员医疗补助资金支出")
    hifes_pay: Money = Field(NIL, description="企业补充医疗保险基金支出")
    hifmi_pay: Money = Field(NIL, description="居民大病保险资金支出")
    hifob_pay: Money = Field(NIL, description="职工大额医疗费用补助基金支出")
    maf_pay: Money = Field(NIL, description="医疗救助基金支出")
    oth_pay: Money = Field(NIL, description="其他支出")
    fund_pay_sumamt: Money = Field(description="基金支付总额")
    hosp_part_amt: Money = Field(NIL, description="医院负担金额")
    psn_part_amt: Money = Field(description="个人负担总金额")
    acct_pay: Money = Field(NIL, description="个人账户支出")


class InboundInput(Body):
    data: Inbound


class InboundOutput(Answer):
    setl_id: str = Field(description="平台结算ID")
    hospital: str = Field(description="就医医疗机构")
