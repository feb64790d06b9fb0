"""What a workbook would change in a draft: every row checked, then compared with the draft's."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from hospitals.sheets import Fault, Row, Table, Unreadable, read_book
from hospitals.vocabulary import Term
from settlement.benefit_tables.sheets import Sheet, Values, read_value, sheets
from settlement.models import BenefitPolicy


class Step(Term):
    """What a row does to the draft."""

    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    REMOVED = "removed", "删除"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a table.  pk: of the draft's row, None for a new one.  before: field → value, of what changes."""

    step: Step
    values: Values
    pk: int | None = None
    before: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TablePlan:
    sheet: Sheet
    changes: list[Change]
    same: int


@dataclass(frozen=True, slots=True)
class Plan:
    """tables: of the sheets that the workbook has.  faults: with any of them nothing is applied."""

    tables: list[TablePlan]
    faults: list[Fault]
    notes: list[str]

    @property
    def changes(self) -> int:
        return sum(len(table.changes) for table in self.tables)


def fingerprint(policy: BenefitPolicy) -> str:
    """Changes whenever a row of the draft does."""
    rows = [list(getattr(policy, sheet.table).order_by("pk").values_list()) for sheet in sheets()]
    return hashlib.sha256(repr((policy.pk, rows)).encode()).hexdigest()


def read_plan(policy: BenefitPolicy, data: bytes) -> Plan:
    """Check the workbook and compare it with the draft; writes nothing.

    A table whose sheet is not in the workbook is left as it is; a sheet without rows empties its table.
    Raises Unreadable.
    """
    known = {sheet.title: sheet for sheet in sheets()}
    tables, notes = read_book(data, {title: sheet.columns for title, sheet in known.items()})
    plans, faults, rows = [], [], {}
    for title, sheet in known.items():
        if title in tables:
            entries = _entries(sheet, tables[title], title)
            faults += [fault for row in tables[title].rows for fault in row.faults]
            plans.append(_compare(policy, sheet, entries))
            rows[sheet.table] = entries
    if not plans:
        raise Unreadable(f"没有找到工作表：应有“{'”、“'.join(known)}”中的几张，可先导出再修改。")
    if not faults:
        faults += _at_odds(policy, rows)
    return Plan(tables=plans, faults=faults, notes=notes)


def _entries(sheet: Sheet, table: Table, title: str) -> list[Values]:
    """Every row's values; what is wrong with one is noted in it."""
    met: dict[tuple[Any, ...], Row] = {}
    entries = []
    for row in table.rows:
        row.sheet = title
        values = _values(sheet, row)
        if row.faults:
            continue
        earlier = met.setdefault(sheet.identity(values), row)
        if earlier is not row:
            row.fault(sheet.key[0], f"与第 {earlier.number} 行是同一对象")
        entries.append(values)
    return entries


def _values(sheet: Sheet, row: Row) -> Values:
    values: Values = {}
    for one in sheet.fields:
        try:
            values[one.name] = read_value(one, row.values[one.name])
        except ValueError as fault:
            row.fault(one.name, str(fault))
    if row.faults:
        return values
    record = sheet.model(**values)
    try:
        record.clean_fields(exclude=["policy"])
        record.clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            row.fault(name, "；".join(messages))
    return {name: getattr(record, name) for name in values}


def _compare(policy: BenefitPolicy, sheet: Sheet, entries: Sequence[Values]) -> TablePlan:
    there = {sheet.identity(sheet.values_of(row)): row for row in getattr(policy, sheet.table).all()}
    changes, same = [], 0
    for values in entries:
        row = there.pop(sheet.identity(values), None)
        if row is None:
            changes.append(Change(Step.NEW, values))
            continue
        before = {name: old for name, old in sheet.values_of(row).items() if old != values[name]}
        if before:
            changes.append(Change(Step.CHANGED, values, row.pk, before))
        same += not before
    changes += [Change(Step.REMOVED, sheet.values_of(row), row.pk) for row in there.values()]
    return TablePlan(sheet, changes, same)


def _at_odds(policy: BenefitPolicy, rows: dict[str, list[Values]]) -> list[Fault]:
    """What only the tables together show to be wrong."""
    instead = {sheet.table: [sheet.model(**values) for values in rows.get(sheet.table, ())] for sheet in sheets()}
    try:
        policy.rules_with({table: of_table for table, of_table in instead.items() if table in rows})
    except ValueError as fault:
        return [Fault(row=0, column="", value="", text=str(fault))]
    return []
