"""3201 and 3202: a day's settlements, by totals and one by one."""

from typing import Annotated

from pydantic import Field

from filings.platform.envelope import upto
from filings.platform.transactions.fields import NIL, Answer, Body, Day, Money, NetMoney, StayNumber, Text100

MOST_ROWS = 5_000


class Totals(Body):
    insutype: Annotated[str, upto(6)] = Field(default="", description="险种；空为全部")
    clr_type: Annotated[str, upto(30)] = Field(default="", description="清算类别；空为全部")
    setl_optins: Annotated[str, upto(20)] = Field(default="", description="结算经办机构")
    stmt_begndate: Day = Field(description="对账开始日期")
    stmt_enddate: Day = Field(description="对账结束日期")
    medfee_sumamt: NetMoney = Field(description="医疗费总额，冲正为减")
    fund_pay_sumamt: NetMoney = Field(description="基金支付总额，冲正为减")
    acct_pay: NetMoney = Field(default=NIL, description="个人账户支付金额，冲正为减")
    fixmedins_setl_cnt: int = Field(ge=0, le=10_000_000, description="结算笔数")


class TotalsInput(Body):
    data: Totals


class TotalsResult(Answer):
    stmt_rslt: str = Field(description="对账结果：0 平，1 不平")
    stmt_rslt_dscr: str = Field(description="对账结果说明")
    medfee_sumamt: str = Field(description="门户：医疗费总额")
    fund_pay_sumamt: str = Field(description="门户：基金支付总额")
    setl_cnt: int = Field(description="门户：结算笔数")


class TotalsOutput(Answer):
    stmtinfo: TotalsResult


class DetailRow(Body):
    setl_id: StayNumber = Field(description="结算ID")
    mdtrt_id: StayNumber | None = Field(default=None, description="就诊ID")
    refd_setl_flag: Annotated[str, Field(pattern="^[01]$")] = Field(default="0", description="退费结算标志")
    medfee_sumamt: Money = Field(description="医疗费总额")
    fund_pay_sumamt: Money = Field(description="基金支付总额")
    acct_pay: Money = Field(default=NIL, description="个人账户支付金额")
    memo: Text100 = Field(default="", description="备注")


class Details(Totals):
    rows: list[DetailRow] = Field(max_length=MOST_ROWS, description="明细（仿真：公开接口以文件传送）")


class DetailsInput(Body):
    data: Details


class DetailResult(Answer):
    setl_id: str = Field(description="结算ID")
    mdtrt_id: str = Field(default="", description="就诊ID")
    refd_setl_flag: str = Field(default="0", description="退费结算标志")
    stmt_rslt: str = Field(description="对账结果：equal 一致，ours 仅门户有，theirs 仅平台有，different 金额不同")
    medfee_sumamt: str = Field(default="", description="门户：医疗费总额")
    fund_pay_sumamt: str = Field(default="", description="门户：基金支付总额")
    memo: str = Field(default="", description="说明")


class DetailsOutput(Answer):
    stmt_rslt: str = Field(description="对账结果：0 平，1 不平")
    rows: list[DetailResult] = Field(description="不一致的明细")
