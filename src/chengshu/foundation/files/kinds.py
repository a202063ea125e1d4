"""What a file is, judged by its content: the kinds that are accepted, and how each is recognised.

Nothing is unpacked to disk and nothing is executed. A name that promises another kind than the content is refused,
and so is content that is two kinds at once.
"""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from chengshu.foundation.errors import InvalidFile, Words
from chengshu.foundation.files.names import extension


@dataclass(frozen=True)
class Kind:
    """An accepted kind of file.

    :param media_types: by extension; the first one is what the content itself is
    """

    key: str
    title: Words
    media_types: dict[str, str]

    @property
    def media_type(self) -> str:
        return next(iter(self.media_types.values()))


_OPEN_XML = "application/vnd.openxmlformats-officedocument"

PDF = Kind("pdf", _("PDF document"), {"pdf": "application/pdf"})
PNG = Kind("png", _("PNG image"), {"png": "image/png"})
JPEG = Kind("jpeg", _("JPEG image"), {"jpg": "image/jpeg", "jpeg": "image/jpeg"})
WEBP = Kind("webp", _("WebP image"), {"webp": "image/webp"})
DOCX = Kind("docx", _("Word document"), {"docx": f"{_OPEN_XML}.wordprocessingml.document"})
XLSX = Kind("xlsx", _("Excel workbook"), {"xlsx": f"{_OPEN_XML}.spreadsheetml.sheet"})
PPTX = Kind("pptx", _("PowerPoint presentation"), {"pptx": f"{_OPEN_XML}.presentationml.presentation"})
OFD = Kind("ofd", _("OFD document (GB/T 33190)"), {"ofd": "application/ofd"})
ZIP = Kind("zip", _("ZIP archive"), {"zip": "application/zip"})
TEXT = Kind(
    "text",
    _("text in UTF-8 or GB18030"),
    {"txt": "text/plain", "csv": "text/csv", "json": "application/json", "md": "text/markdown"},
)

KINDS = (PDF, PNG, JPEG, WEBP, DOCX, XLSX, PPTX, OFD, ZIP, TEXT)
BY_EXTENSION = {ending: kind for kind in KINDS for ending in kind.media_types}
IMAGES = (PNG, JPEG, WEBP)

MOST_PIXELS = 100_000_000
"""An image with more is taken for a decompression bomb; an A3 page scanned at 600 dpi has 70 million."""
MOST_ENTRIES = 10_000
MOST_UNPACKED = 1_000_000_000
"""Bytes that an archive may say it unpacks to."""
MOST_RATIO = 200
"""Unpacked to packed bytes of an archive that unpacks to more than ``RATIO_FROM``; XML packs to about 1:20."""
RATIO_FROM = 20_000_000

_MARKS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
)
_MEMBERS: tuple[tuple[str, Kind], ...] = (
    ("word/document.xml", DOCX),
    ("xl/workbook.xml", XLSX),
    ("ppt/presentation.xml", PPTX),
    ("OFD.xml", OFD),
)
_ALLOWED_CONTROLS = frozenset(b"\t\n\r\f")
_CONTROLS = bytes(b for b in range(32) if b not in _ALLOWED_CONTROLS) + b"\x7f"


def media_type_of(name: str) -> str:
    """What to call a stored file of this name when it is sent."""
    kind = BY_EXTENSION.get(extension(name))
    return kind.media_types[extension(name)] if kind else "application/octet-stream"


def kind_promised(name: str, allowed: frozenset[str] = frozenset()) -> Kind:
    """The kind that a name's extension promises.

    :param allowed: keys of kinds accepted here; empty for all
    :raises InvalidFile: ``file.type_unknown`` if none that is accepted
    """
    kind = BY_EXTENSION.get(extension(name))
    if kind is None or (allowed and kind.key not in allowed):
        endings = sorted(e for e, k in BY_EXTENSION.items() if not allowed or k.key in allowed)
        raise InvalidFile(
            _("Files named like “%(name)s” are not accepted here.") % {"name": name},
            field="file",
            code="file.type_unknown",
            hint=_("Send one of these: %(endings)s.") % {"endings": ", ".join(endings)},
        )
    return kind


