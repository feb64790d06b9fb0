"""What a reader is told about a list (columns) and what it gives back (a table of rows with their faults)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 500


class Unreadable(Exception):
    """The file as a whole cannot be read; the message is one Chinese sentence for the person who chose it."""


class Kind(Enum):
    TEXT = "text"
    CODE = "code"  # letters and digits that must not have passed through a number: hospital codes, id numbers
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that an import knows.

    name: key in Row.values.  heading: the usual heading.  synonyms: other headings met in practice; spaces, line
    breaks, punctuation, full-width forms and what stands in brackets do not count.  required: without it there is no
    table.  serial: only numbers the rows, so a row that holds nothing else is not data.
    """

    name: str
    heading: str
    synonyms: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    required: bool = False
    serial: bool = False
    max_length: int = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a row: the row as the spreadsheet numbers it, the column by its heading, the cause.

    source: the clause that the cause rests on, empty where it is none.
    """

    row: int
    column: str
    value: str
    text: str
    cell: str = ""
    sheet: str = ""
    source: str = ""

    def as_dict(self) -> dict[str, int | str]:
        entry: dict[str, int | str] = {"row": self.row, "column": self.column, "value": self.value, "text": self.text}
        if self.cell:
            entry["cell"] = self.cell
        if self.sheet:
            entry["sheet"] = self.sheet
        if self.source:
            entry["source"] = self.source
        return entry


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together; a printed list may have several side by side."""

    columns: Mapping[str, int]  # Column.name -> index of the spreadsheet's column, from 0
    headings: Mapping[str, str]  # Column.name -> heading as printed


@dataclass(slots=True)
class Row:
    """One entry of the list.  `values` holds every column of its group, as cleaned text; an empty cell is ''."""

    number: int
    values: dict[str, str]
    group: Group
    sheet: str = ""  # empty where only one sheet was read
    faults: list[Fault] = field(default_factory=list)

    def fault(self, column: str, text: str, value: str | None = None, source: str = "") -> None:
        """Note what is wrong with the row; `column` is a Column.name that need not be in the list."""
        index = self.group.columns.get(column)
        self.faults.append(
            Fault(
                row=self.number,
                column=self.group.headings.get(column, column),
                value=self.values.get(column, "") if value is None else value,
                text=text,
                cell="" if index is None else f"{column_letters(index)}{self.number}",
                sheet=self.sheet,
                source=source,
            )
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row or a sheet that was left out, shown to the person so that nothing vanishes silently."""

    sheet: str
    row: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list in reading order, and which of the known columns it has (name -> heading as printed)."""

    headings: dict[str, str]
    rows: list[Row]
    skipped: list[Skipped]
    unknown_headings: list[str]


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
