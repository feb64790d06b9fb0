"""A list import as people see it: tabs, rows, field by field changes, and the faulty rows as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hospitals.hospital_lists.columns import HEADINGS
from hospitals.hospital_lists.words import services_text
from hospitals.models import Area, HospitalListImport, HospitalListRow
from hospitals.vocabulary import Level, ListAction

PAGE = 100
TABS = (
    ListAction.INVALID,
    ListAction.CHANGED,
    ListAction.NEW,
    ListAction.WITHDRAWN,
    ListAction.SKIPPED,
    ListAction.SAME,
)
SHOWN_CHANGES = (
    "name",
    "code",
    "level_text",
    "county",
    "address",
    "phone",
    "batch",
    "services",
    "opened_on",
    "withdrawn_on",
)
LABELS = {**HEADINGS, "level_text": HEADINGS["level"], "withdrawn_on": "状态"}


@dataclass(frozen=True, slots=True)
class Tab:
    action: ListAction
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """changes: (column, before, after).  faults: (column, value, cause)."""

    row: HospitalListRow
    level: str
    county: str
    opens: str
    changes: list[tuple[str, str, str]]
    faults: list[tuple[str, str, str]]


def tabs_of(list_import: HospitalListImport, asked: str) -> list[Tab]:
    """The tabs with something in them; the first, or the one asked for, is open."""
    counts = [(action, getattr(list_import, action.value)) for action in TABS]
    filled = [(action, count) for action, count in counts if count]
    open_tab = asked if asked in [action for action, _count in filled] else next((a.value for a, _count in filled), "")
    return [Tab(action, count, action == open_tab) for action, count in filled]


def page_of(list_import: HospitalListImport, action: str, after: int) -> tuple[list[ShownRow], int]:
    """One page of a tab and the position that the next begins after, 0 on the last."""
    rows = list(list_import.steps.filter(action=action, position__gt=after).order_by("position")[: PAGE + 1])
    counties = dict(Area.objects.filter(parent=list_import.area_id).values_list("code", "name"))
    shown = [_shown(row, counties) for row in rows[:PAGE]]
    return shown, rows[PAGE - 1].position if len(rows) > PAGE else 0


def _shown(row: HospitalListRow, counties: dict[str, str]) -> ShownRow:
    return ShownRow(
        row=row,
        level=row.level_text or Level.name_of(row.level),
        county=counties.get(row.county or "", ""),
        opens=services_text((item["service"], item["scope"]) for item in row.services if item["step"] == "open"),
        changes=[
            (LABELS[name], _value(name, row.changes[name][0], counties), _value(name, row.changes[name][1], counties))
            for name in SHOWN_CHANGES
            if name in row.changes
        ],
        faults=[(fault["column"], fault["value"], fault["text"]) for fault in row.faults],
    )


def _value(name: str, value: str | None, counties: dict[str, str]) -> str:
    if name == "withdrawn_on":
        return _("%(day)s 退网") % {"day": value} if value else _("在网")
    if name == "county" and value:
        return counties.get(value, value)
    return value or _("（空）")


def faulty_rows(list_import: HospitalListImport) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of the file that gives faulty rows back: the list's own columns, then where and why."""
    columns = list(list_import.columns)
    header = [*list_import.columns.values(), _("原行号"), _("有误之处")]

    def lines() -> Iterator[list[Any]]:
        for row in list_import.steps.filter(action=ListAction.INVALID).order_by("position").iterator():
            causes = "；".join(f"{fault['column']}：{fault['text']}" for fault in row.faults)
            place = f"{row.sheet} {row.number}".strip()
            yield [*(row.written.get(name, "") for name in columns), place, causes]

    return header, lines()
