"""Checking the rows of a roster by themselves: what each says, and what is wrong with it.  Plain Python."""

import datetime as dt
from dataclasses import dataclass, field

from filings.identity import IdType, id_number_fault
from filings.people_lists.check import place_of
from filings.people_lists.words import read_name, read_phone
from filings.rosters.columns import HEADINGS
from hospitals.sheets import Row, Table


@dataclass(slots=True)
class Entry:
    """What a row says.  name, id_number: empty where they cannot be read.  notes: what to mind, as sentences."""

    row: Row
    name: str = ""
    id_number: str = ""
    place: str = ""
    start_on: dt.date | None = None
    phone: str = ""
    employer: str = ""
    notes: list[str] = field(default_factory=list)

    def fault(self, column: str, text: str, source: str = "") -> None:
        """column: a key of HEADINGS; the roster may lack it."""
        self.row.fault(column if column in self.row.group.columns else HEADINGS[column], text, source=source)


def entries_of(table: Table) -> list[Entry]:
    """One entry a row, in the order of the roster.  Faults are noted in the rows themselves."""
    entries = [_entry(row) for row in table.rows]
    _find_duplicates(entries)
    return entries


def _entry(row: Row) -> Entry:
    values, unreadable = row.values, {fault.column for fault in row.faults}

    def is_read(column: str) -> bool:
        return bool(values.get(column)) and row.group.headings[column] not in unreadable

    entry = Entry(row, place=values["place"], employer=values.get("employer", ""))
    if is_read("name"):
        try:
            entry.name = read_name(values["name"])
        except ValueError as problem:
            row.fault("name", str(problem))
    elif not values["name"]:
        row.fault("name", "缺少姓名")
    if is_read("id_number"):
        _read_id_number(entry, values["id_number"].lstrip("'’‘`"))
    elif not values["id_number"]:
        row.fault("id_number", "缺少证件号码")
    if not values["place"]:
        row.fault("place", "缺少就医地")
    if is_read("start_on"):
        entry.start_on = dt.date.fromisoformat(values["start_on"])
    if is_read("phone"):
        try:
            entry.phone = read_phone(values["phone"])
        except ValueError as problem:
            entry.notes.append(f"联系电话“{values['phone']}”{problem}")
    return entry


def _read_id_number(entry: Entry, number: str) -> None:
    """Eighteen characters are an identity card; what else there is, the register tells."""
    fault = id_number_fault(IdType.RESIDENT_ID if len(number) == 18 else IdType.OTHER, number)
    if not fault:
        entry.id_number = number
    elif len(number) == 18 and number.endswith("000"):
        entry.row.fault("id_number", f"{fault}；末三位是 000，多半是表格软件把号码当成数字改掉了，请按证件重新填写")
    else:
        entry.row.fault("id_number", fault)


def _find_duplicates(entries: list[Entry]) -> None:
    """The later row is at fault, and names the earlier one."""
    people: dict[str, Entry] = {}
    for entry in entries:
        earlier = people.setdefault(entry.id_number, entry) if entry.id_number else entry
        if earlier is not entry:
            entry.row.fault("id_number", f"与{place_of(earlier.row, entry.row)}是同一人，一份花名册每人只能列一次")
