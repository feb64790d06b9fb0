"""From the bytes of a file to grids of cells.  What a file is, is judged by its content, never by its name."""

import contextlib
import csv
import io
import itertools
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .cells import Cell
from .table import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Unreadable

MAX_UNPACKED = 500 * 1024 * 1024
MAX_PARTS = 5_000
SAMPLE_LINES = 60
DELIMITERS = ",\t;"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# the package that a password puts around an xlsx file, or FILEPASS after the first record of an xls file
_ENCRYPTED = re.compile(
    re.escape("EncryptedPackage".encode("utf-16-le")) + rb"|\x09\x08\x10\x00.{16}(?:\x86\x00\x00\x00)?\x2f\x00",
    re.DOTALL,
)
WORKBOOK_PROGRAM = Path(__file__).with_name("workbook.py")
WORKBOOK_SECONDS = 120

DAMAGED = "文件已损坏或不是表格，无法读取，请重新导出后再试。"
NOT_A_TABLE = "这不是 xlsx、xls 或 csv 表格文件。"

Range = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as it lies: rows from the first line on, and its merged ranges ((top, left), (bottom, right)) from 0."""

    name: str
    rows: list[list[Cell]]
    merged: list[Range]
    hidden: bool = False


def read_grids(data: bytes, rate: Callable[[list[list[Cell]]], int]) -> list[Grid]:
    """The sheets of a workbook, or the one of a CSV file.

    rate: how well the first rows of a table are understood; it decides which delimiter a CSV file uses.
    Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("文件是空的。")
    if len(data) > MAX_BYTES:
        raise Unreadable(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件导入。")
    if data.startswith(ZIP):
        _check_package(data)
        return _read_workbook(data)
    if data.startswith(OLE):
        if _ENCRYPTED.search(data):
            raise Unreadable("文件设有密码，请去掉密码后再导入。")
        return _read_workbook(data)
    text = _decode(data)
    if text.lstrip().startswith("<"):
        raise Unreadable("这是网页格式的表格，请用表格软件打开后另存为 xlsx 再导入。")
    return [Grid("", _read_csv(text, rate), [])]


def _check_package(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable(DAMAGED) from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Unreadable(NOT_A_TABLE)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable("文件解压后过大，不予读取。")


def _read_workbook(data: bytes) -> list[Grid]:
    try:
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(WORKBOOK_PROGRAM), str(MAX_ROWS + SAMPLE_LINES), str(MAX_COLUMNS)],
            input=data,
            capture_output=True,
            timeout=WORKBOOK_SECONDS,
            check=False,
        )
        answer = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unreadable(DAMAGED) from None
    if child.returncode:
        sheet = answer["sheet"]
        raise Unreadable(
            {
                "rows": f"工作表“{sheet}”超过 {MAX_ROWS} 行，请分成几个文件导入。",
                "columns": f"工作表“{sheet}”超过 {MAX_COLUMNS} 列，请删去无关的列。",
            }.get(answer["problem"], DAMAGED)
        )
    return [Grid(name, rows or [], merged, hidden=rows is None) for name, rows, merged in answer]


def _decode(data: bytes) -> str:
    # UTF-8 is strict enough to be told apart; GB18030 takes nearly anything
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable(NOT_A_TABLE)


def _read_csv(text: str, rate: Callable[[list[list[Cell]]], int]) -> list[list[Cell]]:
    def parse(delimiter: str) -> Iterator[list[Cell]]:
        return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)  # type: ignore[return-value]

    def understood(delimiter: str) -> int:
        sample: list[list[Cell]] = []
        with contextlib.suppress(csv.Error):  # told with its row when the file is read
            sample.extend(itertools.islice(parse(delimiter), SAMPLE_LINES))
        return rate(sample)

    rows: list[list[Cell]] = []
    reader = parse(max(DELIMITERS, key=understood))
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                raise Unreadable(f"第 {len(rows) + 1} 行超过 {MAX_COLUMNS} 列，请删去无关的列。")
            if len(rows) >= MAX_ROWS + SAMPLE_LINES:
                raise Unreadable(f"文件超过 {MAX_ROWS} 行，请分成几个文件导入。")
            rows.append(row)
    except csv.Error:
        raise Unreadable(f"第 {len(rows) + 1} 行的引号不成对或单元格过长，无法读取。") from None
    return rows
