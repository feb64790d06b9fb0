"""The columns of the platform's file of details (3202) and the headings they go by."""

from hospitals.sheets import Column, Kind

COLUMNS = (
    Column("serial", "序号", ("行号",), serial=True),
    Column("psn_no", "人员编号", ("psn_no",), kind=Kind.CODE, max_length=40),
    Column("mdtrt_id", "就诊编号", ("mdtrt_id", "就诊ID", "就诊号"), kind=Kind.CODE, max_length=40),
    Column(
        "setl_id",
        "结算编号",
        ("setl_id", "结算ID", "结算号", "结算流水号"),
        kind=Kind.CODE,
        required=True,
        max_length=40,
    ),
    Column("msgid", "报文编号", ("msgid", "发送方报文ID", "报文ID"), kind=Kind.CODE, max_length=40),
    Column("refd_setl_flag", "退费标志", ("refd_setl_flag", "退费结算标志")),
    Column("medfee_sumamt", "医疗费总额", ("medfee_sumamt", "总费用", "医疗总费用"), required=True),
    Column("fund_pay_sumamt", "基金支付总额", ("fund_pay_sumamt", "基金支付", "基金支付金额"), required=True),
    Column("acct_pay", "个人账户支出", ("acct_pay", "个人账户支付", "账户支付", "个人账户")),
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
