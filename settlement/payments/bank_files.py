"""Files that go to a bank or an insurer: the same bytes however often they are made."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence

import openpyxl
from openpyxl.cell import WriteOnlyCell

from hospitals.exports import harmless

LONG_AGO = (2000, 1, 1, 0, 0, 0)  # the date of every part of a workbook, so that it does not change with the hour
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with BOM; account numbers are plain digits, for the bank's program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def as_workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Every cell is text, so that no account number loses digits; the same bytes at any time."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in (header, *rows):
        cells = [WriteOnlyCell(sheet, value=harmless(value)) for value in row]
        for cell in cells:
            cell.number_format = "@"
        sheet.append(cells)
    made = io.BytesIO()
    book.save(made)
    return _timeless(made.getvalue())


def _timeless(data: bytes) -> bytes:
    """A workbook without the hour it was written at."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in sorted(book.infolist(), key=lambda part: part.filename):
            content = book.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", b"", content)
            kept.writestr(zipfile.ZipInfo(part.filename, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
