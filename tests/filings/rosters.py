"""Rosters to bring in, and the workers they name."""

import datetime as dt
import io
from typing import Any

import openpyxl
from django.contrib.auth.models import User

from filings.identity import initials, made_up_number
from filings.models import InsuredPerson, Participation, RosterImport, RosterRow
from filings.rosters import verbs
from filings.vocabulary import Employment, Scheme
from hospitals.models import Area, ServiceHall
from tests import factories as make
from tests.filings.conftest import TODAY

EMPLOYER = "烟台示例建设公司"
HEADING = "姓名,身份证号码,派驻地"
JINAN = "370100"


def number(serial: int) -> str:
    """Of the worker with this serial, below 90,000."""
    return made_up_number("370602", dt.date(1980, 1, 1) + dt.timedelta(serial // 900), serial % 900)


def workers(count: int, *, area: str = make.YANTAI, start: int = 0) -> list[InsuredPerson]:
    """Insured employees of one employer in the area, with consecutive serials."""
    home = make.AreaFactory(code=area)
    people = InsuredPerson.objects.bulk_create(
        InsuredPerson(area=home, name=(name := name_of(serial)), id_number=number(serial), initials=initials(name))
        for serial in range(start, start + count)
    )
    Participation.objects.bulk_create(
        Participation(
            person=person,
            area=home,
            scheme=Scheme.EMPLOYEE,
            employment=Employment.ACTIVE,
            employer=EMPLOYER,
            starts_on=dt.date(2010, 1, 1),
        )
        for person in people
    )
    return people


def name_of(serial: int) -> str:
    digits = "零一二三四五六七八九"
    return "王李张刘陈"[serial % 5] + "".join(digits[int(digit)] for digit in str(serial))


def rows_for(people: list[InsuredPerson], place: str = "济南市") -> list[str]:
    return [f"{person.name},{person.id_number},{place}" for person in people]


def listed(*rows: str, heading: str = HEADING) -> bytes:
    """A CSV roster; each row is one line."""
    return "\n".join([heading, *rows]).encode()


def workbook(heading: tuple[str, ...], rows: list[tuple[object, ...]], title: str = "异地工作人员花名册") -> bytes:
    """An xlsx roster as employers make them: a title over all columns, the heading, the rows, who filled it in."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append((title,))
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(heading))
    sheet.append(heading)
    for row in rows:
        sheet.append(row)
    sheet.append(("填表人：赵会计",))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def brought_in(
    data: bytes,
    by: User,
    *,
    area: str = make.YANTAI,
    hall: ServiceHall | None = None,
    filed_on: dt.date = TODAY,
    start_on: dt.date | None = None,
    employer: str = EMPLOYER,
) -> RosterImport:
    """Uploaded and previewed."""
    found = verbs.upload(
        data=data,
        file_name="花名册.csv",
        area=Area.objects.get(pk=area),
        hall=hall,
        employer=employer,
        agent_name="赵会计",
        agent_phone="13900000000",
        filed_on=filed_on,
        start_on=start_on,
        by=by,
    )
    return verbs.preview(list_import=found, by=by)


def faults(found: RosterImport) -> list[tuple[int, str, str]]:
    return [(row.number, fault["column"], fault["text"]) for row in rows(found) for fault in row.faults]


def rows(found: RosterImport) -> list[RosterRow]:
    return list(found.steps.order_by("position"))


def counts(found: RosterImport) -> dict[str, int]:
    return {name: count for name in ("new", "same", "invalid") if (count := getattr(found, name))}
