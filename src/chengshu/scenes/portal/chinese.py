"""Chinese in two scripts: a search in traditional characters finds what is written in simplified ones, and back.

The names and texts of matters are data in simplified Chinese; whoever reads in traditional characters sees them
converted, whoever reads English is told that they are Chinese.
"""

from __future__ import annotations

import functools
import unicodedata

from django.utils.translation import get_language
from opencc import OpenCC

LONGEST_QUERY = 60
"""Characters of a search that are looked at."""


@functools.cache
def _converter(way: str) -> OpenCC:
    return OpenCC(way)


@functools.lru_cache(maxsize=8192)
def _traditional(text: str) -> str:
    return str(_converter("s2hk").convert(text))


def shown(text: object) -> str:
    """A text of the catalogue in the script of the page."""
    words = str(text)
    return _traditional(words) if words and (get_language() or "").lower() == "zh-hant" else words


def searched(text: str) -> str:
    """What somebody typed into the search box, as the catalogue writes it: half width, simplified, single spaces."""
    plain = unicodedata.normalize("NFKC", text.replace("\x00", " "))
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in plain)
    return str(_converter("t2s").convert(" ".join(printable.split())[:LONGEST_QUERY]))


def is_chinese_page() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "zh-hans").lower().startswith("zh")
