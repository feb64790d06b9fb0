"""Request and reply as the national interface has them.  Amounts in yuan as quoted strings or numbers, days as text."""

import datetime as dt
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from hospitals.reasons import Reason

CHINA = ZoneInfo("Asia/Shanghai")
DONE, REFUSED = 0, -1  # infcode
LONGEST_ERROR = 200  # characters of err_msg

# Control characters are no text: PostgreSQL cannot even keep NUL.
NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def upto(longest: int, shortest: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest, pattern=NO_CONTROLS)


AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{12}[0-9]{18}$")]
InstitutionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{12}$")]
Moment = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$")]


class Message(BaseModel):
    """What both directions share: strict about what is known, indifferent to what is not."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


class Request(Message):
    """The envelope of a request.  `input`: the body of the transaction, read by its own model."""

    infno: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4}$")] = Field(description="交易编号")
    msgid: MessageId = Field(description="发送方报文ID：机构编号(12)+时间(14)+顺序号(4)")
    mdtrtarea_admvs: AreaCode = Field(description="就医地医保区划")
    insuplc_admdvs: AreaCode | None = Field(None, description="参保地医保区划")
    recer_sys_code: Annotated[str, upto(10)] = Field("", description="接收方系统代码")
    dev_no: Annotated[str, upto(100)] = Field("", description="设备编号")
    dev_safe_info: Annotated[str, upto(2000)] = Field("", description="设备安全信息")
    cainfo: Annotated[str, upto(1024)] = Field("", description="数字签名")
    signtype: Annotated[str, upto(10)] = Field("", description="签名类型")
    infver: Annotated[str, upto(6)] = Field("V1.0", description="接口版本号")
    opter_type: Annotated[str, upto(3)] = Field("1", description="经办人类别：1 经办人，2 自助终端，3 移动终端")
    opter: Annotated[str, upto(30)] = Field("", description="经办人编号")
    opter_name: Annotated[str, upto(50)] = Field("", description="经办人姓名")
    inf_time: Moment = Field(description="交易时间")
    fixmedins_code: InstitutionCode = Field(description="发送机构编号")
    fixmedins_name: Annotated[str, upto(200)] = Field("", description="发送机构名称")
    sign_no: Annotated[str, upto(30)] = Field("", description="签到流水号")
    input: dict[str, Any] = Field(default_factory=dict, description="交易输入")

    @property
    def sent_at(self) -> dt.datetime:
        """The sender's clock.  Raises ValueError for a moment that no calendar has."""
        return dt.datetime.strptime(self.inf_time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)


class Reply(Message):
    """The envelope of a reply.  infcode: 0 done, -1 refused; err_msg then says why, beginning with the code."""

    infcode: int = Field(description="交易状态码：0 成功，-1 失败")
    inf_refmsgid: Annotated[str, upto(30)] = Field(description="接收方报文ID：医保区划(6)+时间(14)+流水号(10)")
    refmsg_time: Annotated[str, upto(17)] = Field(description="接收报文时间，yyyyMMddHHmmssSSS")
    respond_time: Annotated[str, upto(17)] = Field(description="响应报文时间，yyyyMMddHHmmssSSS")
    err_msg: Annotated[str, upto(LONGEST_ERROR)] = Field("", description="错误信息")
    warn_msg: Annotated[str, upto(LONGEST_ERROR)] = Field("", description="提示信息")
    signtype: Annotated[str, upto(10)] = Field("", description="签名类型")
    cainfo: Annotated[str, upto(1024)] = Field("", description="数字签名")
    output: dict[str, Any] = Field(default_factory=dict, description="交易输出")

    @property
    def is_done(self) -> bool:
        return self.infcode == DONE


def moment(at: dt.datetime) -> str:
    """As `inf_time` has it."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def stamp(at: dt.datetime) -> str:
    """As `refmsg_time` has it: to the millisecond, 17 digits."""
    return at.astimezone(CHINA).strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03d}"


KINDS = {
    "missing": "必须填写",
    "string_pattern_mismatch": "格式不对",
    "string_too_long": "过长",
    "string_too_short": "过短",
    "extra_forbidden": "没有这一项",
    "date_from_datetime_parsing": "不是日期",
    "date_parsing": "不是日期",
    "decimal_parsing": "不是金额",
    "decimal_max_places": "最多两位小数",
    "greater_than_equal": "不能为负",
    "too_long": "行数过多",
    "enum": "没有这个代码",
    "literal_error": "没有这个代码",
}


def faults(error: ValidationError, most: int = 3) -> tuple[Reason, ...]:
    """Each fault with the place it stands at; the first few, since an error message holds 200 characters."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        Reason("malformed", f"{'.'.join(map(str, one['loc'])) or '报文'}：{KINDS.get(one['type'], '内容不合规定')}")
        for one in found[:most]
    )
