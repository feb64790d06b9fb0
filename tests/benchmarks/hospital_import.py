"""Importing 20,000 hospitals: read, check, preview, apply; against a plain import-export resource, and against COPY."""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress

import openpyxl
import tablib
from django.db import connection, transaction
from django.utils import timezone
from import_export.resources import ModelResource

from hospitals.hospital_lists import verbs
from hospitals.models import Area, Hospital
from hospitals.vocabulary import ListStrategy, Scope
from tests.benchmarks.measure import Ratio, seconds

ROWS = 20_000
PLAIN_ROWS = 2_000  # the plain resource takes minutes for all of them; its time grows with the rows
AREA = "370500"
HEADINGS = ["序号", "医院名称", "医保编码", "级别", "县区", "地址", "电话", "批次"]


def rows() -> list[list[object]]:
    return [
        [
            number + 1,
            f"广饶县第{number}医院",
            f"H370523{number:05}",
            ("二级甲等", "三级乙等", "一级")[number % 3],
            "广饶县",
            f"东营市广饶县孙武路{number}号",
            f"0546-{number:07}",
            "首批",
        ]
        for number in range(ROWS)
    ]


def workbook(lines: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class PlainResource(ModelResource):
    """What the field writes on the first day: no checks, no preview of fields, one row at a time."""

    class Meta:
        model = Hospital
        fields = ("area", "name", "code", "level_text", "county", "address", "phone", "batch")
        import_id_fields = ("code",)


class RolledBack(Exception):
    pass


def undone(work: Callable[[], None]) -> Callable[[], None]:
    """The work in a transaction that leaves nothing behind."""

    def timed() -> None:
        with suppress(RolledBack), transaction.atomic():
            work()
            raise RolledBack

    return timed


def run() -> Iterator[Ratio]:
    data = workbook([HEADINGS, *rows()])
    names = ("area", "name", "code", "level_text", "county", "address", "phone", "batch")
    plain = [(AREA, row[1], row[2], row[3], "370523", row[5], row[6], row[7]) for row in rows()]
    plain_data = workbook([list(names), *map(list, plain[:PLAIN_ROWS])])
    area = Area.objects.select_related("parent").get(code=AREA)

    def ours() -> None:
        list_import = verbs.upload(
            data=data,
            file_name="名单.xlsx",
            area=area,
            strategy=ListStrategy.COMPLETE,
            scope=Scope.CROSS_PROVINCE,
            allow_many_withdrawals=True,
            by=None,
        )
        list_import = verbs.preview(list_import=list_import, by=None)
        verbs.apply(list_import=list_import, by=None, on=timezone.localdate())
        if Hospital.objects.filter(code__startswith="H370523").count() != ROWS:
            raise RuntimeError("not every row was imported")

    def import_export() -> None:
        resource = PlainResource()
        dataset = tablib.Dataset().load(plain_data, format="xlsx")
        for dry_run in (True, False):
            result = resource.import_data(dataset, dry_run=dry_run)
            if result.has_errors() or result.totals["new"] != PLAIN_ROWS:
                raise RuntimeError("the plain resource failed")

    def copy() -> None:
        columns = "area_id, name, code, level, level_text, county_id, address, phone, batch, source"
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY hospitals_hospital ({columns}) FROM STDIN") as out,
        ):
            for area_code, name, code, level_text, *rest in plain:
                out.write_row((area_code, name, code, "2", level_text, *rest, ""))

    taken = seconds(undone(ours), repeat=3)
    name = f"hospital list of {ROWS:,} rows: read, check, preview, apply"
    theirs = seconds(undone(import_export)) * ROWS / PLAIN_ROWS
    yield Ratio(name, taken, theirs, f"plain import-export (rate over {PLAIN_ROWS:,} rows)", 20, at_least=True)
    yield Ratio(name, taken, seconds(undone(copy), repeat=3), "COPY of the same rows, history included")
