"""An import of people as staff see it: rows, field by field changes, faults; id numbers masked."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from filings.identity import IdType, masked
from filings.models import PeopleListImport, PeopleListRow
from filings.people_lists.columns import HEADINGS
from filings.vocabulary import Employment, Hardship, Scheme
from hospitals.list_imports import ShownFault

PAGE = 100


@dataclass(frozen=True, slots=True)
class ShownRow:
    """further: what has no column of its own.  changes: (column, before, after)."""

    row: PeopleListRow
    id_type: str
    id_number: str
    insurance: str
    further: list[str]
    changes: list[tuple[str, str, str]]
    faults: list[ShownFault]


def page_of(list_import: PeopleListImport, action: str, after: int) -> tuple[list[ShownRow], int]:
    """One page of a tab and the position that the next begins after, 0 on the last."""
    rows = list(list_import.steps.filter(action=action, position__gt=after).order_by("position")[: PAGE + 1])
    number_column = list_import.headings.get("id_number", "")
    return [_shown(row, number_column) for row in rows[:PAGE]], rows[PAGE - 1].position if len(rows) > PAGE else 0


def _shown(row: PeopleListRow, number_column: str) -> ShownRow:
    return ShownRow(
        row=row,
        id_type="" if row.id_type == IdType.RESIDENT_ID else IdType.name_of(row.id_type),
        id_number=masked(row.id_number),
        insurance=Scheme.name_of(row.scheme) + Employment.name_of(row.employment),
        further=_further(row),
        changes=[
            (HEADINGS[column], row.changes[column][0] or _("（空）"), row.changes[column][1] or _("（空）"))
            for column in HEADINGS
            if column in row.changes
        ],
        faults=[
            ShownFault(
                fault["column"],
                masked(fault["value"]) if fault["column"] == number_column else fault["value"],
                fault["text"],
            )
            for fault in row.faults
        ],
    )


def _further(row: PeopleListRow) -> list[str]:
    days = ("continuous_since", "waiting_until")
    told = [f"{HEADINGS[name]} {day}" for name in days if (day := getattr(row, name))]
    told += [Hardship.name_of(row.hardship)] if row.hardship else []
    told += [_("享受公务员补助")] if row.is_civil_servant else []
    return [*told, row.address] if row.address else told
