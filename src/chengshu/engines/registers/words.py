"""Words of a definition in the three languages of the platform: Chinese is the original, the others may be missing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import get_language
from opencc import OpenCC


@dataclass(frozen=True, slots=True)
class Text:
    """A text that reads in the active language.

    Traditional Chinese is converted when it is not given; without English the Chinese stands.
    """

    zh: str = ""
    en: str = ""
    zh_hant: str = ""

    def __str__(self) -> str:
        language = (get_language() or "zh-hans").lower()
        if language.startswith("en") and self.en:
            return self.en
        if language.startswith("zh-hant"):
            return self.zh_hant or traditional(self.zh)
        return self.zh or self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """The text in the traditional characters of Hong Kong."""
    return _converter()(text) if text else ""


@functools.cache
def _converter() -> Callable[[str], str]:
    converter = OpenCC("s2hk")
    return lambda text: str(converter.convert(text))
