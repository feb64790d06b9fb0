"""The columns of a list of inbound settlements and the headings they go by.  Plain Python."""

from hospitals.sheets import Column, Kind

AMOUNT_COLUMNS = (
    Column("medfee_sumamt", "医疗费总额", ("总费用", "医疗总费用", "费用总额", "medfee_sumamt"), required=True),
    Column("fulamt_ownpay_amt", "全自费", ("全自费金额", "自费金额", "fulamt_ownpay_amt")),
    Column("overlmt_selfpay", "超限价自费", ("超限价金额", "overlmt_selfpay")),
    Column("preselfpay_amt", "先行自付", ("先行自付金额", "preselfpay_amt")),
    Column("inscp_scp_amt", "符合政策范围费用", ("政策范围内费用", "符合范围金额", "inscp_scp_amt")),
    Column("act_pay_dedc", "起付标准", ("起付线", "实际支付起付线", "act_pay_dedc")),
    Column("hifp_pay", "统筹基金支付", ("统筹支付", "基本医保统筹", "hifp_pay")),
    Column("cvlserv_pay", "公务员医疗补助", ("公务员补助", "cvlserv_pay")),
    Column("hifes_pay", "企业补充医疗保险", ("企业补充", "hifes_pay")),
    Column("hifmi_pay", "居民大病保险", ("大病保险", "居民大病", "hifmi_pay")),
    Column("hifob_pay", "职工大额补助", ("大额补助", "职工大额", "hifob_pay")),
    Column("maf_pay", "医疗救助", ("救助支付", "maf_pay")),
    Column("oth_pay", "其他基金支付", ("其他支付", "oth_pay")),
    Column("fund_pay_sumamt", "基金支付总额", ("基金支付", "基金支付合计", "fund_pay_sumamt"), required=True),
    Column("hosp_part_amt", "医院负担", ("医院负担金额", "hosp_part_amt")),
    Column("psn_part_amt", "个人负担", ("个人负担总额", "个人支付", "psn_part_amt"), required=True),
    Column("acct_pay", "个人账户支付", ("个人账户", "账户支付", "acct_pay")),
)
COLUMNS = (
    Column("serial", "序号", ("编号", "行号"), serial=True),
    Column("mdtrt_id", "就诊ID", ("就诊编号", "就诊流水号", "mdtrt_id"), kind=Kind.CODE, required=True, max_length=30),
    Column("setl_id", "结算ID", ("结算编号", "结算流水号", "setl_id"), kind=Kind.CODE, required=True, max_length=30),
    Column(
        "reversed_setl_id", "原结算ID", ("冲正结算ID", "被冲正结算ID", "init_setl_id"), kind=Kind.CODE, max_length=30
    ),
    Column("hospital_code", "医院编码", ("医保编码", "机构编码", "定点医药机构编号", "fixmedins_code"), kind=Kind.CODE),
    Column("hospital", "医院", ("医院名称", "医疗机构名称", "机构名称", "定点医药机构名称", "fixmedins_name")),
    Column("insured_area", "参保地", ("参保统筹区", "参保地区划", "参保地医保区划", "insuplc_admdvs"), required=True),
    Column("name", "姓名", ("人员姓名", "患者姓名", "psn_name"), required=True, max_length=50),
    Column("id_type", "证件类型", ("psn_cert_type",)),
    Column("id_number", "证件号码", ("身份证号", "身份证号码", "certno"), kind=Kind.CODE, required=True),
    Column("scheme", "险种", ("险种类型", "医保类型", "insutype"), required=True),
    Column("service", "医疗类别", ("就医类别", "服务", "med_type"), required=True),
    Column("category", "备案类别", ("异地备案类型", "人员类别", "out_fil_type")),
    Column("admitted_on", "入院日期", ("就诊日期", "开始日期", "begndate"), kind=Kind.DATE, required=True),
    Column("discharged_on", "出院日期", ("结束日期", "enddate"), kind=Kind.DATE),
    Column("settled_on", "结算日期", ("结算时间", "setl_time"), kind=Kind.DATE, required=True),
    *AMOUNT_COLUMNS,
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
