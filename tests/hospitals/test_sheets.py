"""Reading lists: what a person may keep them in, and what somebody may send instead."""

import contextlib
import datetime as dt
import io

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from hospitals.sheets import Unreadable, read_table
from hospitals.sheets.cells import as_day, as_text
from hospitals.sheets.table import column_letters
from tests.hospitals.spreadsheets import COLUMNS, LIST, comma, old_workbook, workbook


def names(table):
    return [row.values["name"] for row in table.rows]


def faults(table):
    return [(fault.row, fault.column, fault.value, fault.text) for row in table.rows for fault in row.faults]


def unreadable(data):
    with pytest.raises(Unreadable) as caught:
        read_table(data, COLUMNS)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        workbook(LIST),
        old_workbook(LIST),
        comma(LIST).encode(),
        comma(LIST).encode("utf-8-sig"),
        comma(LIST).encode("gb18030"),
        comma(LIST, "\t").encode(),
        comma(LIST, "\t").encode("utf-16"),
        comma(LIST, ";").encode("gb18030"),
        comma(LIST).replace("\r\n", "\n").encode(),
        comma(LIST).rstrip("\r\n").encode(),
    ],
    ids=["xlsx", "xls", "utf-8", "bom", "gb18030", "tab", "utf-16", "semicolon", "unix", "no last newline"],
)
def test_every_kind_of_file_gives_the_same_rows(data):
    table = read_table(data, COLUMNS)
    assert [(row.number, row.values) for row in table.rows] == [
        (2, {"serial": "1", "name": "烟台山医院", "address": "解放路"}),
        (3, {"serial": "2", "name": "海港医院", "address": "幸福路"}),
    ]
    assert table.headings == {"serial": "序号", "name": "医院名称", "address": "地址"}
    assert not faults(table)


def test_header_is_found_under_titles_and_merged_cells():
    rows = [["联网医院名单", None, None], ["2018年6月", None, None], [], *LIST]
    table = read_table(workbook(rows, merged=["A1:C1", "A2:C2"]), COLUMNS)
    assert [row.number for row in table.rows] == [5, 6]
    assert names(table) == ["烟台山医院", "海港医院"]


@pytest.mark.parametrize(
    "heading",
    ["医 院 名 称", "医院\n名称", " *医院名称：", "医院名称（全称）", "机构名称", "医疗机构名称", "【医院名称】"],
)
def test_heading_is_known_however_it_is_set(heading):
    table = read_table(workbook([["序号", heading], [1, "海港医院"]]), COLUMNS)
    assert names(table) == ["海港医院"]


def test_heading_split_over_two_rows_is_read_from_the_lower():
    rows = [["序号", "医院名称", "联系方式", None], [None, None, "地址", "电话"], [1, "海港医院", "幸福路", "6241"]]
    for merged in ([], ["A1:A2", "B1:B2", "C1:D1"]):
        (row,) = read_table(workbook(rows, merged=merged), COLUMNS).rows
        assert row.values == {"serial": "1", "name": "海港医院", "address": "幸福路", "phone": "6241"}
        assert row.number == 3


def test_columns_side_by_side_are_read_down_one_group_then_the_next():
    rows = [["序号", "医院名称", "序号", "医院名称"], [1, "甲", 3, "丙"], [2, "乙", 4, "丁"], [None, None, 5, "戊"]]
    table = read_table(workbook(rows), COLUMNS)
    assert [(row.number, row.values["serial"], row.values["name"]) for row in table.rows] == [
        (2, "1", "甲"),
        (3, "2", "乙"),
        (2, "3", "丙"),
        (3, "4", "丁"),
        (4, "5", "戊"),
    ]


def test_fault_names_the_cell_of_its_own_group():
    rows = [["医院名称", "开通日期", None, "医院名称", "开通日期"], ["甲", "2017-03-01", None, "乙", "去年"]]
    table = read_table(workbook(rows), COLUMNS)
    (fault,) = table.rows[1].faults
    assert (fault.row, fault.cell, fault.value) == (2, "E2", "去年")


