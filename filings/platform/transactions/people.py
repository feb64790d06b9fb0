"""1101 and 2001: who somebody is, and whether they may be treated elsewhere."""

from typing import Annotated

from pydantic import Field, model_validator

from filings.platform.codes import MedicalType
from filings.platform.envelope import upto
from filings.platform.transactions.fields import Answer, Body, Day, Flag, PersonNumber, Text30, Text50, Told


class PersonQuestion(Body):
    mdtrt_cert_type: Annotated[str, upto(3)] = Field(
        default="02", description="就诊凭证类型：01 电子凭证，02 身份证，03 社保卡"
    )
    mdtrt_cert_no: Text50 = Field(default="", description="就诊凭证编号")
    psn_cert_type: Annotated[str, upto(6)] = Field(default="01", description="人员证件类型")
    certno: Text50 = Field(default="", description="证件号码")
    psn_name: Text50 = Field(default="", description="人员姓名")
    begntime: Day | None = Field(default=None, description="开始时间")

    @model_validator(mode="after")
    def _says_who(self) -> "PersonQuestion":
        if not (self.certno or self.mdtrt_cert_no):
            raise ValueError("neither certno nor mdtrt_cert_no")
        return self


class PersonInput(Body):
    data: PersonQuestion


class BaseInfo(Answer):
    psn_no: str = Field(description="人员编号")
    psn_cert_type: str = Field(description="人员证件类型")
    certno: str = Field(description="证件号码")
    psn_name: str = Field(description="人员姓名")
    gend: str = Field(description="性别")
    naty: str = Field(default="", description="民族")
    brdy: str = Field(default="", description="出生日期")
    age: str = Field(default="", description="年龄")


class InsuInfo(Answer):
    psn_no: str = Field(description="人员编号（每一参保地一个）")
    balc: str = Field(default="0.00", description="余额")
    insutype: str = Field(description="险种类型")
    psn_type: str = Field(description="人员类别")
    psn_insu_stas: str = Field(description="人员参保状态：1 正常，2 暂停，4 终止")
    psn_insu_date: str = Field(default="", description="个人参保日期")
    paus_insu_date: str = Field(default="", description="暂停参保日期")
    cvlserv_flag: str = Field(default="0", description="公务员标志")
    insuplc_admdvs: str = Field(description="参保地医保区划")
    emp_name: str = Field(default="", description="单位名称")


class IdetInfo(Answer):
    psn_idet_type: str = Field(description="人员身份类别")
    psn_type_lv: str = Field(default="", description="人员类别等级")
    memo: str = Field(default="", description="备注")
    begntime: str = Field(default="", description="开始时间")
    endtime: str = Field(default="", description="结束时间")


class PersonOutput(Answer):
    baseinfo: BaseInfo
    insuinfo: list[InsuInfo]
    idetinfo: list[IdetInfo]


class EntitlementQuestion(Body):
    psn_no: PersonNumber = Field(description="人员编号")
    insutype: Annotated[str, upto(6)] = Field(default="", description="险种类型")
    fixmedins_code: Text30 = Field(default="", description="定点医药机构编号；空为发送机构")
    fixmedins_name: Text50 = Field(default="", description="定点医药机构名称")
    med_type: MedicalType = Field(default=MedicalType.INPATIENT, description="医疗类别")
    begntime: Day = Field(description="开始时间")
    dise_name: Text50 = Field(default="", description="病种名称")
    trum_flag: Flag = Field(default=False, description="外伤标志")
    rel_ttp_flag: Flag = Field(default=False, description="涉及第三方标志")
    ttp_stmt_flag: Flag = Field(default=False, description="已签外伤无第三方责任承诺书标志（仿真）")
    er_flag: Flag = Field(default=False, description="急诊标志")


class EntitlementInput(Body):
    data: EntitlementQuestion


class Checked(Answer):
    name: str = Field(description="核对项目")
    passed: bool = Field(description="是否通过")
    reasons: list[Told]


class TrtInfo(Answer):
    psn_no: str = Field(description="人员编号")
    trt_chk_type: str = Field(default="1", description="待遇检查类型")
    fund_pay_type: str = Field(description="基金支付类型")
    trt_enjymnt_flag: str = Field(description="基金款项待遇享受标志：1 可直接结算")
    begndate: str = Field(description="开始日期")
    enddate: str = Field(default="", description="结束日期")
    trt_chk_rslt: str = Field(default="", description="待遇检查结果")


class EntitlementOutput(Answer):
    trtinfo: list[TrtInfo]
    checks: list[Checked] = Field(description="逐项核对结果（仿真）")
