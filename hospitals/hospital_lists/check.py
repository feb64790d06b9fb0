"""Checking the rows of a list by themselves: what each says, and everything that is wrong with it.  Plain Python."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hospitals.hospital_lists.words import WrittenLevel, match_key, read_level, read_services
from hospitals.sheets import Row, Table
from hospitals.vocabulary import Scope, Service

CODE = re.compile(r"[HP]\d{11}")
CITY_LEVEL = {"市直", "市本级", "本级", "市属", "省属"}


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What the check needs to know of the pooling area.

    code, name: of the area.  province: the province's name.  counties: code → name.  districts: what the documents
    call parts of the area that have no code of their own (高新区).  is_city: its counties share its first four digits.
    """

    code: str
    name: str
    province: str
    counties: Mapping[str, str]
    districts: frozenset[str] = frozenset()
    is_city: bool = True


@dataclass(slots=True)
class Entry:
    """A row as the directory would keep it.  '' or None: the list has no such column, or the cell is empty."""

    row: Row
    name: str
    key: str
    code: str
    level: WrittenLevel | None
    county: str | None
    county_from_text: str | None  # used for a new hospital only
    address: str
    phone: str
    batch: str
    services: frozenset[tuple[Service, Scope]] = field(default=frozenset())
    opened_on: dt.date | None = None


class Checker:
    """Checks the rows of one list.  Faults are noted in the rows themselves."""

    def __init__(self, area: AreaFacts, scope: Scope) -> None:
        self.area = area
        self.scope = scope
        self._counties = {name: code for code, name in area.counties.items()}
        self._prefix_length = _shared_digits(area)
        names = "|".join(sorted(map(re.escape, self._counties), key=len, reverse=True)) or "(?!)"
        self._located = re.compile(f"(?:{re.escape(area.province)})?(?:{re.escape(area.name)})?({names})")
        self._county_words: dict[str, str | None] = {}

    def entries(self, table: Table) -> list[Entry]:
        """One entry a row, in the order of the list."""
        entries = [self.entry(row) for row in table.rows]
        self._find_duplicates(entries)
        return entries

    def entry(self, row: Row) -> Entry:
        values = row.values
        name, code, address = values["name"], values.get("code", ""), values.get("address", "")
        if not name:
            row.fault("name", "缺少医院名称")
        if code:
            self._check_code(row, code)
        level = None
        if values.get("level"):
            try:
                level = read_level(values["level"])
            except ValueError as problem:
                row.fault("level", str(problem))
        county = self._county(row, values["county"]) if values.get("county") else None
        entry = Entry(
            row=row,
            name=name,
            key=match_key(name),
            code=code,
            level=level,
            county=county,
            county_from_text=county or self._county_in_text(address, code, name),
            address=address,
            phone=values.get("phone", ""),
            batch=values.get("batch", ""),
        )
        if values.get("services") or values.get("opened_on") or values.get("scope"):
            self._read_services(entry)
        return entry

    def _check_code(self, row: Row, code: str) -> None:
        if any(fault.column == row.group.headings.get("code") for fault in row.faults):
            return
        if not CODE.fullmatch(code):
            row.fault("code", "应为 12 位：H 或 P、6 位行政区划代码、5 位数字")
        elif not self._is_code_of_area(code[1:7]):
            row.fault("code", f"编码中的区划 {code[1:7]} 不属于{self.area.name}")

    def _is_code_of_area(self, digits: str) -> bool:
        at_province = digits[:2] == self.area.code[:2] and digits[2:] in ("0000", "9900")
        return digits[: self._prefix_length] == self.area.code[: self._prefix_length] or at_province

    def _county(self, row: Row, text: str) -> str | None:
        if text not in self._county_words:
            word = match_key(text).removeprefix(self.area.province).removeprefix(self.area.name)
            found = self._counties.get(word)
            if found is None:
                same_stem = [code for name, code in self._counties.items() if name[:-1] == word]
                found = same_stem[0] if len(same_stem) == 1 else None
            if found is None and word and word not in CITY_LEVEL and word not in self.area.districts:
                found = "?"
            self._county_words[text] = found
        found = self._county_words[text]
        if found == "?":
            row.fault("county", f"{self.area.name}没有这个县（市、区）")
            return None
        return found

    def _county_in_text(self, address: str, code: str, name: str) -> str | None:
        """The county where address, code or name says it beyond doubt: 东营市广饶县孙武路 → 广饶县."""
        located = self._located.match(address)
        if located:
            return self._counties[located[1]]
        if code[1:7] in self.area.counties:
            return code[1:7]
        named = self._located.match(name)
        return self._counties[named[1]] if named else None

    def _read_services(self, entry: Entry) -> None:
        values = entry.row.values
        opened_on = values.get("opened_on", "")
        if not values.get("services"):
            column = "opened_on" if opened_on else "scope"
            entry.row.fault(column, "没有写明开通的是哪项业务")
            return
        try:
            entry.services = read_services(values["services"], values.get("scope", ""), self.scope)
        except ValueError as problem:
            entry.row.fault("services", str(problem))
        if opened_on and not any(fault.value == opened_on for fault in entry.row.faults):
            entry.opened_on = dt.date.fromisoformat(opened_on)

    def _find_duplicates(self, entries: list[Entry]) -> None:
        by_code: dict[str, Entry] = {}
        by_name: dict[str, Entry] = {}
        for entry in entries:
            earlier = by_name.setdefault(entry.key, entry) if entry.key else entry
            if earlier is not entry:
                entry.row.fault("name", f"与{_place(earlier.row, entry.row)}重复")
            same_code = by_code.setdefault(entry.code, entry) if entry.code else entry
            if same_code not in (entry, earlier):
                entry.row.fault("code", f"与{_place(same_code.row, entry.row)}的编码重复")


def _shared_digits(area: AreaFacts) -> int:
    if area.code.endswith("0000"):
        return 2
    return 4 if area.is_city else 6


def _place(row: Row, seen_from: Row) -> str:
    sheet = f"工作表“{row.sheet}”" if row.sheet != seen_from.sheet else ""
    return f"{sheet}第 {row.number} 行"
