"""Reads a question field by field and tells every fault at once, in Chinese.  Plain Python."""

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

from hospitals.reasons import Reason
from hospitals.vocabulary import Term

T = TypeVar("T", bound=Term)

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


class Fields:
    """One question.  A field that is absent, null or faulty reads as None; `faults` holds a reason for each fault.

    given: the question, of JSON values (days may be dates already).  names: the Chinese name of every field.
    """

    __slots__ = ("faults", "given", "names")

    def __init__(self, given: Mapping[str, object], names: Mapping[str, str]) -> None:
        self.given = given
        self.names = names
        self.faults: list[Reason] = []

    def fault(self, key: str, code: str, text: str) -> None:
        """Note a fault of a field; `text` continues a sentence that begins with the field's name."""
        self.faults.append(Reason(code, f"{self.names[key]}（{key}）{text}"))

    def text(self, key: str, *, required: bool = True) -> str | None:
        value = self.given.get(key)
        if isinstance(value, str) and value:
            return value
        if value is None or value == "":
            if required:
                self.fault(key, "missing_field", "必须填写")
        else:
            self.fault(key, "wrong_type", f"应为文字，所给为{shown(value)}")
        return None

    def term(self, key: str, kind: type[T], *, required: bool = True) -> T | None:
        value = self.given.get(key)
        member = kind._value2member_map_.get(value) if isinstance(value, str) else None
        if member is None and (code := self.text(key, required=required)) is not None:
            self.fault(key, "unknown_value", f"没有{shown(code)}这个值，可填{'、'.join(kind)}")
        return member  # type: ignore[return-value]

    def day(self, key: str, *, required: bool = True) -> dt.date | None:
        value = self.given.get(key)
        day = value if type(value) is dt.date else None
        if day is None:
            written = self.text(key, required=required)
            if written is None:
                return None
            day = parse_day(written)
        if day is None:
            self.fault(key, "malformed_date", f"{shown(written)}不是有效的日期，应为 YYYY-MM-DD")
        elif not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.fault(key, "malformed_date", f"{shown(day.isoformat())}不在 {EARLIEST_YEAR} 至 {LATEST_YEAR} 年之间")
            return None
        return day

    def flag(self, key: str, *, required: bool = False) -> bool | None:
        value = self.given.get(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.fault(key, "wrong_type", f"应为 true 或 false，所给为{shown(value)}")
        elif required:
            self.fault(key, "missing_field", "必须填写")
        return None

    def terms(self, key: str, kind: type[T]) -> frozenset[T]:
        """A list of codes; absent is empty."""
        value = self.given.get(key)
        if value is None:
            return frozenset()
        if not isinstance(value, list | tuple | set | frozenset):
            self.fault(key, "wrong_type", f"应为列表，所给为{shown(value)}")
            return frozenset()
        members = set()
        for code in value:
            member = kind._value2member_map_.get(code) if isinstance(code, str) else None
            if member is None:
                self.fault(key, "unknown_value", f"没有{shown(code)}这个值")
            else:
                members.add(member)
        return frozenset(members)  # type: ignore[arg-type]


def parse_day(written: str) -> dt.date | None:
    """YYYY-MM-DD and no other of the ways ISO 8601 allows."""
    if len(written) != 10 or written[7] != "-":
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return None


def shown(value: object) -> str:
    """A value as a message quotes it: in quotation marks, short."""
    text = value if isinstance(value, str) else str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"
