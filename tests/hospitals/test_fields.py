"""Every fault of a question, at once, by the field's Chinese name."""

import datetime as dt

import pytest

from hospitals.fields import Fields, parse_day
from hospitals.vocabulary import Scope

NAMES = {"scope": "范围", "day": "日期", "paid": "已结算", "services": "业务", "name": "姓名"}


def test_good_fields_read_as_their_values():
    fields = Fields({"scope": "in_province", "day": "2026-03-10", "paid": True, "services": ["in_province"]}, NAMES)
    assert fields.term("scope", Scope) is Scope.IN_PROVINCE
    assert fields.day("day") == dt.date(2026, 3, 10)
    assert fields.flag("paid") is True
    assert fields.terms("services", Scope) == {Scope.IN_PROVINCE}
    assert fields.faults == []


def test_all_faults_are_told_at_once():
    fields = Fields({"scope": "abroad", "day": "2026-02-30", "paid": "true", "services": ["x", 3], "name": 5}, NAMES)
    read = fields.term("scope", Scope), fields.day("day"), fields.flag("paid"), fields.text("name")
    assert read == (None, None, None, None)
    assert fields.terms("services", Scope) == frozenset()
    assert [(fault.code, fault.text) for fault in fields.faults] == [
        ("unknown_value", "范围（scope）没有“abroad”这个值，可填in_province、cross_province"),
        ("malformed_date", "日期（day）“2026-02-30”不是有效的日期，应为 YYYY-MM-DD"),
        ("wrong_type", "已结算（paid）应为 true 或 false，所给为“true”"),
        ("wrong_type", "姓名（name）应为文字，所给为“5”"),
        ("unknown_value", "业务（services）没有“x”这个值"),
        ("unknown_value", "业务（services）没有“3”这个值"),
    ]


def test_absent_null_and_empty_are_missing_only_where_required():
    fields = Fields({"scope": None, "name": ""}, NAMES)
    fields.term("scope", Scope)
    fields.text("name")
    fields.day("day")
    fields.flag("paid", required=True)
    assert [fault.code for fault in fields.faults] == ["missing_field"] * 4
    fields.faults.clear()
    fields.term("scope", Scope, required=False)
    fields.day("day", required=False)
    fields.flag("paid")
    fields.terms("services", Scope)
    assert fields.faults == []


@pytest.mark.parametrize(
    "value",
    [
        "20260310",
        "2026-W10-2",
        "2026-3-10",
        "2026-03-10T00:00",
        " 2026-03-10",
        "２０２６-03-10",
        "0000-01-01",
        "",
        "昨天",
    ],
)
def test_day_in_another_form_is_none(value):
    assert parse_day(value) is None


@pytest.mark.parametrize("value", ["1899-12-31", "2200-01-01", 20260310, True, ["2026-03-10"], float("nan"), {}])
def test_day_out_of_range_or_of_another_type_is_a_fault(value):
    fields = Fields({"day": value}, NAMES)
    assert fields.day("day") is None
    assert len(fields.faults) == 1
