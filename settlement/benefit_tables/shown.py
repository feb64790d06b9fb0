"""A preview as the page shows it."""

from dataclasses import dataclass

from settlement.benefit_tables.planning import Change, Plan, Step
from settlement.benefit_tables.sheets import Sheet


@dataclass(frozen=True, slots=True)
class ShownTable:
    """rows: (step, cells); a cell is (before, after), before empty where it does not change."""

    title: str
    header: list[str]
    counts: str
    rows: list[tuple[str, list[tuple[str, str]]]]


def shown(plan: Plan) -> list[ShownTable]:
    """Tables with something in them; none while rows are at fault, since those would look like rows that are gone."""
    if plan.faults:
        return []
    return [
        ShownTable(
            title=table.sheet.title,
            header=table.sheet.header,
            counts=_counts(table.changes, table.same),
            rows=[(change.step.label, _cells(table.sheet, change)) for change in table.changes],
        )
        for table in plan.tables
        if table.changes or table.same
    ]


def _counts(changes: list[Change], same: int) -> str:
    counted = [(step.label, sum(change.step is step for change in changes)) for step in Step]
    return "、".join(f"{name} {count}" for name, count in (*counted, ("无变化", same)) if count)


def _cells(sheet: Sheet, change: Change) -> list[tuple[str, str]]:
    return [
        (sheet.shown(name, change.before[name]) or "（空）" if name in change.before else "", sheet.shown(name, value))
        for name, value in change.values.items()
    ]
