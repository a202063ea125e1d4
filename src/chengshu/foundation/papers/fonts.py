"""Where the Chinese fonts are that PDF pages are set in.

Spreadsheets and text documents only name their fonts; a PDF carries them, so here they must be found.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import typst
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Unavailable

_FOUNDATION = Path(__file__).resolve().parents[1]
_BUILT_FONTS = _FOUNDATION / "web" / "static" / "dist" / "fonts"
_FRONTEND_PACKAGES = ("@expo-google-fonts/noto-serif-sc", "@expo-google-fonts/noto-sans-sc")
_WEIGHTS = ("400Regular", "700Bold")

SERIF_FAMILIES = ("Noto Serif SC", "Source Han Serif SC", "Noto Serif CJK SC", "SimSun", "Songti SC")
"""Families that table text may be set in, best first."""
SANS_FAMILIES = ("Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK SC", "SimHei", "PingFang SC")
"""Families for headers and footers, best first."""


def font_directories() -> tuple[Path, ...]:
    """The folders that exist among those of our own fonts; the system's are searched besides.

    The build copies them beside the web pages' files; a checkout has them in ``frontend/node_modules``.
    """
    modules = _FOUNDATION.parents[2] / "frontend" / "node_modules"
    packaged = [modules / package / weight for package in _FRONTEND_PACKAGES for weight in _WEIGHTS]
    return tuple(folder for folder in (_BUILT_FONTS, *packaged) if folder.is_dir())


def chinese_fonts(
    serif: tuple[str, ...] = SERIF_FAMILIES, sans: tuple[str, ...] = SANS_FAMILIES
) -> tuple[typst.Fonts, tuple[str, ...], tuple[str, ...]]:
    """The fonts to compile with, and which of the wanted families were found for text and for headers.

    :raises Unavailable: if no font for simplified Chinese can be found; a page of empty boxes helps nobody
    """
    fonts = _search(font_directories())
    families = set(fonts.families())
    found_serif = tuple(family for family in serif if family in families)
    found_sans = tuple(family for family in sans if family in families)
    if not found_serif and not found_sans:
        raise _no_fonts()
    return fonts, found_serif or found_sans, found_sans or found_serif


@lru_cache(maxsize=4)
def _search(folders: tuple[Path, ...]) -> typst.Fonts:
    """Reading the fonts takes a moment, so it is done once."""
    return typst.Fonts(
        include_system_fonts=True,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders],
    )


def _no_fonts() -> Unavailable:
    hint = _("Run ./chengshu build, which fetches Noto Serif SC and Noto Sans SC, or install fonts-noto-cjk.")
    return Unavailable(
        _("No Chinese font was found, so a PDF cannot be set."),
        code="papers.no_chinese_font",
        hint=hint,
        data={"looked_in": [str(_BUILT_FONTS), "frontend/node_modules", sys.platform]},
    )
