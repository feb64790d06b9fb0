"""Finding the header row of a list, and the column groups that stand side by side under it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .cells import Cell, as_text
from .table import Column, Group, Unreadable

SEARCHED_ROWS = 50  # titles and notes above the header are fewer
HEADER_ROWS = 3  # a header may be split over this many rows
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")


def heading_key(text: str) -> str:
    """What identifies a heading: letters and digits only, half-width, lower case."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


class Headings:
    """The headings that stand for the known columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._by_key = {
            heading_key(heading): column for column in columns for heading in (column.heading, *column.synonyms)
        }

    def column_of(self, cell: Cell) -> Column | None:
        """The column that a heading names, with or without what it has in brackets."""
        if not isinstance(cell, str) or not cell or len(cell) > 60:
            return None
        known = self._by_key.get(heading_key(cell))
        return known or self._by_key.get(heading_key(_BRACKETED.sub("", unicodedata.normalize("NFKC", cell))))

    def recognised(self, row: Iterable[Cell]) -> dict[int, Column]:
        return {index: column for index, cell in enumerate(row) if (column := self.column_of(cell))}

    def rate(self, rows: list[list[Cell]]) -> int:
        """How many columns the best header among the rows has; 0 where there is none."""
        return max((len(found) for _, found in self._candidates(rows)), default=0)

    def find(self, rows: list[list[Cell]]) -> "Header | None":
        """The header of a sheet; None where no row names all required columns.  Raises Unreadable where ambiguous."""
        candidates = self._candidates(rows)
        if not candidates:
            return None
        first, found = max(candidates, key=lambda candidate: len(candidate[1]))
        printed = {index: as_text(rows[first][index]) for index in found}
        others = {index: as_text(cell) for index, cell in enumerate(rows[first]) if index not in found}
        last = first
        for row in rows[first + 1 : first + HEADER_ROWS]:
            lower = self.recognised(row)
            if not lower or any(as_text(cell) and index not in lower for index, cell in enumerate(row)):
                break
            if all(found.get(index) == column for index, column in lower.items()):
                break  # the same header again
            last += 1
            for index, column in lower.items():
                found[index], printed[index] = column, as_text(row[index])
                others.pop(index, None)
        return Header(first, last, self._groups(found, printed), [text for text in others.values() if text])

    def _candidates(self, rows: list[list[Cell]]) -> list[tuple[int, dict[int, Column]]]:
        required = {column.name for column in self.columns if column.required}
        return [
            (number, found)
            for number, row in enumerate(rows[:SEARCHED_ROWS])
            if (found := self.recognised(row)) and required <= {column.name for column in found.values()}
        ]

    def _groups(self, found: dict[int, Column], printed: dict[int, str]) -> list[Group]:
        """A heading that comes again opens the next group; two different headings for one column are ambiguous."""
        groups: list[dict[Column, int]] = [{}]
        for index in sorted(found):
            column = found[index]
            earlier = groups[-1].get(column)
            if earlier is not None:
                if heading_key(printed[earlier]) != heading_key(printed[index]):
                    both = f"“{printed[earlier]}”和“{printed[index]}”"
                    raise Unreadable(f"{both}两列都像是{column.heading}，请只留一列。")
                groups.append({})
            groups[-1][column] = index
        required = {column for column in self.columns if column.required}
        return [
            Group(
                {column.name: index for column, index in group.items()},
                {column.name: printed[index] for column, index in group.items()},
            )
            for group in groups
            if required <= group.keys()
        ]


@dataclass(frozen=True, slots=True)
class Header:
    """first, last: rows of the header, from 0."""

    first: int
    last: int
    groups: list[Group]
    unknown: list[str]

    def repeated_in(self, row: list[Cell]) -> bool:
        """Whether the row is the header printed again, on a later page."""
        return all(
            index < len(row) and as_text(row[index]) == group.headings[name]
            for group in self.groups
            for name, index in group.columns.items()
        )
