"""The bodies of the uploads A501 to A505, named after the national table of filings elsewhere; and what is no refusal.

Modelled: how an agency tells the platforms of its filings is not published.
"""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from filings.platform.codes import Transaction
from filings.platform.envelope import AreaCode, InstitutionCode, Reply, upto

# Codes that begin an err_msg and say nothing against the message: it is sent again by itself.
PASSING = frozenset({"busy", "unavailable", "system"})


def is_to_be_tried_again(reply: Reply) -> bool:
    return reply.err_msg.split(" ", 1)[0].split("：", 1)[0].lower() in PASSING


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfPerson(Body):
    trt_dcla_detl_sn: Annotated[str, upto(30, 1)] = Field(description="待遇申报明细流水号：备案号")
    psn_cert_type: Annotated[str, upto(3, 1)] = Field(description="人员证件类型")
    certno: Annotated[str, upto(30, 1)] = Field(description="证件号码")
    psn_name: Annotated[str, upto(50, 1)] = Field(description="人员姓名")
    insu_admdvs: AreaCode = Field(description="参保所属医保区划")
    optins_no: InstitutionCode = Field(description="经办机构编号")
    rloc_admdvs: AreaCode = Field(description="安置地区划：就医地")


class WithAgent(Body):
    agnter_name: Annotated[str, upto(50)] = Field("", description="代办人姓名")
    agnter_cert_type: Annotated[str, upto(3)] = Field("", description="代办人证件类型")
    agnter_certno: Annotated[str, upto(30)] = Field("", description="代办人证件号码")
    agnter_tel: Annotated[str, upto(20)] = Field("", description="代办人联系方式")
    agnter_rlts: Annotated[str, upto(10)] = Field("", description="代办人关系")


class WithStay(Body):
    adm_date: dt.date | None = Field(None, description="入院日期")
    adm_dept_name: Annotated[str, upto(50)] = Field("", description="入院科室病区")
    dise_cond_dscr: Annotated[str, upto(200)] = Field("", description="疾病病情描述")


class FilingUpload(OfPerson, WithAgent, WithStay):
    """A501 and A502: a filing as it now is.  A502 may name the filing that it takes the place of."""

    orig_trt_dcla_detl_sn: Annotated[str, upto(30)] = Field("", description="变更前的备案号")
    dcla_souc: Annotated[str, upto(16, 1)] = Field(description="申报来源")
    insutype: Annotated[str, upto(6, 1)] = Field(description="险种类型")
    psn_type: Annotated[str, upto(6)] = Field("", description="人员类别")
    gend: Annotated[str, upto(1)] = Field("", description="性别")
    brdy: dt.date | None = Field(None, description="出生日期")
    tel: Annotated[str, upto(20)] = Field("", description="联系电话")
    emp_name: Annotated[str, upto(100)] = Field("", description="单位名称")
    poolarea_no: AreaCode = Field(description="统筹区编号")
    rloc_coty_type: Literal["2", "3"] = Field(description="安置区类型：2 省内，3 省外")
    out_onln_way: Annotated[str, upto(30, 1)] = Field(description="异地联网方式")
    rloc_rea: Annotated[str, upto(2, 1)] = Field(description="异地安置原因：异地备案类型")
    rloc_hsorg_name: Annotated[str, upto(100)] = Field("", description="就医医院名称")
    dise_name: Annotated[str, upto(100)] = Field("", description="病种名称")
    trafout_fixmedins_name: Annotated[str, upto(100)] = Field("", description="转出医院名称")
    begndate: dt.date = Field(description="开始日期")
    enddate: dt.date | None = Field(None, description="结束日期")
    memo: Annotated[str, upto(300)] = Field("", description="备注")
    vali_flag: Literal["1"] = Field("1", description="有效标志")


class FilingEndUpload(OfPerson):
    """A503.  Without an end the filing never came into effect."""

    begndate: dt.date = Field(description="开始日期")
    enddate: dt.date | None = Field(None, description="结束日期")
    memo: Annotated[str, upto(300)] = Field("", description="原因")
    vali_flag: Literal["0"] = Field("0", description="有效标志")


class OfStay(OfPerson):
    ipt_reg_sn: Annotated[str, upto(30, 1)] = Field(description="住院登记号")
    fixmedins_code: Annotated[str, upto(12)] = Field("", description="医院编号")
    fixmedins_name: Annotated[str, upto(200, 1)] = Field(description="医院名称")


class RegistrationUpload(OfStay, WithAgent, WithStay):
    """A504."""

    tel: Annotated[str, upto(20)] = Field("", description="联系电话")
    vali_flag: Literal["1"] = Field("1", description="有效标志")


class RegistrationEndUpload(OfStay):
    """A505."""

    adm_date: dt.date = Field(description="入院日期")
    memo: Annotated[str, upto(300)] = Field("", description="原因")
    vali_flag: Literal["0"] = Field("0", description="有效标志")


BODIES: dict[Transaction, type[Body]] = {
    Transaction.FILING_UPLOAD: FilingUpload,
    Transaction.FILING_CHANGE_UPLOAD: FilingUpload,
    Transaction.FILING_END_UPLOAD: FilingEndUpload,
    Transaction.REGISTRATION_UPLOAD: RegistrationUpload,
    Transaction.REGISTRATION_END_UPLOAD: RegistrationEndUpload,
}