def test_two_different_headings_for_one_column_are_ambiguous():
    assert "“机构名称”和“医院名称”" in unreadable(workbook([["机构名称", "医院名称"], ["甲", "乙"]]))


def test_county_merged_downwards_counts_for_each_row():
    rows = [["县区", "医院名称"], ["广饶县", "甲"], [None, "乙"], ["利津县", "丙"]]
    table = read_table(workbook(rows, merged=["A2:A3"]), COLUMNS)
    assert [(row.values["county"], row.values["name"]) for row in table.rows] == [
        ("广饶县", "甲"),
        ("广饶县", "乙"),
        ("利津县", "丙"),
    ]


def test_notes_captions_and_repeated_headers_are_left_out_and_told():
    rows = [
        ["序号", "医院名称", "地址"],
        ["一、三级医院"],
        [1, "甲", "一路"],
        ["序号", "医院名称", "地址"],
        [2, "乙", "二路"],
        [3],
        [],
        ["注：以上医院已开通住院。"],
        [None, "合计：2家"],
    ]
    table = read_table(workbook(rows, merged=["A2:C2"]), COLUMNS)
    assert [(row.number, row.values["name"]) for row in table.rows] == [(3, "甲"), (5, "乙")]
    assert [(entry.row, entry.text) for entry in table.skipped] == [
        (2, "一、三级医院"),
        (8, "注：以上医院已开通住院。"),
        (9, "合计：2家"),
    ]


def test_row_without_a_name_is_data_not_a_note():
    table = read_table(workbook([["序号", "医院名称", "地址"], [1, None, "一路"]]), COLUMNS)
    assert names(table) == [""]


def test_every_visible_sheet_with_a_header_is_read():
    book = openpyxl.load_workbook(io.BytesIO(workbook(LIST, [["说明"]], [["医院名称"], ["丙"]])))
    hidden = book.create_sheet("旧")
    hidden.append(["医院名称"])
    hidden.append(["丁"])
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    table = read_table(buffer.getvalue(), COLUMNS)
    assert [(row.sheet, row.number, row.values["name"]) for row in table.rows] == [
        ("名单", 2, "烟台山医院"),
        ("名单", 3, "海港医院"),
        ("名单3", 2, "丙"),
    ]
    assert [(entry.sheet, entry.text) for entry in table.skipped] == [
        ("名单2", "没有找到表头，未读取"),
        ("旧", "隐藏的工作表，未读取"),
    ]


def test_unknown_columns_are_told():
    table = read_table(workbook([["医院名称", "院长"], ["甲", "王"]]), COLUMNS)
    assert table.unknown_headings == ["院长"]


@pytest.mark.parametrize(
    ("cell", "text", "cause"),
    [
        (37050200001, "37050200001", "开头的字母或零已经丢失"),
        (370502199001011234, "370502199001011000", "超过 15 位的数字已经丢失"),
        ("3.70502E+10", "3.70502E+10", "科学计数"),
        ("ｈ３7050200001 ", "H37050200001", None),
    ],
)
def test_code_kept_as_a_number_is_a_fault_with_its_cause(cell, text, cause):
    table = read_table(workbook([["医院名称", "医保编码"], ["甲", cell]]), COLUMNS)
    assert table.rows[0].values["code"] == text
    if cause is None:
        assert not faults(table)
    else:
        ((row, column, value, told),) = faults(table)
        assert (row, column, value) == (2, "医保编码", text)
        assert cause in told


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2017, 3, 1),
        dt.datetime(2017, 3, 1),  # noqa: DTZ001
        "2017-3-1",
        "2017/03/01",
        "2017年3月1日",
        "2017.3.1",
        "２０１７－３－１",
        20170301,
        "2017/3/1 0:00",
    ],
)
def test_day_is_read_however_it_is_written(cell):
    table = read_table(workbook([["医院名称", "开通日期"], ["甲", cell]]), COLUMNS)
    assert table.rows[0].values["opened_on"] == "2017-03-01"
    assert not faults(table)


