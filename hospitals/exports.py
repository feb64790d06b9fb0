"""Lists out: streamed CSV and workbooks, safe against formulas."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import openpyxl
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Row = Sequence[Any]
FORMATS = {"csv": "CSV", "xlsx": "Excel"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula; a number, if it is less than nought, is none."""
    text = "" if value is None else str(value)
    if isinstance(value, int | Decimal):
        return text
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def export(kind: str, name: str, header: Row, rows: Iterable[Row]) -> HttpResponseBase:
    """A download of `rows` under `header`; kind is a key of FORMATS, name has no ending."""
    return _workbook(name, header, rows) if kind == "xlsx" else _csv(name, header, rows)


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(name: str, header: Row, rows: Iterable[Row]) -> HttpResponseBase:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # so that Excel reads UTF-8
        yield writer.writerow(header)
        for row in rows:
            yield writer.writerow([harmless(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return response


def workbook(name: str, sheets: Iterable[tuple[str, Row, Iterable[Row]]]) -> HttpResponseBase:
    """A download of several sheets (title, header, rows).  Numbers stay numbers, everything else is harmless text."""
    book = openpyxl.Workbook(write_only=True)
    for title, header, rows in sheets:
        _add_sheet(book, title, header, rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


def _workbook(name: str, header: Row, rows: Iterable[Row]) -> HttpResponseBase:
    return workbook(name, [(name, header, ([harmless(value) for value in row] for row in rows))])


def _add_sheet(book: openpyxl.Workbook, title: str, header: Row, rows: Iterable[Row]) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    titles = [WriteOnlyCell(sheet, value=title) for title in header]
    for cell in titles:
        cell.font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([value if isinstance(value, int | Decimal) else harmless(value) for value in row])
