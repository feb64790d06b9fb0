"""Lists of people: what is wrong with a row, by itself and against the register."""

import datetime as dt
from typing import Any

import pytest

from filings.models import Participation
from filings.people_lists import verbs
from filings.people_lists.words import read_employment, read_hardship, read_name, read_phone, read_scheme
from hospitals.sheets import Unreadable
from tests import factories as make
from tests.filings.people_lists import TODAY, changes, counts, faults, forecast, imported, listed, number
from tests.hospitals.spreadsheets import workbook

NUMBER = number(1)


@pytest.fixture(autouse=True)
def weifang(db: Any) -> None:
    make.AreaFactory(code=make.WEIFANG)


# --- what lists write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (read_scheme, "职工", "employee"),
        (read_scheme, "城镇职工基本医疗保险", "employee"),
        (read_scheme, "城乡居民医保", "resident"),
        (read_scheme, "310", "employee"),
        (read_employment, "在职人员", "active"),
        (read_employment, "退休", "retired"),
        (read_employment, "成年居民", ""),
        (read_hardship, "低保", "minimum_living"),
        (read_hardship, "特困供养人员", "extreme_poverty"),
        (read_hardship, "无", ""),
        (read_hardship, "—", ""),
        (read_name, "王 明", "王明"),
        (read_name, "阿依古丽•买买提", "阿依古丽·买买提"),
        (read_name, "John  Smith", "John  Smith"),
        (read_phone, "139 0000 0000", "13900000000"),
        (read_phone, "0536－8250000", "0536-8250000"),
    ],
)
def test_word_of_a_list_is_understood(read: Any, written: str, meant: str) -> None:
    assert read(written) == meant


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (read_scheme, "工伤保险"),
        (read_scheme, ""),
        (read_employment, "离休"),
        (read_hardship, "困难"),
        (read_name, "王"),
        (read_name, "王小明1"),
        (read_name, "王小明（亡）"),
        (read_phone, "12900000000"),
        (read_phone, "1390000000"),
    ],
)
def test_word_that_no_list_should_have_is_refused(read: Any, written: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        read(written)


# --- rows by themselves ----------------------------------------------------------------------------------------------


def test_good_rows_have_no_faults() -> None:
    heading = (
        "序号,姓名,证件类型,证件号码,性别,出生日期,联系电话,住址,险种,在职状态,单位名称,参保日期,缴费至,连续缴费起,"
        "待遇等待期至,困难群体,是否公务员,社会保障卡号"
    )
    row = (
        f"1,王小明,居民身份证,{NUMBER.lower()},男,1958-05-06,13900000000,潍城区,职工医保,退休,某公司,2010-01-01,"
        "2026-12-31,2010-01-01,2010-06-30,低保,是,G00000001"
    )
    seen = forecast(listed(row, heading=heading))
    assert (seen.plan.faults, seen.table.unknown_headings) == ([], [])


def test_every_fault_of_a_row_is_told_at_once() -> None:
    heading = "姓名,证件号码,险种,在职状态,参保日期,缴费至,联系电话,困难群体,公务员,社保卡号"
    found = faults(listed("王1,370702195001011234,工伤,离休,2010-02-30,去年,12,穷,也许,G-1", heading=heading))
    assert found == [
        (2, "参保日期", "不是有效的日期，应如 2017-03-01"),
        (2, "缴费至", "不是有效的日期，应如 2017-03-01"),
        (2, "姓名", "姓名只能由汉字、字母和间隔号组成"),
        (2, "证件号码", "身份证号码校验码不符，请核对"),
        (2, "联系电话", "不是有效的电话号码"),
        (2, "社保卡号", "社保卡号应为 6 至 20 位字母或数字"),
        (2, "险种", "不认识的险种，应为职工医保或居民医保"),
        (2, "在职状态", "不认识的在职状态，应为在职或退休"),
        (2, "困难群体", "不认识的困难群体，应为特困、低保、返贫致贫、监测帮扶或无"),
        (2, "公务员", "应为是或否"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (",{}", "姓名", "缺少姓名"),
        ("王小明,", "身份证号", "缺少证件号码"),
        ("王小明,12345678", "身份证号", "身份证号码应为18位，现为8位；不是身份证的请写明证件类型"),
        ("王小明,3.70702E+17", "身份证号", "被写成了科学计数，原来的数字已经丢失，请把该列设为文本后重新填写"),
    ],
)
def test_name_and_number_are_wanted(row: str, column: str, text: str) -> None:
    assert faults(listed(row.format(NUMBER), heading="姓名,身份证号")) == [(2, column, text)]


def test_number_that_a_spreadsheet_turned_into_a_number_is_told() -> None:
    data = workbook([["姓名", "身份证号码"], ["王小明", int(NUMBER[:17] + "0")], ["李小明", 12345678]])
    lost = "在表格里存成了数字，超过 15 位的数字已经丢失，请把该列设为文本后重新填写"
    assert faults(data)[0] == (2, "身份证号码", lost)
    assert [row for row, _, _ in faults(data)] == [2, 3]


def test_number_rounded_in_a_csv_is_told_what_happened() -> None:
    rounded = NUMBER[:15] + "000"
    (fault,) = faults(listed(f"王小明,{rounded}", heading="姓名,身份证号"))
    assert "末三位是 000，多半是表格软件把号码当成数字改掉了" in fault[2]


def test_other_documents_are_known_by_type_and_number() -> None:
    heading = "姓名,证件类型,证件号码"
    rows = ["JOHN SMITH,护照,E12345678", "李小明,其他证件,E12345678"]
    assert faults(listed(*rows, heading=heading)) == []
    assert faults(listed("李小明,学生证,E12345678", heading=heading))[0][1] == "证件类型"


def test_person_listed_twice_names_the_other_row() -> None:
    rows = [f"王小明,{NUMBER},G00000001", f"李小明,{number(3)},G00000002", f"王晓明,{NUMBER.lower()},G00000003"]
    assert faults(listed(*rows, heading="姓名,身份证号,社保卡号")) == [(4, "身份证号", "与第 2 行重复")]


def test_person_listed_twice_is_not_compared_with_the_register() -> None:
    heading = "姓名,身份证号,社保卡号"
    imported(f"李小明,{number(3)},G00000002", heading=heading)
    rows = [f"王小明,{NUMBER},G00000001", f"李小明,{NUMBER},G00000002"]
    assert faults(listed(*rows, heading=heading)) == [(3, "身份证号", "与第 2 行重复")]


def test_card_listed_twice_names_the_other_row() -> None:
    rows = [f"王小明,{NUMBER},G00000001", f"李小明,{number(3)},g00000001"]
    assert faults(listed(*rows, heading="姓名,身份证号,社保卡号")) == [(3, "社保卡号", "与第 2 行的社保卡号重复")]


@pytest.mark.parametrize(
    ("heading", "cells", "column", "text"),
    [
        ("性别", "女", "性别", "与身份证号码不符"),
        ("出生日期", "1958-05-07", "出生日期", "与身份证号码不符"),
        ("险种,在职状态,参保日期", "居民,在职,2010-01-01", "在职状态", "居民医保没有在职、退休之分，请留空"),
        ("险种,在职状态,参保日期", "职工,,2010-01-01", "在职状态", "职工医保须填在职或退休"),
        ("险种,参保日期", "职工,2010-01-01", "在职状态", "职工医保须填在职或退休"),
        ("单位,参保日期,险种", "某公司,2010-01-01,", "险种", "缺少险种"),
        ("险种,参保日期", "居民,", "参保日期", "缺少参保日期"),
        ("险种,参保日期", "居民,1958-05-05", "参保日期", "早于出生日期"),
        ("险种,参保日期", "居民,2205-01-01", "参保日期", "日期不合常理，请核对"),
        ("险种,参保日期,终止日期", "居民,2010-01-01,2009-12-31", "终止日期", "早于参保日期"),
        ("险种,参保日期,终止日期", "居民,2010-01-01,9999-12-31", "终止日期", "日期不合常理，请核对；仍在参保的请留空"),
        ("险种,参保日期,等待期至", "居民,2010-01-01,2009-12-31", "等待期至", "早于参保日期"),
        (
            "险种,参保日期,缴费至,连续缴费起",
            "居民,2010-01-01,2020-12-31,2021-01-01",
            "连续缴费起",
            "晚于缴费至的日期",
        ),
    ],
)
def test_contradiction_in_a_row_is_a_fault(heading: str, cells: str, column: str, text: str) -> None:
    assert faults(listed(f"王小明,{NUMBER},{cells}", heading=f"姓名,身份证号,{heading}")) == [(2, column, text)]


def test_resident_by_kind_of_person_has_no_employment() -> None:
    imported(f"王小明,{NUMBER},居民,成年居民,2010-01-01")
    assert Participation.objects.get().employment == ""


def test_file_that_is_no_list_of_people_says_what_is_missing() -> None:
    with pytest.raises(Unreadable, match=r"表中应有“姓名”、“证件号码”一列"):
        verbs.read_list(b"a,b\n1,2")


# --- what only the register can tell ---------------------------------------------------------------------------------


def test_period_that_overlaps_another_is_a_fault_that_names_it() -> None:
    imported(f"王小明,{NUMBER},职工,退休,2010-01-01")
    (fault,) = faults(listed(f"王小明,{NUMBER},居民,,2020-01-01"))
    assert fault == (
        2,
        "参保日期",
        "与已登记的参保关系重叠：职工医保，2010-01-01 起；换了险种的请先终止原参保关系",
    )


def test_period_after_one_that_ended_is_added() -> None:
    imported(f"王小明,{NUMBER},职工,退休,2010-01-01")
    Participation.objects.update(ends_on=dt.date(2019, 12, 31))
    found = imported(f"王小明,{NUMBER},居民,,2020-01-01")
    assert counts(found) == {"changed": 1}
    assert list(Participation.objects.order_by("starts_on").values_list("scheme", flat=True)) == [
        "employee",
        "resident",
    ]


def test_period_lengthened_into_the_next_is_a_fault() -> None:
    person = make.ParticipationFactory(ends_on=dt.date(2015, 12, 31)).person
    make.ParticipationFactory(person=person, starts_on=dt.date(2016, 1, 1))
    row = f"{person.name},{person.id_number},2010-01-01,2016-01-01"
    ((_, column, text),) = faults(listed(row, heading="姓名,身份证号,参保日期,终止日期"))
    assert (column, text.split("；")[0]) == ("参保日期", "与已登记的参保关系重叠：职工医保，2016-01-01 起")


def test_row_without_first_day_means_the_period_in_force() -> None:
    person = make.ParticipationFactory(ends_on=dt.date(2015, 12, 31)).person
    now = make.ParticipationFactory(person=person, starts_on=dt.date(2016, 1, 1))
    found = imported(f"{person.name},{person.id_number},2026-12-31", heading="姓名,身份证号,缴费至")
    assert changes(found) == {"contributions_paid_through": ["", "2026-12-31"]}
    now.refresh_from_db()
    assert now.contributions_paid_through == dt.date(2026, 12, 31)


def test_row_without_first_day_and_nothing_in_force_is_a_fault() -> None:
    person = make.ParticipationFactory(ends_on=dt.date(2015, 12, 31), scheme="resident").person
    row = f"{person.name},{person.id_number},居民,2026-12-31"
    assert faults(listed(row, heading="姓名,身份证号,险种,缴费至")) == [
        (2, "参保日期", "缺少参保日期，而此人目前没有有效的参保关系")
    ]


def test_card_of_somebody_else_is_a_fault_that_names_them_masked() -> None:
    card = make.CardFactory()
    (fault,) = faults(listed(f"李小明,{NUMBER},{card.number}", heading="姓名,身份证号,社保卡号"))
    assert fault == (2, "社保卡号", f"此卡号已登记在{card.person.name}（{card.person.masked_id_number}）名下")
    assert card.person.id_number not in fault[2]


def test_card_of_another_area_is_nobody_else_s_here() -> None:
    card = make.CardFactory(person__area__code=make.TIELING)
    assert faults(listed(f"李小明,{NUMBER},{card.number}", heading="姓名,身份证号,社保卡号")) == []


def test_old_card_is_a_fault() -> None:
    card = make.CardFactory(status="replaced")
    row = f"{card.person.name},{card.person.id_number},{card.number}"
    assert faults(listed(row, heading="姓名,身份证号,社保卡号")) == [(2, "社保卡号", "此卡是该参保人换发前的旧卡")]


def test_faulty_number_is_not_compared_with_the_register() -> None:
    assert [column for _, column, _ in faults(listed("王小明,1,,,"))] == ["身份证号"]


def test_day_of_the_preview_decides_what_is_in_force() -> None:
    person = make.ParticipationFactory(starts_on=TODAY + dt.timedelta(1)).person
    row = f"{person.name},{person.id_number},2026-12-31"
    assert [text for _, _, text in faults(listed(row, heading="姓名,身份证号,缴费至"))] == [
        "缺少参保日期，而此人目前没有有效的参保关系"
    ]
