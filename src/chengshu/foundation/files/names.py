"""Names of files as people see them. A name is never a path here: what is on disk is named by digests."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Characters of a stored name, its extension included."""

_FORBIDDEN = frozenset('<>:"|?*')
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10)))
)
"""Names that Windows takes for devices, whatever the extension."""
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that draw nothing or turn the reading direction, such as U+202E."""


def safe_name(given: str) -> str:
    """The last part of ``given`` without what misleads a reader or a computer; ``file`` when nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in unicodedata.normalize("NFC", last) if _is_kept(c))
    stem, dot, ending = seen.rpartition(".")
    if dot and not stem.strip(". "):
        seen = f"file.{ending}"
    name = " ".join(seen.split()).strip(". ")
    if name.partition(".")[0].strip().lower() in _RESERVED:
        name = f"_{name}"
    return _shortened(name) or "file"


def extension(name: str) -> str:
    """``pdf`` for ``报告.PDF``; empty without one."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def _is_kept(character: str) -> bool:
    return character not in _FORBIDDEN and unicodedata.category(character) not in _UNSEEN


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    ending = f".{extension(name)}" if extension(name) and len(extension(name)) <= 10 else ""
    return name[: LONGEST - len(ending)].rstrip(". ") + ending
