"""Pictures of files for the page: images scaled down, and the first pages of a PDF. Made once per content.

A preview never carries what a camera wrote beside the pixels (EXIF: place, time, device).
"""

from __future__ import annotations

import threading
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from chengshu.foundation.errors import InvalidFile, Missing
from chengshu.foundation.files import kinds, store
from chengshu.foundation.files.models import Content

LONGEST_SIDE = 1600
"""Pixels of a preview's longer side."""
MOST_PAGES = 10
MEDIA_TYPE = "image/webp"

_pdfium = threading.Lock()
"""PDFium is not safe for several threads."""


def page_count(content: Content) -> int:
    """How many previews a content has; 0 when its kind has none or it cannot be drawn."""
    if content.media_type in {kind.media_type for kind in kinds.IMAGES}:
        return 1
    if content.media_type != kinds.PDF.media_type:
        return 0
    try:
        with _pdfium, pypdfium2.PdfDocument(content.path) as document:
            return min(len(document), MOST_PAGES)
    except (pypdfium2.PdfiumError, FileNotFoundError):
        return 0


def preview(content: Content, page: int = 1) -> Path:
    """A WebP picture of one page, made now or found from before.

    :param page: 1-based
    :raises Missing: if there is no such preview
    :raises InvalidFile: if the content cannot be drawn
    """
    path = store.previews() / content.sha256[:2] / f"{content.sha256}-{page}.webp"
    if path.is_file():
        return path
    if not 1 <= page <= page_count(content):
        raise Missing(_("There is no preview of this page."), code="file.no_preview")
    try:
        picture = _drawn(content, page)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, pypdfium2.PdfiumError) as error:
        raise InvalidFile(
            _("This file cannot be drawn."), code="file.damaged", hint=_("Download it instead.")
        ) from error
    _write(picture, path)
    return path


def _drawn(content: Content, page: int) -> Image.Image:
    return (
        _pdf_page(content.path, page) if content.media_type == kinds.PDF.media_type else _image(content.path)
    )


def _image(path: Path) -> Image.Image:
    with Image.open(path, formats=[kind.key.upper() for kind in kinds.IMAGES]) as image:
        if image.width * image.height > kinds.MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return upright.convert("RGBA" if "A" in upright.getbands() else "RGB")


def _pdf_page(path: Path, page: int) -> Image.Image:
    with _pdfium, pypdfium2.PdfDocument(path) as document:
        sheet = document[page - 1]
        scale = min(LONGEST_SIDE / max(*sheet.get_size(), 1), 4)
        drawn: Image.Image = sheet.render(scale=scale).to_pil()
        return drawn.convert("RGB")


def _write(picture: Image.Image, path: Path) -> None:
    """Whole or not at all: another request may be looking for the same preview."""
    draft = store.draft(b"")
    picture.save(draft, "WEBP", quality=82, exif=b"", icc_profile=b"", xmp=b"")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft.replace(path)
