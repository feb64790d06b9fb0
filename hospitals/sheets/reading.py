"""A file in, a table of rows out."""

import re
from collections.abc import Mapping, Sequence

from .cells import Cell, as_text, read_cell
from .grids import Grid, read_grids
from .headers import Header, Headings
from .table import MAX_ROWS, Column, Group, Row, Skipped, Table, Unreadable

_NOTE = re.compile(
    r"(注|备注|说明|附注|附|填表|制表|审核|单位负责|负责人|填报|联系人|截至|截止)[^:：]{0,10}[:：].*"
    r"|(合计|总计|小计|共计|共)[:：]?\d*[家个所条]?",
    re.DOTALL,
)


def read_table(data: bytes, columns: Sequence[Column]) -> Table:
    """Rows of the list in `data` (xlsx, xls, csv) under the headings of `columns`.

    Every visible sheet that has the header is read, hidden ones are not.  Groups of columns printed side by side follow
    each other: down the first, then down the next.  Cells merged downwards count for each row they cover.  Titles,
    notes, repeated headers and empty rows are left out; notes and sheets left out are told in `skipped`.
    Raises Unreadable with a Chinese sentence where the file is no such list.
    """
    headings = Headings(columns)
    grids = read_grids(data, headings.rate)
    skipped: list[Skipped] = []
    lists: list[tuple[Grid, Header]] = []
    for grid in grids:
        header = None if grid.hidden else headings.find(grid.rows)
        if header:
            lists.append((grid, header))
        elif grid.hidden or grid.rows:
            skipped.append(Skipped(grid.name, None, "隐藏的工作表，未读取" if grid.hidden else "没有找到表头，未读取"))
    if not lists:
        needed = "、".join(f"“{column.heading}”" for column in columns if column.required)
        raise Unreadable(f"没有找到表头：表中应有{needed}一列。")

    by_name = {column.name: column for column in columns}
    rows: list[Row] = []
    for grid, header in lists:
        rows += _read_sheet(grid, header, by_name, skipped, sheet=grid.name if len(lists) > 1 else "")
        if len(rows) > MAX_ROWS:
            raise Unreadable(f"文件超过 {MAX_ROWS} 行，请分成几个文件导入。")
    if not rows:
        raise Unreadable("表头下面没有数据。")
    headings_read: dict[str, str] = {}
    for _, header in lists:
        for group in header.groups:
            headings_read = {**group.headings, **headings_read}
    return Table(
        headings=headings_read,
        rows=rows,
        skipped=skipped,
        unknown_headings=list(dict.fromkeys(text for _, header in lists for text in header.unknown)),
    )


def read_book(data: bytes, columns_of: Mapping[str, Sequence[Column]]) -> tuple[dict[str, Table], list[str]]:
    """The sheets of a workbook that are known by name, each under its own headings, and what was left out, in words.

    A sheet may have no rows.  Raises Unreadable, also where a known sheet lacks its header.
    """
    tables: dict[str, Table] = {}
    notes: list[str] = []
    for grid in read_grids(data, rate=lambda rows: 1):
        columns = None if grid.hidden else columns_of.get(grid.name)
        if columns is None:
            notes.append(f"工作表“{grid.name}”未读取" + ("（隐藏）" if grid.hidden else "（不认识的名称）"))
            continue
        header = Headings(columns).find(grid.rows)
        if header is None:
            needed = "、".join(f"“{column.heading}”" for column in columns if column.required)
            raise Unreadable(f"工作表“{grid.name}”没有找到表头：应有{needed}各列。")
        skipped: list[Skipped] = []
        by_name = {column.name: column for column in columns}
        rows = _read_sheet(grid, header, by_name, skipped, sheet=grid.name)
        tables[grid.name] = Table(dict(header.groups[0].headings), rows, skipped, header.unknown)
        notes += [f"{grid.name} 第 {one.row} 行：{one.text}" for one in skipped]
    return tables, notes


def _read_sheet(
    grid: Grid, header: Header, columns: dict[str, Column], skipped: list[Skipped], *, sheet: str
) -> list[Row]:
    start = header.last + 1
    _fill_merged_down(grid, start)
    wide = {top for (top, left), (_, right) in grid.merged if top >= start and _spans_list(left, right, header)}
    told: set[int] = set()
    rows: list[Row] = []
    for group in header.groups:
        fields = [(name, index, columns[name]) for name, index in group.columns.items()]
        for number, cells in enumerate(grid.rows[start:], start + 1):
            row = _read_row(number, cells, group, fields, sheet)
            if row is None or header.repeated_in(cells):
                continue
            note = _note_in(row, columns, cells, wide=number - 1 in wide)
            if note is None:
                rows.append(row)
            elif note and number not in told:
                told.add(number)
                skipped.append(Skipped(sheet, number, note))
    return rows


def _read_row(
    number: int, cells: list[Cell], group: Group, fields: list[tuple[str, int, Column]], sheet: str
) -> Row | None:
    """The row's entry in this group of columns; None where all its cells are empty."""
    width = len(cells)
    values: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for name, index, column in fields:
        cell = cells[index] if index < width else ""
        if cell == "":
            values[name] = ""
            continue
        values[name], fault = read_cell(cell, column)
        if fault:
            wrong.append((name, fault))
    if not any(values.values()):
        return None
    row = Row(number, values, group, sheet)
    for name, fault in wrong:
        row.fault(name, fault)
    return row


def _note_in(row: Row, columns: dict[str, Column], cells: list[Cell], *, wide: bool) -> str | None:
    """None where the row is data; else the note that it holds ('' for a row that is only numbered)."""
    filled = [name for name, value in row.values.items() if value]
    if len(filled) == 1:
        text = row.values[filled[0]]
        if columns[filled[0]].serial:
            return "" if text.isdigit() else text
        return text if wide or _NOTE.fullmatch(text) else None
    return next(text for cell in cells if (text := as_text(cell))) if wide else None


def _fill_merged_down(grid: Grid, start: int) -> None:
    for (top, left), (bottom, _) in grid.merged:
        if top < start or bottom == top or top >= len(grid.rows) or left >= len(grid.rows[top]):
            continue
        for row in grid.rows[top + 1 : bottom + 1]:
            if left < len(row):
                row[left] = grid.rows[top][left]


def _spans_list(left: int, right: int, header: Header) -> bool:
    """A cell merged over all columns of the list is a caption, not an entry."""
    indexes = [index for group in header.groups for index in group.columns.values()]
    return len(indexes) > 1 and left <= min(indexes) and right >= max(indexes)
