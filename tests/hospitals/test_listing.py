"""Lists: pages by key cover every row once, whatever the sort; totals are bounded; exports are safe."""

import csv
import io
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals import listing
from hospitals.exports import harmless
from hospitals.models import Hospital
from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in: Any) -> Any:
    return signed_in(make.staff(Role.SUPERVISOR))


def rows_of(page: str) -> list[str]:
    return re.findall(r"示例第\d+医院", page)


def next_link(page: str) -> str:
    found = re.search(r'href="(\?[^"]*)"[^>]*rel="next"', page)
    return found.group(1).replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("sort", ["", "?sort=name", "?sort=-name", "?sort=level"])
def test_pages_cover_every_row_once(client: Any, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 7)
    make.HospitalFactory.create_batch(30)
    seen: list[str] = []
    link = f"/hospitals/{sort}"
    while link:
        page = client.get(link).content.decode()
        seen += rows_of(page)
        link = "/hospitals/" + next_link(page) if next_link(page) else ""
    assert len(seen) == 30
    assert len(set(seen)) == 30
    if "name" in sort:
        assert seen == sorted(seen, reverse="-" in sort)


def test_previous_leads_back_to_the_same_rows(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 5)
    make.HospitalFactory.create_batch(12)
    first = client.get("/hospitals/?sort=name").content.decode()
    second = client.get("/hospitals/" + next_link(first)).content.decode()
    back = re.search(r'href="(\?[^"]*)"[^>]*rel="prev"', second)
    assert back is not None
    again = client.get("/hospitals/" + back.group(1).replace("&amp;", "&")).content.decode()
    assert rows_of(again) == rows_of(first)


def test_cursor_tampered_with_starts_from_the_beginning(client: Any) -> None:
    make.HospitalFactory()
    assert rows_of(client.get("/hospitals/?after=nonsense:1:2").content.decode())


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_takes_the_same_queries_whatever_its_length(client: Any, count: int) -> None:
    for hospital in make.HospitalFactory.create_batch(count):
        hospital.services.create(service="inpatient", scope="cross_province", opened_on="2017-08-01")
    client.get("/hospitals/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/hospitals/")
    assert len(queries) == 7, [query["sql"][:80] for query in queries]


def test_total_is_counted_up_to_a_bound(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNT_BOUND", 3)
    make.HospitalFactory.create_batch(5)
    assert "共 3 条以上" in client.get("/hospitals/").content.decode()


def test_list_without_rows_says_so(client: Any) -> None:
    assert "没有符合条件的记录" in client.get("/hospitals/").content.decode()


def test_fragment_is_the_list_alone(client: Any) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list"}
    page = client.get("/hospitals/", headers=headers).content.decode()
    assert page.lstrip().startswith('<div id="list">')


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_export_neutralises_formulas(text: str) -> None:
    assert harmless(text) == "'" + text


def test_export_holds_every_row_in_both_formats(client: Any) -> None:
    make.HospitalFactory.create_batch(60)
    Hospital.objects.filter(pk=Hospital.objects.first().pk).update(name="=cmd()")  # type: ignore[union-attr]
    text = b"".join(client.get("/hospitals/?export=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 61
    assert "'=cmd()" in {row[0] for row in rows}
    data = b"".join(client.get("/hospitals/?export=xlsx").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert sheet.max_row == 61


def test_export_is_refused_without_the_right(signed_in: Any) -> None:
    assert signed_in(make.staff(Role.HOTLINE)).get("/hospitals/?export=csv").status_code == 403


@pytest.mark.parametrize(
    "query", ["?area=abc", "?level=%00", "?sort=password", "?county=999999", "?state=x", "?text=" + "长" * 500]
)
def test_hostile_filters_get_a_page(client: Any, query: str) -> None:
    assert client.get("/hospitals/" + query).status_code == 200


def test_service_and_scope_are_asked_of_the_same_opening(client: Any) -> None:
    mixed = make.HospitalFactory()
    mixed.services.create(service="inpatient", scope="in_province", opened_on="2014-01-01")
    mixed.services.create(service="outpatient", scope="cross_province", opened_on="2017-01-01")
    assert not rows_of(client.get("/hospitals/?service=inpatient&scope=cross_province").content.decode())
    assert rows_of(client.get("/hospitals/?service=inpatient&scope=in_province").content.decode())
    assert rows_of(client.get("/hospitals/?service=outpatient").content.decode())
