"""Message catalogues: compiled when older than their source; 繁體中文 comes from 简体中文 by OpenCC.

An app keeps only ``locale/zh_Hans/LC_MESSAGES/django.po``. Where a hand-written ``zh_Hant`` exists it is
taken instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chengshu.foundation.errors import InvalidFile, Place
from chengshu.foundation.runtime.layout import PACKAGE

_SIMPLIFIED: Final = "zh_Hans"
_TRADITIONAL: Final = "zh_Hant"
_CONVERSION: Final = "s2hk"


@dataclass(frozen=True, slots=True)
class Compilation:
    """One catalogue to make.

    :param convert: the ``source`` is in another script and each translation is converted
    """

    source: Path
    target: Path
    convert: bool = False

    def is_stale(self) -> bool:
        return not self.target.exists() or self.target.stat().st_mtime_ns < self.source.stat().st_mtime_ns


def compilations(package: Path = PACKAGE) -> list[Compilation]:
    """Everything that there is to compile, stale or not."""
    found = [
        Compilation(source, source.with_suffix(".mo"))
        for source in package.glob("**/locale/*/LC_MESSAGES/*.po")
    ]
    hand_written = {one.source for one in found}
    for one in list(found):
        traditional = Path(str(one.source).replace(f"/{_SIMPLIFIED}/", f"/{_TRADITIONAL}/"))
        if traditional not in hand_written:
            found.append(Compilation(one.source, traditional.with_suffix(".mo"), convert=True))
    return sorted(found, key=lambda one: str(one.target))


def stale(package: Path = PACKAGE) -> list[Compilation]:
    return [one for one in compilations(package) if one.is_stale()]


def compile_stale(package: Path = PACKAGE) -> str:
    """Compile what is older than its source.

    :raises InvalidFile: if a catalogue cannot be read; names file and line
    """
    waiting = stale(package)
    converter = _converter() if any(one.convert for one in waiting) else str
    for one in waiting:
        _compile(one, converter)
    return f"{len(waiting)} catalogues"


def _converter() -> Callable[[str], str]:
    import opencc

    return opencc.OpenCC(_CONVERSION).convert


def _compile(one: Compilation, convert: Callable[[str], str]) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    with one.source.open("rb") as source:
        try:
            catalogue = read_po(source, abort_invalid=True)
        except PoFileError as error:
            raise InvalidFile(
                f"{one.source} is not a message catalogue: {error}", place=Place(line=error.lineno)
            ) from error
    if one.convert:
        for message in catalogue:
            message.string = _converted(message.string or "", convert) if message.id else message.string
    one.target.parent.mkdir(parents=True, exist_ok=True)
    draft = one.target.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(one.target)


def _converted(
    text: str | tuple[str, ...] | list[str], convert: Callable[[str], str]
) -> str | tuple[str, ...]:
    return convert(text) if isinstance(text, str) else tuple(convert(part) for part in text)
