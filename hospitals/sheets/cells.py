"""One cell: from what the file holds to clean text, and the faults a cell can have on its own."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal

from .table import Column, Kind

Cell = str | int | float

EXACT_DIGITS = 15  # a spreadsheet keeps no more digits of a number
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF])  # left behind by copying from web pages; they mean nothing
_BLANK = re.compile(r"\s+")
_CJK_GAP = re.compile(r"(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])\n(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])")
_DATE = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?(?:[ T]0?0:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?E\+\d+")
_SERIAL_DAY = re.compile(r"\d{5}(?:\.\d+)?")


def as_text(cell: Cell) -> str:
    """Text of a cell: trimmed, line breaks within Chinese joined, other white space made one blank; 1.0 is `1`."""
    if not isinstance(cell, str):
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        if abs(cell) >= 10**EXACT_DIGITS:
            return f"{Decimal(f'{cell:.{EXACT_DIGITS}g}'):f}"  # what the spreadsheet shows of it
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    if cell.isprintable() and " " not in cell:
        return cell
    text = cell.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _BLANK.sub(" ", _CJK_GAP.sub("", text))


def as_day(text: str) -> dt.date | None:
    """2017-03-01, 2017/3/1, 2017.3.1, 2017年3月1日 or 20170301 as a date; None where it is none."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_cell(cell: Cell, column: Column) -> tuple[str, str]:
    """The cell's text (a date as YYYY-MM-DD, a code in capitals) and what is wrong with it, '' where nothing is."""
    text = as_text(cell)
    if column.kind is Kind.CODE:
        text = text if text.isascii() else unicodedata.normalize("NFKC", text)
        text = text.replace(" ", "").upper()
        if not isinstance(cell, str):
            return text, _number_instead_of_code(text)
        if "E+" in text and _SCIENTIFIC.fullmatch(text):
            return text, "被写成了科学计数，原来的数字已经丢失，请把该列设为文本后重新填写"
    elif column.kind is Kind.DATE and text:
        day = as_day(text)
        if day is None:
            if _SERIAL_DAY.fullmatch(text):
                return text, "日期存成了序列数字，请把该列设为日期或文本"
            return text, "不是有效的日期，应如 2017-03-01"
        return day.isoformat(), ""
    if not text.isprintable() and any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text):
        return text, "含有看不见的控制字符"
    if len(text) > column.max_length:
        return text, f"超过 {column.max_length} 个字"
    return text, ""


def _number_instead_of_code(text: str) -> str:
    if len(text.lstrip("-")) > EXACT_DIGITS:
        return f"在表格里存成了数字，超过 {EXACT_DIGITS} 位的数字已经丢失，请把该列设为文本后重新填写"
    return "在表格里存成了数字，开头的字母或零已经丢失，请把该列设为文本后重新填写"
