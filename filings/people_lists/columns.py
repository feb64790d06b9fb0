"""The columns of a list of people and the headings they go by."""

from hospitals.sheets import Column, Kind

COLUMNS = (
    Column("serial", "序号", ("编号", "No", "顺序号"), serial=True),
    Column("name", "姓名", ("参保人姓名", "参保人", "参保人员姓名", "人员姓名", "职工姓名"), required=True),
    Column("id_type", "证件类型", ("证件种类", "身份证件类型", "证件类别")),
    Column(
        "id_number",
        "证件号码",
        (
            "身份证号",
            "身份证号码",
            "身份证",
            "证件号",
            "身份证件号码",
            "居民身份证号",
            "居民身份证号码",
            "公民身份号码",
            "公民身份证号码",
        ),
        kind=Kind.CODE,
        required=True,
        max_length=40,
    ),
    Column("sex", "性别"),
    Column("birth_date", "出生日期", ("出生年月日", "生日"), kind=Kind.DATE),
    Column(
        "phone",
        "联系电话",
        ("手机", "手机号", "手机号码", "电话", "电话号码", "联系方式", "移动电话", "本人电话", "联系手机"),
        max_length=20,
    ),
    Column("address", "住址", ("地址", "家庭住址", "家庭地址", "居住地址", "现住址", "联系地址", "通讯地址")),
    Column("scheme", "险种", ("险种类型", "险种名称", "参保险种", "医保类型", "医保险种", "参保类型")),
    Column("employment", "在职状态", ("人员类别", "参保人员类别", "人员状态", "在职退休", "医疗人员类别")),
    Column("employer", "单位", ("单位名称", "参保单位", "参保单位名称", "用人单位", "工作单位"), max_length=100),
    Column("starts_on", "参保日期", ("参保时间", "参保开始日期", "参保起始日期", "参保起始时间"), kind=Kind.DATE),
    Column("ends_on", "终止日期", ("参保终止日期", "停保日期", "终止参保日期", "参保结束日期"), kind=Kind.DATE),
    Column(
        "contributions_paid_through",
        "缴费至",
        ("已缴费至", "缴至", "缴费截至", "缴费截止", "缴费截止日期", "缴费终止日期"),
        kind=Kind.DATE,
    ),
    Column(
        "continuous_since",
        "连续缴费起",
        ("连续缴费开始日期", "连续缴费起始日期", "连续缴费起始", "连续参保起", "连续参保开始日期"),
        kind=Kind.DATE,
    ),
    Column(
        "waiting_until",
        "待遇等待期至",
        ("等待期至", "等待期截止", "等待期截止日期", "待遇等待期截止", "待遇等待期截止日期"),
        kind=Kind.DATE,
    ),
    Column("hardship", "困难群体", ("困难类别", "困难人员类别", "困难身份", "救助类别", "救助对象类别", "特殊群体")),
    Column(
        "is_civil_servant",
        "公务员",
        ("是否公务员", "公务员补助", "享受公务员补助", "是否享受公务员补助", "公务员医疗补助"),
    ),
    Column(
        "card",
        "社保卡号",
        ("社会保障卡号", "社会保障卡卡号", "社保卡卡号", "社保卡号码", "社会保障卡号码", "医保卡号", "卡号"),
        kind=Kind.CODE,
        max_length=20,
    ),
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
