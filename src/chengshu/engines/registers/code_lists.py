"""Code lists that forms choose from: dated, each with its source. Scenes add their own from JSON files.

The files of ``facts/code_lists`` ship with the platform; document types and divisions come from the foundation.
A code that is no longer in use stays readable in old entries and is not offered any more.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.data import CodeEntry, CodeList
from chengshu.engines.registers.words import Text
from chengshu.foundation.codes import DOCUMENT_TYPES, nansha_divisions
from chengshu.foundation.errors import Missing, Words

FACTS: Final = Path(__file__).parent / "facts" / "code_lists"

_declared: dict[str, Callable[[], CodeList]] = {}


def register_code_list(path: Path) -> None:
    """Add the code list of a JSON file; its name is the key of the list."""
    _declared[path.stem] = functools.cache(lambda: read_code_list(path))


def known_code_list(key: str) -> bool:
    return key in _declared


def code_list(key: str) -> CodeList:
    """One code list.

    :raises Missing: if there is none of this name
    """
    if key not in _declared:
        raise Missing(
            _("There is no code list “%(key)s”.") % {"key": key},
            hint=_("The page of code lists shows all of them."),
        )
    return _declared[key]()


def code_lists() -> tuple[CodeList, ...]:
    """Every code list, by its key."""
    return tuple(_declared[key]() for key in sorted(_declared))


def read_code_list(path: Path) -> CodeList:
    """The list in a file ``{"title", "source", "entries": [{"code", "title", …}]}``."""
    raw = json.loads(path.read_text("utf-8"))
    return CodeList(path.stem, _text(raw), raw["source"], tuple(_entry(each) for each in raw["entries"]))


def _entry(raw: dict[str, Any]) -> CodeEntry:
    return CodeEntry(
        code=raw["code"],
        title=_text(raw),
        parent=raw.get("parent", ""),
        valid_from=_day(raw, "valid_from"),
        valid_to=_day(raw, "valid_to"),
        verified=raw.get("verified", True),
        note=raw.get("note", ""),
    )


def _text(raw: dict[str, Any]) -> Text:
    return Text(raw["title"], raw.get("en", ""), raw.get("zh_hant", ""))


def _day(raw: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(raw[name]) if name in raw else None


@functools.cache
def _document_types() -> CodeList:
    entries = tuple(
        CodeEntry(each.code, _translated(each.name), verified=each.verified, note=each.source)
        for each in DOCUMENT_TYPES
    )
    return CodeList("document_type", Text("证件类型", "Document types"), "GB/T 36903; GA/T 517", entries)


def _translated(words: Words) -> Text:
    """What the catalogues say for a text, in Chinese and English."""
    with translation.override("zh-hans"):
        chinese = str(words)
    with translation.override("en"):
        return Text(chinese, str(words))


@functools.cache
def _divisions(key: str, title: Text, digits: int) -> CodeList:
    register = nansha_divisions()
    entries = tuple(
        CodeEntry(
            each.code.value,
            Text(each.name),
            parent=each.code.parent.value if each.code.parent else "",
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            verified=each.verified,
            note=each.note,
        )
        for each in register.divisions
        if len(each.code.value) == digits
    )
    return CodeList(key, title, "统计用区划代码和城乡划分代码（国家统计局）", entries)


for _path in sorted(FACTS.glob("*.json")):
    register_code_list(_path)
_declared["document_type"] = _document_types
_declared["nansha_town"] = lambda: _divisions(
    "nansha_town", Text("南沙区镇街", "Towns and streets of Nansha"), 9
)
_declared["nansha_village"] = lambda: _divisions(
    "nansha_village", Text("南沙区村居", "Villages and communities of Nansha"), 12
)
