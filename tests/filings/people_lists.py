"""Lists of people to import, and the imports of them."""

import datetime as dt
from typing import Any

from filings.identity import made_up_number
from filings.models import InsuredPerson, Participation, PeopleListImport, SocialSecurityCard
from filings.people_lists import verbs
from hospitals.models import Area
from tests import factories as make

TODAY = dt.date(2026, 3, 10)
HEADING = "姓名,身份证号,险种,人员类别,参保日期"


def number(serial: int, born_on: dt.date = dt.date(1958, 5, 6)) -> str:
    return made_up_number("370702", born_on, serial)


def listed(*rows: str, heading: str = HEADING) -> bytes:
    """A CSV list; each row is one line."""
    return "\n".join([heading, *rows]).encode()


def people(count: int, start: int = 1) -> list[str]:
    return [f"王小明,{number(serial)},职工,退休,2010-01-01" for serial in range(start, start + count)]


def forecast(data: bytes, area: str = make.WEIFANG) -> verbs.Forecast:
    return verbs.forecast(table=verbs.read_list(data), area=make.AreaFactory(code=area), on=TODAY)


def faults(data: bytes) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.text) for fault in forecast(data).plan.faults]


def upload(data: bytes, area: str = make.WEIFANG, by: Any = None, file_name: str = "名单.csv") -> PeopleListImport:
    found = verbs.upload(data=data, file_name=file_name, area=Area.objects.get(code=area), by=by)
    return verbs.preview(list_import=found, by=by, on=TODAY)


def imported(*rows: str, heading: str = HEADING) -> PeopleListImport:
    return verbs.apply(list_import=upload(listed(*rows, heading=heading)), by=None)


def counts(found: PeopleListImport) -> dict[str, int]:
    return {name: count for name in ("new", "changed", "same", "invalid") if (count := getattr(found, name))}


def changes(found: PeopleListImport) -> dict[str, list[str]]:
    """Of a list with one changed row."""
    (row,) = found.steps.filter(action="changed")
    return dict(row.changes)


def snapshot() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (InsuredPerson, Participation, SocialSecurityCard)]
