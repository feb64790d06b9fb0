"""A roster as staff see it: its rows with their filings, and faults with their clauses; id numbers masked."""

from dataclasses import dataclass

from filings.identity import masked
from filings.models import RosterImport, RosterRow
from filings.rosters.columns import HEADINGS
from filings.vocabulary import Outcome
from hospitals.list_imports import ShownFault

PAGE = 100


@dataclass(frozen=True, slots=True)
class ShownRow:
    """is_linked: whoever sees the roster sees the filing too."""

    row: RosterRow
    id_number: str
    is_reviewed: bool
    is_linked: bool
    faults: list[ShownFault]


def page_of(roster: RosterImport, action: str, after: int) -> tuple[list[ShownRow], int]:
    """One page of a tab and the position that the next begins after, 0 on the last."""
    found = roster.steps.filter(action=action, position__gt=after).select_related("destination", "filing")
    rows = list(found.order_by("position")[: PAGE + 1])
    masked_columns = {roster.headings.get("id_number", ""), HEADINGS["id_number"]}
    shown = [_shown(row, roster, masked_columns) for row in rows[:PAGE]]
    return shown, rows[PAGE - 1].position if len(rows) > PAGE else 0


def _shown(row: RosterRow, roster: RosterImport, masked_columns: set[str]) -> ShownRow:
    return ShownRow(
        row=row,
        id_number=masked(row.id_number),
        is_reviewed=row.outcome == Outcome.REVIEW,
        is_linked=row.filing is not None and roster.hall_id in (None, row.filing.hall_id),
        faults=[
            ShownFault(
                fault["column"],
                masked(fault["value"]) if fault["column"] in masked_columns else fault["value"],
                fault["text"],
                fault.get("source", ""),
            )
            for fault in row.faults
        ],
    )
