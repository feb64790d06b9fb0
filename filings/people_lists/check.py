"""Checking the rows of a list by themselves: what each says, and everything that is wrong with it.  Plain Python."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from filings.identity import IdType, birth_date_of, id_number_fault, sex_of
from filings.people_lists.columns import HEADINGS
from filings.people_lists.words import (
    read_card,
    read_employment,
    read_hardship,
    read_id_type,
    read_name,
    read_phone,
    read_scheme,
    read_sex,
    read_yes_or_no,
)
from filings.vocabulary import Scheme
from hospitals.sheets import Row, Table

EARLIEST = dt.date(1950, 1, 1)  # no scheme is older
FURTHEST = dt.timedelta(days=3 * 366)  # contributions and waiting periods reach no further ahead
READERS: dict[str, Callable[[str], Any]] = {
    "sex": read_sex,
    "birth_date": dt.date.fromisoformat,
    "phone": read_phone,
    "address": str,
    "card": read_card,
    "scheme": read_scheme,
    "employment": read_employment,
    "employer": str,
    "starts_on": dt.date.fromisoformat,
    "ends_on": dt.date.fromisoformat,
    "contributions_paid_through": dt.date.fromisoformat,
    "continuous_since": dt.date.fromisoformat,
    "waiting_until": dt.date.fromisoformat,
    "hardship": read_hardship,
    "is_civil_servant": read_yes_or_no,
}
INSURANCE = (
    "scheme",
    "employment",
    "employer",
    "starts_on",
    "ends_on",
    "contributions_paid_through",
    "continuous_since",
    "waiting_until",
    "hardship",
    "is_civil_servant",
)
INSURANCE_DAYS = ("starts_on", "ends_on", "contributions_paid_through", "continuous_since", "waiting_until")


@dataclass(slots=True)
class Entry:
    """What a row says of a person.  `person` and `insurance` hold only the fields that the row fills in.

    is_identified: its number is sound and not another row's too, so that it can be compared with the register.
    """

    row: Row
    id_type: str
    id_number: str
    person: dict[str, Any] = field(default_factory=dict)
    insurance: dict[str, Any] = field(default_factory=dict)
    card: str = ""
    is_identified: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What a person is known by within the area."""
        return self.id_type, self.id_number

    def fault(self, column: str, text: str) -> None:
        """column: a key of HEADINGS; the list may lack it."""
        self.row.fault(column if column in self.row.group.columns else HEADINGS[column], text)


class Checker:
    """Checks the rows of one list, as of a day.  Faults are noted in the rows themselves."""

    def __init__(self, on: dt.date) -> None:
        self.latest = on + FURTHEST

    def entries(self, table: Table) -> list[Entry]:
        """One entry a row, in the order of the list."""
        entries = [self.entry(row) for row in table.rows]
        _find_duplicates(entries)
        return entries

    def entry(self, row: Row) -> Entry:
        values = row.values
        unreadable = {fault.column for fault in row.faults}
        entry = Entry(row, IdType.RESIDENT_ID.value, values["id_number"].lstrip("'’‘`"))
        if not values["name"]:
            row.fault("name", "缺少姓名")
        else:
            self._read(entry, "name", read_name, entry.person)
        if values.get("id_type"):
            try:
                entry.id_type = read_id_type(values["id_type"])
            except ValueError as problem:
                row.fault("id_type", str(problem))
                entry.id_type = ""
        if not entry.id_number:
            row.fault("id_number", "缺少证件号码")
        elif entry.id_type and row.group.headings["id_number"] not in unreadable:
            entry.is_identified = self._check_id_number(entry)
        for column, read in READERS.items():
            if values.get(column) and row.group.headings[column] not in unreadable:
                self._read(entry, column, read, entry.insurance if column in INSURANCE else entry.person)
        entry.card = entry.person.pop("card", "")
        if entry.is_identified and entry.id_type == IdType.RESIDENT_ID:
            self._check_identity(entry)
        self._check_insurance(entry)
        return entry

    def _read(self, entry: Entry, column: str, read: Callable[[str], Any], into: dict[str, Any]) -> None:
        try:
            into[column] = read(entry.row.values[column])
        except ValueError as problem:
            entry.row.fault(column, str(problem))

    def _check_id_number(self, entry: Entry) -> bool:
        fault = id_number_fault(entry.id_type, entry.id_number)
        if not fault:
            return True
        if len(entry.id_number) == 18 and entry.id_number.endswith("000"):
            fault += "；末三位是 000，多半是表格软件把号码当成数字改掉了，请按证件重新填写"
        elif not entry.row.values.get("id_type") and len(entry.id_number) != 18:
            fault += "；不是身份证的请写明证件类型"
        entry.row.fault("id_number", fault)
        return False

    def _check_identity(self, entry: Entry) -> None:
        """Sex and birth follow from an identity card; a list that says otherwise has one of the two wrong."""
        for column, derived in (("sex", str(sex_of(entry.id_number))), ("birth_date", birth_date_of(entry.id_number))):
            if entry.person.setdefault(column, derived) != derived:
                entry.row.fault(column, "与身份证号码不符")

    def _check_insurance(self, entry: Entry) -> None:
        said = entry.insurance
        for column in INSURANCE_DAYS:
            day = said.get(column)
            if day and not EARLIEST <= day <= self.latest:
                hint = "；仍在参保的请留空" if column == "ends_on" else ""
                entry.row.fault(column, f"日期不合常理，请核对{hint}")
        if said.get("scheme") == Scheme.RESIDENT and said.get("employment"):
            entry.row.fault("employment", "居民医保没有在职、退休之分，请留空")
        starts_on = said.get("starts_on")
        birth_date = entry.person.get("birth_date")
        if starts_on and birth_date and starts_on < birth_date:
            entry.row.fault("starts_on", "早于出生日期")
        for column in ("ends_on", "waiting_until"):
            if starts_on and said.get(column) and said[column] < starts_on:
                entry.row.fault(column, "早于参保日期")
        paid_through, since = said.get("contributions_paid_through"), said.get("continuous_since")
        if paid_through and since and since > paid_through:
            entry.row.fault("continuous_since", "晚于缴费至的日期")


def _find_duplicates(entries: list[Entry]) -> None:
    """The later row is at fault, and names the earlier one."""
    people: dict[tuple[str, str], Entry] = {}
    cards: dict[str, Entry] = {}
    for entry in entries:
        earlier = people.setdefault(entry.key, entry) if entry.id_number else entry
        if earlier is not entry:
            entry.is_identified = False  # whose row it is nobody knows
            entry.row.fault("id_number", f"与{place_of(earlier.row, entry.row)}重复")
        same_card = cards.setdefault(entry.card, entry) if entry.card else entry
        if same_card is not entry and same_card is not earlier:
            entry.row.fault("card", f"与{place_of(same_card.row, entry.row)}的社保卡号重复")


def place_of(row: Row, seen_from: Row) -> str:
    """A row in words."""
    sheet = f"工作表“{row.sheet}”" if row.sheet != seen_from.sheet else ""
    return f"{sheet}第 {row.number} 行"
