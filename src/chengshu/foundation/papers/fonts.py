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
    """The folders that exist among those our own fonts may be in; the system's are searched besides.

    The build copies them beside the web pages' files; in a checkout they are also under ``frontend/node_modules``.
    """
    modules = _FOUNDATION.parents[2] / "frontend" / "node_modules"
    packaged = [modules / package / weight for package in _FRONTEND_PACKAGES for weight in _WEIGHTS]
    return tuple(folder for folder in (_BUILT_FONTS, *packaged) if folder.is_dir())


def chinese_fonts() -> tuple[typst.Fonts, tuple[str, ...], tuple[str, ...]]:
    """The fonts to compile with, and the families found for text and for headers.

    :raises Unavailable: if no font for simplified Chinese can be found; a page of empty boxes helps nobody
    """
    return _search(font_directories())


@lru_cache(maxsize=4)
def _search(folders: tuple[Path, ...]) -> tuple[typst.Fonts, tuple[str, ...], tuple[str, ...]]:
    fonts = typst.Fonts(
        include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(folder) for folder in folders]
    )
    families = set(fonts.families())
    serif = tuple(family for family in SERIF_FAMILIES if family in families)
    sans = tuple(family for family in SANS_FAMILIES if family in families)
    if not serif and not sans:
        raise _no_fonts()
    return fonts, serif or sans, sans or serif


def _no_fonts() -> Unavailable:
    hint = _("Run ./chengshu build, which fetches Noto Serif SC and Noto Sans SC, or install fonts-noto-cjk.")
    return Unavailable(
        _("No Chinese font was found, so a PDF cannot be set."),
        code="papers.no_chinese_font",
        hint=hint,
        data={"looked_in": [str(_BUILT_FONTS), "frontend/node_modules", sys.platform]},
    )
