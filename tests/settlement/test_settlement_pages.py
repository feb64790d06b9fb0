"""Settlements on the pages: the list, one of them, its sheet, its reversal; a person's yearly accounts."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals.vocabulary import Role
from settlement.models import AccountEntry, Settlement
from tests import factories as make
from tests.settlement.books import TODAY, YEAR, a_settlement, accounts, open_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(db):
    return open_books()


@pytest.fixture
def clerk(books, signed_in):
    return signed_in(books.clerk)


@pytest.fixture
def supervisor(books, signed_in):
    return signed_in(books.supervisor)


def text(client, link, status=200):
    reply = client.get(link)
    assert reply.status_code == status
    return reply.content.decode()


def rows_of(client, query=""):
    reply = client.get(f"/settlements/?export=csv{query}")
    return list(csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_asks_the_database_alike_however_many_rows(books, clerk, count):
    person = books.person()
    for _row in range(count):
        books.settle(person, "600.00")
    clerk.get("/settlements/")
    with CaptureQueriesContext(connection) as queries:
        assert f"共 {count} 条" in text(clerk, "/settlements/")
    assert len(queries) == 5, [query["sql"][:80] for query in queries]


@pytest.mark.parametrize("sort", ["pk", "discharged_on", "settled_on", "medfee_sumamt", "fund_pay_sumamt"])
def test_list_sorts_both_ways(books, clerk, sort):
    person = books.person()
    for eligible in ("900.00", "700.00", "800.00"):
        books.settle(person, eligible)
    pages = [text(clerk, f"/settlements/?sort={way}{sort}") for way in ("", "-")]
    by_rows = [[row.number for row in Settlement.objects.order_by(f"{way}{sort}", f"{way}pk")] for way in ("", "-")]
    for page, numbers in zip(pages, by_rows, strict=True):
        assert sorted(numbers, key=page.index) == numbers


def test_list_is_filtered_and_exported(books, clerk, supervisor):
    person = books.person()
    made = books.settle(person)
    other = books.settle(books.person(scheme="resident", employment=""), hospital_name="上海示例医院")
    supervisor.post(f"/settlements/{made.pk}/reverse/", {"reason": "重复上传"})
    assert [row["状态"] for row in rows_of(clerk, f"&words={made.number}")] == ["已冲正"]
    assert {row["状态"] for row in rows_of(clerk, "&scheme=employee")} == {"已冲正", "冲正"}
    assert [row["结算编号"] for row in rows_of(clerk, "&hospital=上海")] == [other.number]
    assert len(rows_of(clerk, "&words=wxm&way=direct&tier=local&service=inpatient&since=2026-11-02")) == 3
    assert rows_of(clerk, "&way=manual") == []
    assert rows_of(clerk, "&until=2026-11-01") == []


def test_page_shows_amounts_lines_and_entries(books, clerk):
    made = books.settle(books.person(scheme="resident", employment=""), "30500.00")
    page = text(clerk, made.get_absolute_url())
    for words in (
        "有效",
        "hifp_pay",
        "18,000.00",
        "《某市待遇办法》一",
        "城乡居民基本医疗保险基金",
        "居民大病保险（承办大病保险的保险公司）",
        "1,942.85",
    ):
        assert words in page
    assert '超限价自费</td><td data-label="国家接口名称"><code>overlmt_selfpay</code></td>' in page
    assert "冲正</button>" not in page


def test_supervisor_reverses_with_a_reason(books, supervisor):
    made = books.settle(books.person())
    page = text(supervisor, made.get_absolute_url())
    assert "冲正</button>" in page
    link = f"/settlements/{made.pk}/reverse/"
    assert supervisor.post(link, {"reason": " "}).status_code == 422
    reply = supervisor.post(link, {"reason": "重复上传"}, follow=True)
    assert f"{made.number} 已冲正" in reply.content.decode()
    assert accounts(made.person)["310100"][1] == 0
    assert "重复上传" in text(supervisor, made.get_absolute_url())
    again = supervisor.post(link, {"reason": "重复上传"})
    assert again.status_code == 422
    assert "已冲正" in again.content.decode()
    assert "不作为结算凭证" in text(supervisor, f"/settlements/{made.pk}/sheet/")


@pytest.mark.clause("YT-13", "DY-06")
def test_sheet_of_a_direct_settlement_says_what_the_person_pays_and_what_is_on_account(books, clerk):
    made = books.settle(books.person())
    page = text(clerk, f"/settlements/{made.pk}/sheet/")
    assert "柒仟玖佰壹拾陆元叁角伍分" in page
    assert "￥3,083.65" in page


def test_settlement_of_another_area_is_not_there(books, supervisor):
    elsewhere = a_settlement(make.WEIFANG)
    for link in ("", "sheet/"):
        text(supervisor, f"/settlements/{elsewhere.pk}/{link}", 404)
    assert supervisor.post(f"/settlements/{elsewhere.pk}/reverse/", {"reason": "重复上传"}).status_code == 404
    assert elsewhere.number not in text(supervisor, "/settlements/")


# A person's year


def test_accounts_page_shows_the_year_with_its_ledger(books, clerk, signed_in):
    person = books.person()
    empty = text(clerk, f"/people/{person.pk}/accounts/")
    assert "没有累计" in empty
    assert "系统启用前累计" not in empty
    made = books.settle(person)
    page = text(clerk, f"/people/{person.pk}/accounts/?year={YEAR}")
    for words in (f"{YEAR}年累计（元）", "7,916.35", made.number, "职工基本医疗保险统筹基金"):
        assert words in page
    text(signed_in(make.staff(Role.CLERK, make.WEIFANG)), f"/people/{person.pk}/accounts/", 404)


def carried(**changes):
    form = {"seen": 0, "year": YEAR, "fund": "310100", "service": "inpatient", "deductible": "500", "paid": "39000"}
    return form | {"stays": "2", "reason": "旧系统累计", "personal_eligible": "", "standard": ""} | changes


def test_supervisor_carries_in_what_the_year_had_used_once(books, supervisor):
    person = books.person()
    link = f"/people/{person.pk}/accounts/"
    assert "系统启用前累计" in text(supervisor, link)
    assert supervisor.post(f"{link}carry-in/", carried()).status_code == 302
    twice = supervisor.post(f"{link}carry-in/", carried())
    assert twice.status_code == 422
    assert "刚刚有变动" in twice.content.decode()
    faulty = supervisor.post(f"{link}carry-in/", carried(seen=1, paid="-40000", reason=""))
    assert "请填写说明" in faulty.content.decode()
    negative = supervisor.post(f"{link}carry-in/", carried(seen=1, paid="-40000"))
    assert "年度累计不能为负" in negative.content.decode()
    assert AccountEntry.objects.count() == 1
    assert accounts(person)["310100"] == (500, 39000, 0, 0, 2)


def test_persons_page_shows_the_year(books, clerk):
    person = books.person()
    assert "年度账户（元）" in text(clerk, f"/people/{person.pk}/")
    this_year = dt.date.today().year  # noqa: DTZ011
    stay = {"admitted_on": dt.date(this_year, 1, 5), "discharged_on": dt.date(this_year, 1, 9)}
    if this_year >= TODAY.year:
        books.settle(person, **stay)
        assert "7,916.35" in text(clerk, f"/people/{person.pk}/")
