"""Office files are zip archives; here one is packed again so that the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def repacked(archive: bytes, moment: datetime) -> bytes:
    """The archive with its entries in name order, without their times, and with one moment in its properties.

    :param moment: aware; becomes the document's time of creation and change
    """
    stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(source.namelist(), key=_reading_order):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MOMENT.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return buffer.getvalue()


def _reading_order(name: str) -> tuple[bool, str]:
    """The list of content types comes first: readers that sniff a file's type look for it there."""
    return (name != "[Content_Types].xml", name)
