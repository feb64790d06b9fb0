"""Reads a workbook from standard input and writes its sheets as JSON to standard output: a program of its own.

A damaged or hostile workbook can make the reading library ask for half a terabyte and take the process down (one cell
in the last row and column is enough), so `hospitals.sheets.grids` runs this as a child with limited memory and time.
Exit status 0: [[name, rows or null where hidden, merged ranges], ...]; 3: {"problem": code, "sheet": name}.
"""

import contextlib
import datetime as dt
import io
import json
import resource
import sys

import python_calamine

MEMORY = 1536 * 1024 * 1024  # bytes of address space
SECONDS = 60  # of processor time
PROBLEM = 3  # exit status


class Problem(Exception):
    def __init__(self, code: str, sheet: str = "") -> None:
        super().__init__(code)
        self.answer = {"problem": code, "sheet": sheet}


def plain(cell: object) -> str:
    """What JSON does not know: days and times, as text."""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == dt.time() else "%Y-%m-%d %H:%M:%S")
    return str(cell)


def sheets(data: bytes, max_rows: int, max_columns: int) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: list[list[object]] = []
    for sheet in book.sheets_metadata:
        if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
            found.append([sheet.name, None, []])
            continue
        content = book.get_sheet_by_name(sheet.name)
        last_row, last_column = content.end or (0, 0)
        if last_row >= max_rows:
            raise Problem("rows", sheet.name)
        if last_column >= max_columns:
            raise Problem("columns", sheet.name)
        found.append([sheet.name, content.to_python(skip_empty_area=False), content.merged_cell_ranges or []])
    return found


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: object = None
    status = 0
    try:
        answer = sheets(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    except Problem as problem:
        status, answer = PROBLEM, problem.answer
    except BaseException:  # the library panics on some damaged files
        status, answer = PROBLEM, {"problem": "damaged", "sheet": ""}
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(json.dumps(answer, default=plain, ensure_ascii=False).encode())
    return status


if __name__ == "__main__":
    sys.exit(main())
