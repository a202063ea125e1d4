"""From a file's bytes to rows: tells by content what the file is, and says why it refuses one.

It knows files and nothing about budget tables. The name of the file is used in messages only.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from io import BytesIO

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, InvalidInput, Place, Words
from chengshu.hub.promises.tables.grid import Row, text_rows
from chengshu.hub.promises.tables.office import MOST_ROWS, document_rows, too_many_rows, workbook_rows
from chengshu.hub.promises.tables.problems import say

LARGEST_FILE_BYTES = 20 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 100 * 1024 * 1024
LARGEST_PART_BYTES = 30 * 1024 * 1024
MOST_ARCHIVE_MEMBERS = 2_000

MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|\?xml|!--)", re.IGNORECASE)
FOREIGN = (
    (
        b"\xd0\xcf\x11\xe0",
        "application/x-ole",
        _("an .xls or .doc file of the old kind, or protected by a password"),
    ),
    (b"%PDF-", "application/pdf", _("a PDF")),
    (b"\x89PNG", "image/png", _("a picture")),
    (b"\xff\xd8\xff", "image/jpeg", _("a picture")),
    (b"Rar!", "application/vnd.rar", _("a RAR archive")),
    (b"7z\xbc\xaf", "application/x-7z-compressed", _("a 7z archive")),
    (b"\x1f\x8b", "application/gzip", _("a gzip archive")),
)
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_rows(content: bytes, *, filename: str, encoding: str | None = None) -> tuple[Row, ...]:
    """The rows of a text, .xlsx or .docx file.

    :param content: the whole file, at most 20 MB
    :param filename: named in messages; what the file is, its content decides
    :param encoding: of a text file, such as ``gb18030``; None accepts UTF-8 only
    :raises InvalidFile: if the file is empty, too large, damaged, of another kind or in another encoding
    :raises InvalidInput: if there is no such encoding
    """
    if len(content) > LARGEST_FILE_BYTES:
        raise _refused(
            "too_large",
            _("The file “%(file)s” is larger than 20 MB."),
            filename,
            _("Remove pictures and other sheets, and leave only the table."),
        )
    if not content.strip():
        raise _refused("empty", _("The file “%(file)s” is empty."), filename, _("Choose the file again."))
    if content.startswith(b"PK\x03\x04"):
        return _archive_rows(content, filename)
    _refuse_other_kinds(content, filename)
    rows = text_rows(decoded(content, filename=filename, encoding=encoding))
    if len(rows) > MOST_ROWS:
        raise too_many_rows(Place(rows[MOST_ROWS].line))
    return rows


def _refused(
    code: str, message: Words, filename: str, hint: Words, place: Place | None = None
) -> InvalidFile:
    return InvalidFile(say(message, {"file": filename}), code=f"tables.{code}", hint=hint, place=place)


def _refuse_other_kinds(content: bytes, filename: str) -> None:
    if MARKUP.match(content[:1024]):
        raise _refused(
            "web_page",
            _("The file “%(file)s” is a web page, perhaps an error message saved instead of the table."),
            filename,
            _("Download the file again and open it to see whether it shows the table."),
        )
    for beginning, media_type, kind in FOREIGN:
        if content.startswith(beginning):
            error = _refused(
                "other_kind",
                say(_("The file “%(file)s” is %(kind)s."), {"file": filename, "kind": kind}),
                filename,
                _("Save the table as .xlsx or .docx, or as tab-separated text in UTF-8."),
            )
            error.data["media_type"] = media_type
            raise error


def decoded(content: bytes, *, filename: str, encoding: str | None = None) -> str:
    """The text of a file, in UTF-8 unless another encoding is named.

    :raises InvalidFile: naming the encoding found and the first line that is not UTF-8
    :raises InvalidInput: if there is no such encoding
    """
    _require_known(encoding)
    if encoding is None and content.startswith(UTF_16):
        raise _other_encoding("UTF-16", 1, filename)
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeError as error:
        raise _undecodable(content, error, filename, encoding) from error
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise _refused(
            "binary",
            _("The file “%(file)s” is neither text nor an .xlsx or .docx file."),
            filename,
            _("Save the table as .xlsx or .docx, or as tab-separated text in UTF-8."),
            Place(line),
        )
    return text


def _require_known(encoding: str | None) -> None:
    try:
        known = encoding is None or "".encode(encoding) is not None
    except (LookupError, ValueError):
        known = False
    if not known:
        raise InvalidInput(
            say(_("There is no text encoding “%(encoding)s”."), {"encoding": encoding}),
            field="encoding",
            code="tables.unknown_encoding",
            hint=_("Use utf-8 or gb18030."),
        )


def _undecodable(content: bytes, error: UnicodeError, filename: str, encoding: str | None) -> InvalidFile:
    position = error.start if isinstance(error, UnicodeDecodeError) else 0
    line = content.count(b"\n", 0, position) + 1
    if encoding is None and _is_gb18030(content):
        return _other_encoding("GB18030 (GBK)", line, filename)
    tried = (encoding or "utf-8").upper()
    message = say(
        _("Line %(line)s of “%(file)s” is not text in %(encoding)s."),
        {"line": line, "file": filename, "encoding": tried},
    )
    return InvalidFile(
        message,
        code="tables.encoding",
        place=Place(line),
        hint=_("Save the file as UTF-8, or name its encoding when importing."),
        data={"tried": tried},
    )


def _is_gb18030(content: bytes) -> bool:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _other_encoding(found: str, line: int, filename: str) -> InvalidFile:
    message = say(
        _("The file “%(file)s” is encoded in %(encoding)s, not UTF-8; the first such line is %(line)s."),
        {"file": filename, "encoding": found, "line": line},
    )
    return InvalidFile(
        message,
        code="tables.encoding",
        place=Place(line),
        hint=say(
            _("Convert the file to UTF-8, or import it with the encoding %(encoding)s."),
            {"encoding": found.split()[0].lower()},
        ),
        data={"found": found.split()[0].lower()},
    )


def _archive_rows(content: bytes, filename: str) -> tuple[Row, ...]:
    names = _members(content, filename)
    try:
        if "xl/workbook.xml" in names:
            return workbook_rows(content)
        if "word/document.xml" in names:
            return document_rows(content)
    except InvalidFile:
        raise
    except Exception as error:  # the office libraries raise whatever a damaged part makes them raise
        raise _damaged(filename) from error
    raise _refused(
        "other_kind",
        _("The archive “%(file)s” is neither an .xlsx nor a .docx file."),
        filename,
        _("Unpack it and import the table itself."),
    )


def _members(content: bytes, filename: str) -> frozenset[str]:
    """Names in the archive, after making sure that unpacking it stays within bounds."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _damaged(filename) from error
    # A member never unpacks to more than its declared size: zipfile stops there.
    sizes = [item.file_size for item in members]
    if (
        len(sizes) > MOST_ARCHIVE_MEMBERS
        or sum(sizes) > LARGEST_UNPACKED_BYTES
        or max(sizes, default=0) > LARGEST_PART_BYTES
    ):
        raise _refused(
            "too_large",
            _("The file “%(file)s” unpacks to more than 100 MB, 2,000 parts, or 30 MB in one part."),
            filename,
            _("Remove pictures and other sheets, and leave only the table."),
        )
    return frozenset(item.filename for item in members)


def _damaged(filename: str) -> InvalidFile:
    return _refused(
        "damaged",
        _("The file “%(file)s” is damaged or was not transferred completely."),
        filename,
        _("Open it in its office program, save it again, and import the new file."),
    )
