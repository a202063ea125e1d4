"""Small files of each kind, made here so that every byte is known."""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import Image

NAUGHTY_NAMES = (
    "../../etc/passwd.pdf",
    "..\\..\\windows\\system32\\a.pdf",
    "/etc/cron.d/a.pdf",
    "C:\\报告.pdf",
    "report\u202efdp.pdf",
    "a\x00b.pdf",
    "line\r\nSet-Cookie: a=b.pdf",
    "\u200b\ufeff.pdf",
    "CON.pdf",
    "nul.tar.pdf",
    "....pdf",
    "  spaces  .pdf",
    "测试“引号”；；.pdf",
    "😀🇨🇳👨‍👩‍👧.pdf",
    "Ω≈ç√∫˜µ≤≥÷.pdf",
    "<script>alert(1)</script>.pdf",
    "'; DROP TABLE files_file; --.pdf",
    "%2e%2e%2f.pdf",
    "${jndi:ldap://x}.pdf",
    "名" * 500 + ".pdf",
)


def pdf(pages: int = 1, note: str = "") -> bytes:
    """A real PDF with empty A4 pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(595, 842)
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue() + f"% {note}\n".encode()


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30), exif: bool = False) -> bytes:
    picture, buffer = Image.new("RGB", size, (200, 30, 30)), io.BytesIO()
    if exif:
        tags = Image.Exif()
        tags[0x010F] = "Camera of a colleague"
        tags[0x0112] = 6
        picture.save(buffer, kind, exif=tags)
    else:
        picture.save(buffer, kind)
    return buffer.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def office(member: str, **extra: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", member: b"<x/>", **extra})


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing: a decompression bomb."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )
