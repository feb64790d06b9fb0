"""Statistics as a page: what was asked for, charts without a script, faults, files."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.utils import timezone

from filings.vocabulary import Category
from hospitals.vocabulary import Role
from settlement.statistics import charts
from settlement.statistics.charts import Mark
from tests import factories as make
from tests.settlement.booked import booked
from tests.settlement.inbound import hospital, recorded

pytestmark = pytest.mark.django_db
ALL = "since=2025-01-01&until=2026-12-31"


@pytest.fixture
def auditor(signed_in):
    return signed_in(make.staff(Role.AUDITOR, make.DONGYING))


def settle(**given):
    person = make.PersonFactory(area__code=make.DONGYING)
    return booked(person, {"hifp_pay": "600.10"}, personal="399.90", **given)


def page_of(client, query=ALL, **headers):
    reply = client.get(f"/statistics/?{query}", **headers)
    assert reply.status_code == 200
    return reply.content.decode()


def test_page_shows_this_year_so_far(auditor):
    today = timezone.localdate()
    page = page_of(auditor, "")
    assert f"结算日期 {today.year}-01-01 至 {today}" in page
    assert "没有符合条件的结算" in page


def test_page_shows_numbers_charts_and_the_table_beside_them(auditor):
    settle(settled_on=dt.date(2026, 1, 31))
    settle(settled_on=dt.date(2026, 4, 1), category=Category.REFERRAL)
    recorded(1)
    page = page_of(auditor)
    for told in (
        "1,200.20",
        "10,000.00",
        "2026-01",
        "2026-04",
        "2025-08",
        "本地参保人外出就医合计",
        "<title>2026-01：",
    ):
        assert told in page
    assert page.count("<svg") == 2
    assert "<script" not in page[page.index('id="statistics"') :]
    by_category = page_of(auditor, f"{ALL}&by=category&direction=outbound")
    assert "异地转诊人员" in by_category
    assert "，方向：本地参保人外出就医" in by_category
    assert by_category.count("<svg") == 1
    assert "外地参保人来本地就医</h2>" not in by_category


def test_fragment_is_the_body_alone(auditor):
    page = page_of(auditor, headers={"HX-Request": "true", "HX-Target": "statistics"})
    assert page.lstrip().startswith('<div id="statistics"')


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("since=2026-02-01&until=2026-01-31", "不能早于结算日期起"),
        ("since=2026-02-30", "输入一个有效的日期"),
        ("area=211200", "选择一个有效的选项"),
        ("by=name", "选择一个有效的选项"),
        ("scheme=x", "选择一个有效的选项"),
    ],
)
def test_fault_of_the_filter_is_told_and_nothing_is_counted(auditor, query, fault):
    make.AreaFactory(code=make.TIELING)
    page = page_of(auditor, query)
    assert fault in page
    assert "人次" not in page
    assert auditor.get(f"/statistics/?{query}&export=csv").status_code == 404


def test_files_are_safe_and_hold_every_group(auditor):
    where = hospital(name="=HYPERLINK(1)")
    for number in range(120):
        recorded(number, hospital=where if number == 0 else hospital())
    page = page_of(auditor, f"{ALL}&by=hospital")
    assert "120 组，只列出前 100 组，导出为全部" in page
    reply = auditor.get(f"/statistics/?{ALL}&by=hospital&export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 123
    assert [row["医院"] for row in rows if "HYPERLINK" in row["医院"]] == ["'=HYPERLINK(1)（东营市）"]
    assert {row["方向"] for row in rows[-3:]} == {"本地参保人外出就医", "外地参保人来本地就医", "合计"}
    assert auditor.get(f"/statistics/?{ALL}&export=exe").status_code == 404


# charts


def marks(*amounts):
    return [Mark(f"{place}", Decimal(amount), Decimal(amount) / 2) for place, amount in enumerate(amounts)]


def test_bars_are_in_proportion():
    chart = charts.rows("示例", marks(100, 50, 0, -5))
    assert [bar.width for bar in chart.bars] == [440, 220, 0, 0]
    assert [bar.inner for bar in chart.bars] == [220, 110, 0, 0]
    assert chart.height == 4 * charts.ROW
    columns = charts.columns("示例", marks(100, 50, "0.01"))
    assert [bar.height for bar in columns.bars] == [182, 91, 1]
    assert {bar.y + bar.height for bar in columns.bars} == {columns.ground}


def test_labels_of_many_columns_leave_room():
    chart = charts.columns("示例", marks(*range(1, 31)))
    assert sum(bool(bar.written) for bar in chart.bars) == 10
    assert chart.bars[-1].end <= chart.width
    assert not any(bar.is_told for bar in chart.bars)


def test_months_without_settlements_have_their_place(auditor):
    settle(settled_on=dt.date(2025, 11, 30), admitted_on=dt.date(2025, 11, 1), discharged_on=dt.date(2025, 11, 9))
    settle(settled_on=dt.date(2026, 2, 1), admitted_on=dt.date(2026, 1, 1), discharged_on=dt.date(2026, 1, 9))
    page = page_of(auditor)
    assert [page.count(f">{month}</text>") for month in ("2025-11", "2025-12", "2026-01", "2026-02")] == [1] * 4
