"""The columns of a file of results and the headings they go by."""

from hospitals.sheets import Column, Kind

COLUMNS = (
    Column("serial", "序号", ("行号",), serial=True),
    Column("number", "付款编号", ("付款号", "业务编号", "客户流水号", "企业流水号"), kind=Kind.CODE, required=True),
    Column("name", "收款人", ("收款人名称", "收款户名", "户名", "账户名称", "姓名", "参保人")),
    Column("account", "银行账号", ("账号", "收款账号", "收款人账号", "银行卡号", "卡号"), kind=Kind.CODE),
    Column("amount", "金额", ("支付金额", "付款金额", "交易金额", "补偿金额", "赔付金额")),
    Column("outcome", "结果", ("支付结果", "付款结果", "处理结果", "交易结果", "交易状态", "付款状态"), required=True),
    Column("failure", "失败原因", ("原因", "失败说明", "结果说明", "不予补偿原因"), max_length=300),
    Column("reference", "银行流水号", ("流水号", "交易流水号", "银行交易号"), max_length=60),
    Column(
        "paid_on", "支付日期", ("付款日期", "拨付日期", "交易日期", "记账日期", "补偿日期", "赔付日期"), kind=Kind.DATE
    ),
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
