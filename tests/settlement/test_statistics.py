"""Settlements counted: both directions from one union, by every grouping, reversals as their contrary."""

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.vocabulary import Category, Scheme, SettlementWay
from hospitals.access import RIGHTS, Right
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Role, Scope, Service
from settlement.direct_settlement import reverse_settlement
from settlement.statistics.counting import Asked, Count, count
from settlement.vocabulary import Direction, Grouping
from tests import factories as make
from tests.settlement.booked import booked
from tests.settlement.counted import copies
from tests.settlement.inbound import CHONGQING, hospital, recorded, reversed_

pytestmark = pytest.mark.django_db
OUT, IN = Direction.OUTBOUND, Direction.INBOUND
SINCE, UNTIL = dt.date(2025, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def auditor():
    return make.staff(Role.AUDITOR, make.DONGYING, make.TIELING)


def person(area=make.DONGYING):
    return make.PersonFactory(area__code=area)


def asked(by=Grouping.MONTH, **given):
    return Asked(**{"since": SINCE, "until": UNTIL, "by": by} | given)


def groups(user, by, **given):
    """(direction, key) → settlements, persons, total, fund, personal."""
    return {key: numbers(one) for key, one in count(user, asked(by, **given)).groups.items()}


def numbers(one):
    return one.settlements, one.persons, one.total, one.fund, one.personal


def test_both_directions_are_counted(auditor):
    mine = person()
    booked(mine, {"hifp_pay": 600}, personal=400)
    booked(mine, {"hifp_pay": 100, "hifob_pay": "50.50"}, personal=400)
    recorded(1)
    recorded(2, "7000.00")
    whole = count(auditor, asked()).whole
    assert whole[OUT] == Count(2, 1, Decimal("1550.50"), Decimal("750.50"), Decimal("800.00"))
    assert whole[IN] == Count(2, 2, Decimal("20000.00"), Decimal("13000.00"), Decimal("7000.00"))


def test_every_grouping_has_its_keys(auditor):
    where = hospital(name="东营市第二人民医院")
    booked(person(), {"hifp_pay": 600}, personal=400, category=Category.REFERRAL, settled_on=dt.date(2026, 3, 31))
    recorded(1, hospital=where, scheme=Scheme.RESIDENT, category=None)
    found = {by: set(groups(auditor, by)) for by in Grouping}
    assert found == {
        Grouping.MONTH: {(OUT, "2026-03-01"), (IN, "2025-08-01")},
        Grouping.AREA: {(OUT, make.DONGYING), (IN, make.DONGYING)},
        Grouping.PLACE: {(OUT, make.BEIJING), (IN, CHONGQING)},
        Grouping.CATEGORY: {(OUT, "referral"), (IN, None)},
        Grouping.HOSPITAL: {(OUT, f"{make.BEIJING} 北京示例医院"), (IN, f"{make.DONGYING} 东营市第二人民医院")},
        Grouping.SCHEME: {(OUT, "employee"), (IN, "resident")},
        Grouping.SERVICE: {(OUT, "inpatient"), (IN, "inpatient")},
    }


def test_reversal_counts_as_the_contrary_on_its_own_day(auditor):
    made = booked(person(), {"hifp_pay": 600}, personal=400, settled_on=dt.date(2026, 3, 12))
    booked(person(), {"hifp_pay": 10}, personal=5, settled_on=dt.date(2026, 3, 13))
    supervisor = make.staff(Role.SUPERVISOR, make.DONGYING)
    reverse_settlement(by=supervisor, settlement=made, reason="重复上传", on=dt.date(2026, 4, 1))
    reversed_(recorded(1), on=dt.date(2025, 9, 1))
    found = groups(auditor, Grouping.MONTH)
    assert found[OUT, "2026-03-01"] == (2, 1, 1015, 610, 405)
    assert found[OUT, "2026-04-01"] == (-1, 0, -1000, -600, -400)
    assert found[IN, "2025-08-01"] == (1, 0, 10000, 6000, 4000)
    assert found[IN, "2025-09-01"] == (-1, 0, -10000, -6000, -4000)
    whole = count(auditor, asked()).whole
    assert numbers(whole[OUT]) == (1, 1, 15, 10, 5)
    assert numbers(whole[IN]) == (0, 0, 0, 0, 0)


def test_person_counts_once_in_each_group_and_once_in_the_sum(auditor):
    mine = person()
    for month in (3, 3, 4):
        booked(mine, {"hifp_pay": 1}, settled_on=dt.date(2026, month, 20))
    recorded(1, settled_on=dt.date(2025, 9, 1))
    recorded(2, settled_on=dt.date(2025, 10, 1), id_number=recorded(3).id_number)
    counted = count(auditor, asked())
    assert {key: one.persons for key, one in counted.groups.items()} == {
        (OUT, "2026-03-01"): 1,
        (OUT, "2026-04-01"): 1,
        (IN, "2025-08-01"): 1,
        (IN, "2025-09-01"): 1,
        (IN, "2025-10-01"): 1,
    }
    assert {key: one.persons for key, one in counted.whole.items()} == {OUT: 1, IN: 2}


def test_only_what_was_asked_for_is_counted(auditor):
    booked(person(), {"hifp_pay": 1}, personal=0, settled_on=dt.date(2026, 3, 12))
    booked(person(make.TIELING), {"hifp_pay": 2}, personal=0, scheme=Scheme.RESIDENT, settled_on=dt.date(2026, 4, 1))
    recorded(1)

    def funds(**given):
        return {key: one.fund for key, one in count(auditor, asked(**given)).whole.items()}

    assert funds() == {OUT: 3, IN: 6000}
    assert funds(direction=OUT) == {OUT: 3}
    assert funds(direction=IN) == {IN: 6000}
    assert funds(way=SettlementWay.DIRECT) == {OUT: 3, IN: 6000}
    assert funds(way=SettlementWay.MANUAL) == {}
    assert funds(since=dt.date(2026, 3, 12), until=dt.date(2026, 3, 12)) == {OUT: 1}
    assert funds(since=dt.date(2026, 3, 13), until=dt.date(2026, 4, 1)) == {OUT: 2}
    assert funds(same={"area": make.TIELING}) == {OUT: 2}
    assert funds(same={"area": make.DONGYING, "scheme": "employee"}) == {OUT: 1, IN: 6000}
    assert funds(same={"category": "resettled_retiree"}) == {IN: 6000}
    assert funds(same={"scope": Scope.IN_PROVINCE}) == funds(same={"service": Service.CHRONIC}) == {}


def test_nothing_of_other_areas_is_counted(auditor):
    booked(person(make.WEIFANG), {"hifp_pay": 1})
    recorded(1)
    assert set(count(auditor, asked()).whole) == {IN}
    assert count(make.staff(Role.FINANCE, make.WEIFANG), asked()).whole.keys() == {OUT}
    assert count(make.staff(Role.CLERK, make.DONGYING), asked()).whole == {}


def test_who_sees_statistics():
    assert {role for role in Role if Right.SEE_STATISTICS in RIGHTS[role]} == {
        *(Role.SUPERVISOR, Role.AUDITOR, Role.FINANCE),
    }


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize("by", Grouping)
def test_page_asks_the_database_alike_however_many_rows(auditor, signed_in, by, rows):
    for number in range(rows):
        booked(person(), {"hifp_pay": 1}, settled_on=dt.date(2026, 1 + number % 12, 1))
        recorded(number)
    client = signed_in(auditor)
    link = f"/statistics/?since=2025-01-01&until=2026-12-31&by={by}"
    client.get(link)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(link).status_code == 200
    named = by in (Grouping.AREA, Grouping.PLACE, Grouping.HOSPITAL)
    assert len(queries) == 7 + named, [query["sql"][:90] for query in queries]


# the article's headline


def spread(amount, parts):
    """The amount in so many parts to the fen, none of them alike by more than a fen."""
    fen, rest = divmod(int(amount * 100), parts)
    return [Decimal(fen + (place < rest)).scaleb(-2) for place in range(parts)]


@pytest.fixture
def year_of_jining():
    """3,050 stays of people of Jining elsewhere, 397 of others at its twenty hospitals; and what was taken back."""
    call_command("load_directory", verbosity=0)
    jining, urumqi = Area.objects.get(pk=make.JINING), Area.objects.get(pk="650100")
    people = [make.PersonFactory(area=jining) for _ in range(100)]
    first = dt.date(2017, 3, 15)
    pattern = booked(people[0], {"hifp_pay": 1}, settled_on=dt.date(2016, 12, 31))  # before the period
    days = [first + dt.timedelta(days=place % 460) for place in range(3050)]
    totals, funds = spread(Decimal(86_000_000), 3050), spread(Decimal(42_000_000), 3050)
    owners = [people[place % 100].pk for place in range(3050)]
    copies(pattern, zip(owners, days, totals, funds, strict=True))
    hospitals = list(Hospital.objects.filter(area=jining))
    totals, funds = spread(Decimal(12_250_000), 397), spread(Decimal(5_810_000), 397)
    for place, (total, fund) in enumerate(zip(totals, funds, strict=True)):
        day = first + dt.timedelta(days=place)
        given = {"admitted_on": day, "discharged_on": day, "settled_on": day, "insured_area": urumqi}
        given |= {"medfee_sumamt": total, "hifp_pay": fund, "fund_pay_sumamt": fund, "psn_part_amt": total - fund}
        made = recorded(place, hospital=hospitals[place % 20], **given)
    again = {"setl_id": "twice", "mdtrt_id": "twice"}  # settled by mistake and taken back within the period
    reversed_(recorded(1, hospital=hospitals[0], **given | again), on=made.settled_on)
    return "since=2017-03-01&until=2018-06-21&scope=cross_province&way=direct&service=inpatient&area=370800"


@pytest.mark.clause("JN-01")
def test_articles_headline_is_reproduced_on_the_page_and_in_both_files(year_of_jining, signed_in):
    client = signed_in(make.staff(Role.SUPERVISOR, make.JINING))
    page = client.get(f"/statistics/?{year_of_jining}").content.decode()
    for told in ("3,447", "3,050", "397", "98,250,000.00", "47,810,000.00"):
        assert told in page
    assert page.count("<svg") == 2
    by_csv = rows_of(client, year_of_jining)
    sums = {row["方向"]: row for row in by_csv if row["月份"] == "合计"}
    assert [sums[name]["结算人次"] for name in (OUT.label, IN.label, "合计")] == ["3050", "397", "3447"]
    assert (sums["合计"]["医疗费总额（元）"], sums["合计"]["基金支付（元）"]) == ("98250000.00", "47810000.00")
    months = [row for row in by_csv if row["月份"] != "合计"]
    assert sum(int(row["结算人次"]) for row in months) == 3447
    assert sum(Decimal(row["医疗费总额（元）"]) for row in months) == 98_250_000
    file = client.get(f"/statistics/?{year_of_jining}&by=hospital&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).active
    assert sheet["B1"].value == "医院"
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert last[2:6] == ["3447", last[3], "98250000.00", "47810000.00"]
    assert sum(row[0].value == IN.label for row in sheet.rows) == 21  # twenty hospitals and their sum


def rows_of(client, query):
    reply = client.get(f"/statistics/?{query}&export=csv")
    assert reply.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
