"""Files as a scanner makes them, and as somebody with bad intent does."""

import struct
import zlib
from itertools import count

serial = count()


def pdf(body: bytes = b"") -> bytes:
    """A small PDF of one empty page, each one another file."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n%"
        + str(next(serial)).encode()
        + body
        + b"\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    )


def png(width: int = 2, height: int = 2, after: bytes = b"") -> bytes:
    rows = b"".join(b"\x00" + bytes(3 * 2) for _ in range(2))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
        + after
    )


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """Headers, a frame of this size, a scan and its end; a browser need not draw it."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + _segment(0xC0, frame)
        + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x00\x01\x02\xff\xd9"
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
