"""What is taken for a scan: PDF, JPEG or PNG by its content, whatever it is called.  Standard library only."""

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from hospitals.reasons import Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 100_000_000  # an A3 page at 600 dpi has 70 million
MOST_SIDE = 20_000
NAME_LENGTH = 100
ACCEPTED = ".pdf,.jpg,.jpeg,.png"
ENDS_WITHIN = 2048

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
PDF_ENCRYPTED = re.compile(rb"/Encrypt\b")
PDF_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia)\b")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
JPEG_HEAD = b"\xff\xd8\xff"
JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
JPEG_SCAN, JPEG_END = 0xDA, b"\xff\xd9"
UNPRINTED = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # also what turns a name's direction


class Damaged(Exception):
    """The file begins like one of its kind and is none."""


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A file that is what it claims to be.  name: for people, with the ending of its kind."""

    name: str
    content_type: str
    data: bytes
    sha256: str

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]


def read_scan(name: str, data: bytes) -> ScanFile:
    """Raises Refused, naming the file, for what is no scan."""
    called = shown_name(name)
    if not data:
        raise Refused.because("empty", f"“{called}”是空文件")
    if len(data) > MOST_BYTES:
        raise Refused.because("too_big", f"“{called}”超过 {MOST_BYTES // 1024 // 1024} MB")
    content_type = kind_of(data)
    if content_type is None:
        raise Refused.because("not_a_scan", f"“{called}”不是扫描件，只接受 PDF、JPEG、PNG")
    try:
        CHECKS[content_type](data)
    except Damaged as damaged:
        raise Refused.because("damaged", f"“{called}”{damaged}") from damaged
    stem = PurePosixPath(called).stem[: NAME_LENGTH - 5]
    name = f"{stem}.{EXTENSIONS[content_type]}"
    return ScanFile(name, content_type, data, hashlib.sha256(data).hexdigest())


def kind_of(data: bytes) -> str | None:
    """By the first bytes; None for anything else."""
    if PDF_HEAD.match(data):
        return PDF
    if data.startswith(JPEG_HEAD):
        return JPEG
    return PNG if data.startswith(PNG_HEAD) else None


def shown_name(name: str) -> str:
    """The last part of a path, without what does not print."""
    last = UNPRINTED.sub("", name.replace("\\", "/")).rsplit("/", 1)[-1].strip(" .")
    return last[-NAME_LENGTH:] or "扫描件"


def _check_pdf(data: bytes) -> None:
    end = data[-ENDS_WITHIN:]
    if b"%%EOF" not in end or b"startxref" not in end:
        raise Damaged("不完整，请重新扫描")
    if PDF_ENCRYPTED.search(data):
        raise Damaged("有密码保护，请另存为没有密码的 PDF")
    if PDF_ACTIVE.search(data):
        raise Damaged("含脚本或附件，请另存为只有页面的 PDF")


def _check_jpeg(data: bytes) -> None:
    """Walks the segments up to the picture, which must have a size and an end."""
    at, has_size = 2, False
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise Damaged("不完整，请重新扫描")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in JPEG_ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < 2:
            raise Damaged("不完整，请重新扫描")
        if marker in JPEG_SIZES:
            if at + 9 > len(data):
                raise Damaged("不完整，请重新扫描")
            _check_size(int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7]))
            has_size = True
        at += 2 + length
        if marker == JPEG_SCAN:
            break
    if not has_size or data.find(JPEG_END, at) < 0:
        raise Damaged("不完整，请重新扫描")


def _check_png(data: bytes) -> None:
    """Walks the chunks: each whole by its checksum, the header first, the end last and nothing behind it."""
    at = len(PNG_HEAD)
    kinds: list[bytes] = []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) < length or zlib.crc32(kind + body).to_bytes(4) != data[at + 8 + length : at + 12 + length]:
            raise Damaged("不完整，请重新扫描")
        if not kinds:
            if kind != b"IHDR" or length != 13:
                raise Damaged("不完整，请重新扫描")
            _check_size(int.from_bytes(body[:4]), int.from_bytes(body[4:8]))
        kinds.append(kind)
        at += 12 + length
        if kind == b"IEND":
            break
    if at != len(data) or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise Damaged("不完整，请重新扫描")


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        raise Damaged("不完整，请重新扫描")
    if width > MOST_SIDE or height > MOST_SIDE or width * height > MOST_PIXELS:
        raise Damaged(f"的画面过大（{width}×{height} 像素），请降低分辨率重新扫描")


CHECKS: dict[str, Callable[[bytes], None]] = {PDF: _check_pdf, JPEG: _check_jpeg, PNG: _check_png}