@pytest.mark.parametrize(
    "cell", ["2017-02-29", "2017年3月", "42795", 42795, "去年", "01/03/2017", "2017-13-01", "0000-01-01"]
)
def test_bad_day_is_a_fault(cell):
    table = read_table(workbook([["医院名称", "开通日期"], ["甲", cell]]), COLUMNS)
    assert [fault[:2] for fault in faults(table)] == [(2, "开通日期")]


def test_text_that_looks_like_a_formula_stays_text():
    table = read_table(comma([["医院名称"], ["=cmd|' /C calc'!A0"]]).encode(), COLUMNS)
    assert names(table) == ["=cmd|' /C calc'!A0"]


def test_formula_is_read_as_its_value():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["医院名称", "电话"])
        sheet.write(1, 0, "甲")
        sheet.write_formula(1, 1, "=6000+241", value=6241)
    assert read_table(buffer.getvalue(), COLUMNS).rows[0].values["phone"] == "6241"


@pytest.mark.parametrize("cell", ["海港\x07医院", "海港\u202e医院", "长" * 101])
def test_control_characters_and_overlong_text_are_faults(cell):
    table = read_table(comma([["医院名称"], [cell]]).encode(), COLUMNS)
    assert [fault[:3] for fault in faults(table)] == [(2, "医院名称", cell)]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"),
        (0.75, "0.75"),
        (True, "TRUE"),
        ("  海港\n医院 ", "海港医院"),
        ("A\nB", "A B"),
        ("\u3000海港\u200b医院\xa0", "海港医院"),
        (6378656, "6378656"),
    ],
)
def test_as_text(cell, text):
    assert as_text(cell) == text


def test_column_letters():
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# --- any table comes back as it went in ------------------------------------------------------------------------------

PRINTABLE = st.characters(codec="gb18030", categories=["L", "N", "P", "S"], exclude_characters="\ufeff")
WORD = st.text(PRINTABLE, min_size=1, max_size=12)
TABLES = st.lists(st.tuples(WORD, WORD | st.just(""), WORD | st.just("")), min_size=1, max_size=8)


def rows_of(table):
    return [tuple(row.values[name] for name in ("name", "address", "phone")) for row in table.rows]


def kept(rows):
    """What the reader keeps of generated rows: notes and headers are not entries."""
    headings = {"医院名称", "地址", "电话"}
    return all(
        row[0] not in headings
        and not (row[1:] == ("", "") and row[0].startswith(tuple("注备说附填制审单负联截合总小共")))
        for row in rows
    )


@settings(max_examples=60, deadline=None)
@given(TABLES.filter(kept), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from(",\t;"))
def test_any_table_comes_back_from_csv(rows, encoding, delimiter):
    data = comma([["医院名称", "地址", "电话"], *rows], delimiter).encode(encoding)
    table = read_table(data, COLUMNS)
    assert rows_of(table) == rows
    assert not faults(table)


@settings(max_examples=15, deadline=None)
@given(TABLES.filter(kept), st.integers(0, 3), st.integers(0, 2))
def test_any_table_comes_back_from_a_workbook(rows, titles, indent):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["医院名称", "地址", "电话"], *rows], titles):
            for column, text in enumerate(row, indent):
                sheet.write_string(number, column, text)
        for number in range(titles):
            sheet.write_string(number, 0, "名单")
    table = read_table(buffer.getvalue(), COLUMNS)
    assert rows_of(table) == rows
    assert [row.number for row in table.rows] == [titles + 2 + index for index in range(len(rows))]
    assert not faults(table)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_anything_at_all_is_read_or_refused(data):
    with contextlib.suppress(Unreadable):
        assert read_table("医院名称\n".encode() + data, COLUMNS).rows


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_any_day_is_read_as_itself(day):
    assert as_day(day.isoformat()) == day == as_day(f"{day.year}年{day.month}月{day.day}日") == as_day(f"{day:%Y%m%d}")
