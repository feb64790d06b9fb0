"""What is taken for a scan, by its content; what is refused, and in which words."""

import io
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.scans.files import JPEG, MOST_BYTES, PDF, PNG, read_scan, shown_name
from hospitals.reasons import Refused
from tests.filings import scanned


@pytest.mark.parametrize(
    ("data", "content_type", "name"),
    [
        (scanned.pdf(), PDF, "身份证.pdf"),
        (scanned.jpeg(), JPEG, "身份证.jpg"),
        (scanned.png(), PNG, "身份证.png"),
    ],
)
@pytest.mark.parametrize("called", ["身份证.pdf", "身份证.JPG", "身份证", "身份证.exe"])
def test_scan_is_known_by_its_content_and_named_for_it(data: bytes, content_type: str, name: str, called: str) -> None:
    scan = read_scan(called, data)
    assert (scan.content_type, scan.name, scan.data) == (content_type, name, data)
    assert len(scan.sha256) == 64


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb", bytes(5_000_000))
    return packed.getvalue()


HOSTILE = {
    "an HTML page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="x"><script>alert(1)</script></svg>',
    "an XML head before it": b'<?xml version="1.0"?><svg/>',
    "a zip bomb": zip_bomb(),
    "a workbook": b"PK\x03\x04xl/workbook.xml",
    "a Windows program": b"MZ\x90\x00",
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a TIFF": b"II*\x00" + bytes(20),
    "a GIF": b"GIF89a" + bytes(20),
    "a PDF behind a page": b"<html>" + scanned.pdf(),
    "text": "身份证".encode(),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_scan_is_refused_whatever_it_is_called(data: bytes) -> None:
    for name in ("x.pdf", "x.png", "x.jpg"):
        with pytest.raises(Refused, match=f"“{name}”不是扫描件，只接受 PDF、JPEG、PNG"):
            read_scan(name, data)


DAMAGED = {
    "a PDF cut short": (scanned.pdf()[:-20], "不完整"),
    "a PDF with a page behind": (scanned.pdf() + b"<script>" + bytes(5000), "不完整"),
    "a PDF with a password": (scanned.pdf(b"\n/Encrypt 9 0 R"), "密码保护"),
    "a PDF with a script": (scanned.pdf(b"\n<< /S /JavaScript /JS (app.alert(1)) >>"), "含脚本或附件"),
    "a PDF that starts something": (scanned.pdf(b"\n<< /S /Launch /F (cmd.exe) >>"), "含脚本或附件"),
    "a PDF with a file in it": (scanned.pdf(b"\n<< /Type /EmbeddedFile >>"), "含脚本或附件"),
    "a PNG cut short": (scanned.png()[:-6], "不完整"),
    "a PNG altered": (scanned.png().replace(b"IDAT", b"IDAU"), "不完整"),
    "a PNG with something behind": (scanned.png(after=b"<script>"), "不完整"),
    "a PNG of nothing": (scanned.png(0, 5), "不完整"),
    "a PNG that fills the memory": (scanned.png(60_000, 60_000), "画面过大（60000×60000 像素）"),
    "a PNG without its picture": (b"\x89PNG\r\n\x1a\n", "不完整"),
    "a JPEG cut short": (scanned.jpeg()[:-2], "不完整"),
    "a JPEG of its head alone": (b"\xff\xd8\xff\xe0", "不完整"),
    "a JPEG that fills the memory": (scanned.jpeg(65_000, 65_000), "画面过大"),
    "a JPEG with a page inside": (b"\xff\xd8\xff<script>", "不完整"),
    "nothing": (b"", "是空文件"),
    "too much": (scanned.pdf(bytes(MOST_BYTES)), "超过 10 MB"),
}


@pytest.mark.parametrize(("data", "told"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_or_dangerous_file_is_refused_by_name(data: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        read_scan("证明.pdf", data)
    assert "“证明.pdf”" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/absolute/身份证.pdf", "身份证.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("照片\u202efdp.exe", "照片fdp.exe"),
        ("...", "扫描件"),
        ("", "扫描件"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_name_is_shown_without_path_or_tricks(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert len(read_scan(name, scanned.png()).name) <= 100


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for head in (b"", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        with suppress(Refused):  # and nothing else
            read_scan("x", head + data)


@given(st.integers(0, 80), st.integers(0, 255))
def test_picture_altered_anywhere_is_refused_or_still_whole(at: int, byte: int) -> None:
    data = bytearray(scanned.png())
    data[at % len(data)] = byte
    try:
        read = read_scan("x.png", bytes(data)).data
    except Refused:
        return
    assert zlib.crc32(read) == zlib.crc32(scanned.png())
