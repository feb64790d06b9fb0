"""The columns of a hospital list and the headings they go by."""

from hospitals.sheets import Column, Kind

COLUMNS = (
    Column("serial", "序号", ("编号", "No", "顺序号"), serial=True),
    Column(
        "name",
        "医院名称",
        (
            "医疗机构名称",
            "机构名称",
            "定点医疗机构名称",
            "定点医药机构名称",
            "定点医院名称",
            "定点机构名称",
            "医院",
            "医疗机构",
            "定点医疗机构",
            "定点医院",
            "单位名称",
            "名称",
        ),
        required=True,
        max_length=100,
    ),
    Column(
        "code",
        "医保编码",
        (
            "机构编码",
            "医院编码",
            "医疗机构编码",
            "定点医疗机构编码",
            "定点医药机构编码",
            "医保机构编码",
            "医疗机构医保编码",
            "国家医保编码",
            "国家编码",
            "医保代码",
            "机构代码",
            "医疗机构代码",
            "定点医药机构代码",
            "编码",
        ),
        kind=Kind.CODE,
    ),
    Column(
        "level",
        "级别",
        ("医院等级", "医院级别", "等级", "机构等级", "机构级别", "医疗机构等级", "医疗机构级别", "级别等级", "等次"),
        max_length=20,
    ),
    Column(
        "county", "县区", ("区县", "县市区", "县区市", "市县区", "所属县区", "所属区县", "所在县区", "所在区县", "区划")
    ),
    Column("address", "地址", ("医院地址", "机构地址", "医疗机构地址", "详细地址", "单位地址", "联系地址", "地点")),
    Column("phone", "电话", ("联系电话", "咨询电话", "医院电话", "联系方式", "办公电话", "医保办电话"), max_length=60),
    Column(
        "services", "开通业务", ("业务类型", "开通业务类型", "开通服务", "开通类型", "联网业务", "结算业务", "结算类型")
    ),
    Column("scope", "开通范围", ("联网范围", "结算范围", "异地范围", "范围")),
    Column("opened_on", "开通日期", ("开通时间", "联网日期", "联网时间", "上线日期", "上线时间"), kind=Kind.DATE),
    Column("batch", "批次", ("开通批次", "联网批次"), max_length=40),
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
