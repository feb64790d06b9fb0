"""The platform's file, row by row: CSV as a stream, up to a million lines; a workbook through the common reader."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from hospitals.sheets import Unreadable, read_table
from hospitals.sheets.headers import Header, Headings
from settlement.clearing.files.columns import COLUMNS

MOST_ROWS = 1_000_000
MOST_BYTES = 400 * 1024 * 1024
SAMPLE_LINES = 60
CHUNK = 1 << 20
PACKAGES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2}0*)?")
LEFT_BEHIND = str.maketrans("", "", "\t\u200b\ufeff'`")  # before numbers that are to stay text
FLAGS = {"": False, "0": False, "否": False, "1": True, "是": True}
NAMES = tuple(column.name for column in COLUMNS if not column.serial)
LENGTHS = {column.name: column.max_length for column in COLUMNS}
Fault = tuple[str, str]  # column, what is wrong


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One settlement as the platform has it; amounts in yuan, as text or Decimal.  acct_pay: None where not given."""

    setl_id: str
    medfee_sumamt: object
    fund_pay_sumamt: object
    acct_pay: object = None
    psn_no: str = ""
    mdtrt_id: str = ""
    msgid: str = ""
    refd_setl_flag: bool = False


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that cannot be compared.  written: as it stands in the file."""

    faults: list[Fault]
    written: dict[str, str]


@dataclass(slots=True)
class Reading:
    """headings: column → heading as printed.  rows: numbered as the spreadsheet shows them; to be read once.  notes: of
    what is left out."""

    headings: dict[str, str]
    rows: Iterable[tuple[int, PlatformRow | FaultyRow]]
    notes: list[str] = field(default_factory=list)


def read(file: BinaryIO) -> Reading:
    """Raises Unreadable, also while the rows are read."""
    file.seek(0)
    start = file.read(8)
    if not start.strip():
        raise Unreadable("文件是空的。")
    if start.startswith(PACKAGES):
        file.seek(0)
        return _workbook(file.read())
    return _csv(file)


def _workbook(data: bytes) -> Reading:
    table = read_table(data, COLUMNS)

    def rows() -> Iterator[tuple[int, PlatformRow | FaultyRow]]:
        for row in table.rows:
            names = {heading: name for name, heading in row.group.headings.items()}
            told = [(names.get(fault.column, fault.column), fault.text) for fault in row.faults]
            yield row.number, FaultyRow(told, row.values) if told else checked(row.values)

    notes = [f"{one.sheet} {one.row or ''}：{one.text}" for one in table.skipped]
    return Reading(table.headings, rows(), notes)


def _csv(file: BinaryIO) -> Reading:
    encoding = _encoding(file)
    headings = Headings(COLUMNS)
    sample = _sample(file, encoding)
    delimiter = max(",\t;", key=lambda one: headings.rate([list(row) for row in _parsed(sample, one)]))
    header = headings.find([list(row) for row in _parsed(sample, delimiter)])
    if header is None:
        raise Unreadable("没有找到表头：表中应有“结算编号”“医疗费总额”“基金支付总额”各列。")
    notes = ["未使用的列：" + "、".join(header.unknown)] if header.unknown else []
    return Reading(dict(header.groups[0].headings), _rows(file, encoding, delimiter, header), notes)


def _encoding(file: BinaryIO) -> str:
    """UTF-8 is strict enough to be told apart; GB18030 takes nearly anything."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                raise Unreadable("这不是 xlsx、xls 或 csv 表格文件。")
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _sample(file: BinaryIO, encoding: str) -> list[str]:
    text = _text(file, encoding)
    try:
        return list(itertools.islice(text, SAMPLE_LINES))
    except UnicodeDecodeError:
        raise Unreadable("文件的文字编码无法识别，请另存为 UTF-8 的 csv。") from None
    finally:
        text.detach()


def _parsed(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _rows(
    file: BinaryIO, encoding: str, delimiter: str, header: Header
) -> Iterator[tuple[int, PlatformRow | FaultyRow]]:
    places = [(name, place) for name, place in header.groups[0].columns.items() if name in NAMES]
    text = _text(file, encoding)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    count = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number <= header.last + 1 or not any(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise Unreadable(f"文件超过 {MOST_ROWS} 行，请分月导入。")
            width = len(cells)
            yield number, checked({name: cells[place].strip() if place < width else "" for name, place in places})
    except csv.Error:
        raise Unreadable(f"第 {reader.line_num} 行的引号不成对或单元格过长，无法读取。") from None
    except UnicodeDecodeError:
        raise Unreadable("文件的文字编码无法识别，请另存为 UTF-8 的 csv。") from None
    finally:
        text.detach()
    if not count:
        raise Unreadable("表头下面没有数据。")


def checked(values: dict[str, str]) -> PlatformRow | FaultyRow:
    """The row, or what is wrong with it."""
    faults: list[Fault] = []
    words = {name: values.get(name, "").translate(LEFT_BEHIND) for name in ("setl_id", "psn_no", "mdtrt_id", "msgid")}
    for name, word in words.items():
        if len(word) > LENGTHS[name]:
            faults.append((name, f"超过 {LENGTHS[name]} 个字"))
    if not words["setl_id"]:
        faults.append(("setl_id", "缺少结算编号"))
    is_refund = FLAGS.get(values.get("refd_setl_flag", ""))
    if is_refund is None:
        faults.append(("refd_setl_flag", "应为 0 或 1"))
    amounts: dict[str, str | None] = {}
    for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay"):
        written = values.get(name, "").replace(",", "").lstrip("¥￥ ")
        if not written and name == "acct_pay":
            amounts[name] = None
        elif not AMOUNT.fullmatch(written):
            faults.append((name, "应为金额，最多精确到分"))
        else:
            amounts[name] = f"-{written.lstrip('-')}" if is_refund else written
    if faults:
        return FaultyRow(faults, values)
    return PlatformRow(
        medfee_sumamt=amounts["medfee_sumamt"],
        fund_pay_sumamt=amounts["fund_pay_sumamt"],
        acct_pay=amounts["acct_pay"],
        refd_setl_flag=bool(is_refund),
        **words,
    )
