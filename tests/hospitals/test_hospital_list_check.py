"""Hospital lists: the words they use, and everything wrong in a row told at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospitals.hospital_lists.words import match_key, read_level, read_services, services_text
from hospitals.models import Hospital
from hospitals.vocabulary import Level, ListStrategy, Scope, Service
from tests.hospitals.lists import DONGYING, YANTAI, faults, forecast, listed, prepare


@pytest.fixture(autouse=True)
def directory(db):
    prepare(DONGYING, YANTAI)


@pytest.mark.parametrize(
    ("text", "level", "plain"),
    [
        ("三级甲等", "3A", "三级甲等"),
        ("三甲", "3A", "三级甲等"),
        ("三级（甲）", "3A", "三级甲等"),
        ("三级(乙)等", "3B", "三级乙等"),
        ("三级", "3", "三级"),
        ("三级丙等", "3", "三级丙等"),
        ("三级特等", "3", "三级特等"),
        ("3级", "3", "三级"),
        ("Ⅲ级甲等", "3A", "三级甲等"),
        ("三级甲等综合医院", "3A", "三级甲等"),
        ("三级甲等中医医院", "3A", "三级甲等"),
        ("二级甲等", "2", "二级甲等"),
        ("二 级", "2", "二级"),
        ("一级", "1", "一级"),
        ("乡镇卫生院", "township", "乡镇卫生院"),
        ("卫生院", "township", "乡镇卫生院"),
        ("02", "3A", "三级甲等"),
        ("03", "3B", "三级乙等"),
        ("05", "2", "二级甲等"),
        ("10", "1", "一级丙等"),
        ("11", "", "无等级"),
        ("未定级", "", "无等级"),
        ("3A", "3A", "三级甲等"),
        ("３ｂ", "3B", "三级乙等"),
    ],
)
def test_level_is_known_however_it_is_written(text, level, plain):
    read = read_level(text)
    assert (read.level, read.text) == (level, plain)


@pytest.mark.parametrize("text", ["四级", "三", "甲等", "三级丁等", "12", "00", "1", "2", "级", "三甲三乙", "A"])
def test_unknown_level_is_a_fault(text):
    with pytest.raises(ValueError, match=r"级别|国家编码"):
        read_level(text)


def test_every_level_reads_back_from_its_own_label():
    assert [read_level(level.label).level for level in Level] == list(Level)


@pytest.mark.parametrize(
    ("text", "scope", "pairs"),
    [
        ("住院", "", {("inpatient", "cross_province")}),
        ("住院、普通门诊", "省内", {("inpatient", "in_province"), ("outpatient", "in_province")}),
        (
            "住院/门诊慢特病",
            "跨省、省内",
            {(s, p) for s in ("inpatient", "chronic") for p in ("in_province", "cross_province")},
        ),
        ("跨省住院，省内门诊", "", {("inpatient", "cross_province"), ("outpatient", "in_province")}),
        ("住院费用跨省直接结算", "", {("inpatient", "cross_province")}),
        ("门慢特", "跨省", {("chronic", "cross_province")}),
    ],
)
def test_services_are_known_however_they_are_written(text, scope, pairs):
    assert read_services(text, scope, Scope.CROSS_PROVINCE) == pairs


@given(st.sets(st.sampled_from([(service, scope) for service in Service for scope in Scope]), min_size=1))
def test_any_services_read_back_from_what_is_printed(pairs):
    assert read_services(services_text(pairs), "", Scope.CROSS_PROVINCE) == pairs


@pytest.mark.parametrize(("text", "scope"), [("住院、体检", ""), ("无", ""), ("住院", "全球")])
def test_unknown_service_is_a_fault(text, scope):
    with pytest.raises(ValueError, match="不认识的"):
        read_services(text, scope, Scope.CROSS_PROVINCE)


def test_names_are_the_same_but_for_blanks_and_width():
    assert match_key("解放军 第１０７医院（本部）") == match_key("解放军第107医院(本部)")
    assert match_key("烟台山医院") != match_key("烟台山医 院区")


FULL = "序号,医院名称,医保编码,级别,县区,地址,开通业务,开通范围,开通日期"


@pytest.mark.parametrize(
    ("row", "column", "value", "text"),
    [
        (",,H37052300009,,,,,,", "医院名称", "", "缺少医院名称"),
        (",甲医院,,四级,,,,,", "级别", "四级", "不认识的医院级别"),
        (",甲医院,H3705230000,,,,,,", "医保编码", "H3705230000", "应为 12 位"),
        (",甲医院,X37052300001,,,,,,", "医保编码", "X37052300001", "应为 12 位"),
        (",甲医院,H37060200001,,,,,,", "医保编码", "H37060200001", "编码中的区划 370602 不属于东营市"),
        (",甲医院,H11050200001,,,,,,", "医保编码", "H11050200001", "编码中的区划 110502 不属于东营市"),
        (",甲医院,3.70523E+11,,,,,,", "医保编码", "3.70523E+11", "科学计数"),
        (",甲医院,,,芝罘区,,,,", "县区", "芝罘区", "东营市没有这个县（市、区）"),
        (",甲医院,,,,,体检,,", "开通业务", "体检", "不认识的业务“体检”"),
        (",甲医院,,,,,住院,全球,", "开通业务", "住院", "不认识的开通范围“全球”"),
        (",甲医院,,,,,,,2017-03-01", "开通日期", "2017-03-01", "没有写明开通的是哪项业务"),
        (",甲医院,,,,,住院,,2017年3月", "开通日期", "2017年3月", "不是有效的日期"),
        ("," + "长" * 101 + ",,,,,,,", "医院名称", "长" * 101, "超过 100 个字"),
        (",甲\x07医院,,,,,,,", "医院名称", "甲\x07医院", "控制字符"),
    ],
)
def test_faulty_row_is_told_with_row_column_value_and_cause(row, column, value, text):
    (fault,) = faults(listed(",乙医院,,,,,,,", row, heading=FULL))
    assert fault[:3] == (3, column, value)
    assert text in fault[3]


def test_all_faults_of_all_rows_are_told_at_once():
    data = listed(",甲医院,H1,四级,芝罘区,,,,", ",乙医院,,二级,,,,,", ",,,五级,,,,,", heading=FULL)
    assert [(row, column) for row, column, _, _ in faults(data)] == [
        (2, "医保编码"),
        (2, "级别"),
        (2, "县区"),
        (4, "医院名称"),
        (4, "级别"),
    ]


def test_duplicates_name_the_other_row():
    data = listed(
        "甲医院,H37052300001", "甲 医院,", "乙医院,H37052300001", "甲医院,H37052300001", heading="医院名称,医保编码"
    )
    assert faults(data) == [
        (3, "医院名称", "甲 医院", "与第 2 行重复"),
        (4, "医保编码", "H37052300001", "与第 2 行的编码重复"),
        (5, "医院名称", "甲医院", "与第 2 行重复"),
    ]


@pytest.mark.parametrize("code", ["H37052300001", "P37050000001", "H37057100001", "H37990000001", "H37000000001"])
def test_codes_of_the_city_its_counties_zones_and_the_province_are_good(code):
    assert not faults(listed(f"甲医院,{code}", heading="医院名称,医保编码"))


def test_code_of_a_hospital_elsewhere_is_a_fault_naming_it():
    Hospital.objects.filter(name="烟台山医院").update(code="H37990000001")
    ((row, column, _, text),) = faults(listed("甲医院,H37990000001", heading="医院名称,医保编码"))
    assert (row, column, text) == (2, "医保编码", "编码已属于烟台市的烟台山医院")


def test_name_and_code_that_belong_to_two_hospitals_are_a_fault():
    Hospital.objects.filter(name="广饶县人民医院").update(code="H37052300001")
    Hospital.objects.filter(name="广饶县中医院").update(code="H37052300002")
    heading = "医院名称,医保编码"
    assert "另有一家医院已用此名称" in faults(listed("广饶县中医院,H37052300001", heading=heading))[0][3]
    assert "名录中同名医院的编码是 H37052300002" in faults(listed("广饶县中医院,H37052300003", heading=heading))[0][3]


def test_two_rows_for_one_known_hospital_are_a_fault():
    Hospital.objects.filter(name="广饶县人民医院").update(code="H37052300001")
    data = listed("广饶县人民医院,", "广饶县总医院,H37052300001", heading="医院名称,医保编码")
    assert [fault[0] for fault in faults(data)] == [3]
    assert "与第 2 行同为名录中的广饶县人民医院" in faults(data)[0][3]


@pytest.mark.parametrize(
    ("row", "county"),
    [
        ("甲医院,东营市广饶县孙武路,", "370523"),
        ("甲医院,山东省广饶县花苑路,", "370523"),
        ("甲医院,山东省东营市利津县,", "370522"),
        ("甲医院,孙武路（广饶县城）,", None),
        ("广饶县第三医院,,", "370523"),
        ("东营市第三医院,,", None),
        ("东营广饶医院,,", None),
        ("甲医院,,H37052200001", "370522"),
        ("甲医院,,H37050000001", None),
        ("广饶县第三医院,东营市利津县,H37050500001", "370522"),
    ],
)
def test_county_of_a_new_hospital_is_taken_only_where_the_list_says_it(row, county):
    plan = forecast(listed(row, heading="医院名称,地址,医保编码"), strategy=ListStrategy.ADD).plan
    assert [step.final.county for step in plan.steps] == [county]


@pytest.mark.parametrize(
    ("text", "county"),
    [("广饶县", "370523"), ("广饶", "370523"), ("东营市广饶县", "370523"), ("市直", None), ("", None)],
)
def test_county_column_is_known_in_full_and_in_short(text, county):
    (step,) = forecast(listed(f"甲医院,{text}", heading="医院名称,县市区"), strategy=ListStrategy.ADD).plan.steps
    assert (step.entry.county, step.entry.row.faults) == (county, [])
