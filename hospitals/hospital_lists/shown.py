"""A list import as people see it: rows, field by field changes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from hospitals.hospital_lists.columns import HEADINGS
from hospitals.hospital_lists.words import services_text
from hospitals.list_imports import ShownFault
from hospitals.models import Area, HospitalListImport, HospitalListRow
from hospitals.vocabulary import Level

PAGE = 100
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
class ShownRow:
    """changes: (column, before, after)."""

    row: HospitalListRow
    level: str
    county: str
    opens: str
    changes: list[tuple[str, str, str]]
    faults: list[ShownFault]


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
        faults=[ShownFault(fault["column"], fault["value"], fault["text"]) for fault in row.faults],
    )


def _value(name: str, value: str | None, counties: dict[str, str]) -> str:
    if name == "withdrawn_on":
        return _("%(day)s 退网") % {"day": value} if value else _("在网")
    if name == "county" and value:
        return counties.get(value, value)
    return value or _("（空）")