def examine(path: Path, name: str, allowed: frozenset[str] = frozenset()) -> Kind:
    """The kind of the file at ``path``, after every check that its kind has.

    :raises InvalidFile: with a code beginning with ``file.`` for each way to be wrong
    """
    promised = kind_promised(name, allowed)
    found = sniffed(path)
    if found is not promised:
        raise InvalidFile(
            _("“%(name)s” promises: %(promised)s. Its content is: %(found)s.")
            % {"name": name, "promised": promised.title, "found": found.title if found else _("unknown")},
            field="file",
            code="file.type_mismatch",
            hint=_("Save it again in the program it was made with; do not rename it by hand."),
        )
    if found in IMAGES:
        _examine_image(path, found)
    elif found is PDF:
        _examine_pdf(path)
    if found in IMAGES or found is PDF:
        _refuse_appended_archive(path)
    return found


def sniffed(path: Path) -> Kind | None:
    """What the content is, the name unseen; None for anything not accepted.

    :raises InvalidFile: if it is an archive that is damaged, dangerous or hides something
    """
    with path.open("rb") as file:
        head = file.read(16)
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _archive_kind(path)
    return TEXT if is_text(path) else None


def is_text(path: Path) -> bool:
    """Whether all of it is UTF-8 or GB18030 text without control characters."""
    return any(_decodes(path, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 16):
                if len(piece.translate(None, _CONTROLS)) != len(piece):
                    return False
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _archive_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _damaged(_("The archive cannot be opened: %(reason)s.") % {"reason": error}) from error
    _refuse_bomb(entries, path.stat().st_size)
    _refuse_escapes(entries)
    names = {entry.filename for entry in entries}
    kind = next((kind for member, kind in _MEMBERS if member in names), ZIP)
    if kind in (DOCX, XLSX, PPTX):
        _refuse_macros(names)
    return kind


def _refuse_bomb(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    overlapping = packed > size
    ratio = unpacked / max(size, 1)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or overlapping
        or (unpacked > RATIO_FROM and ratio > MOST_RATIO)
    ):
        raise InvalidFile(
            _("The archive would unpack to %(count)d entries and %(unpacked)d bytes; that is refused.")
            % {"count": len(entries), "unpacked": unpacked},
            field="file",
            code="file.archive_bomb",
            hint=_("Send its parts one by one."),
        )


def _refuse_escapes(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if ".." in parts or parts[0] == "" or ":" in parts[0] or is_link:
            raise InvalidFile(
                _("The archive has an entry that points outside of it: %(name)s.") % {"name": entry.filename},
                field="file",
                code="file.archive_path",
                hint=_("Pack it again from inside its folder, without links."),
            )


def _refuse_macros(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InvalidFile(
            _("The document contains macros."),
            field="file",
            code="file.macros",
            hint=_("Save it as a document without macros."),
        )


def _examine_image(path: Path, kind: Kind) -> None:
    try:
        with Image.open(path, formats=[kind.key.upper()]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise InvalidFile(
                    _("The image has %(width)d × %(height)d pixels, more than can be shown.")
                    % {"width": width, "height": height},
                    field="file",
                    code="file.too_many_pixels",
                    hint=_("Scale it down or scan it at a lower resolution."),
                )
            image.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise _damaged(_("The image cannot be read.")) from error


def _examine_pdf(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 2048))
        if b"%%EOF" not in file.read():
            raise _damaged(_("The PDF has no end; it was probably cut off on its way."))


def _refuse_appended_archive(path: Path) -> None:
    """A ZIP's directory at the very end makes the same bytes an archive for other programs."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if at + 22 + comment == len(tail):
        raise InvalidFile(
            _("The file is two kinds at once: an archive is hidden behind it."),
            field="file",
            code="file.two_kinds",
            hint=_("Save it again in the program it was made with."),
        )


def _damaged(message: Words) -> InvalidFile:
    return InvalidFile(
        message,
        field="file",
        code="file.damaged",
        hint=_("Open it on your computer to see whether it is whole, then send it again."),
    )
