"""What files are for: an app may declare a purpose with tighter limits than the general ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, InvalidInput

MOST_BYTES = 50_000_000
"""The general limit for one file."""

_SHAPE = re.compile(r"[a-z0-9_.-]{0,60}")


@dataclass(frozen=True)
class Purpose:
    """Limits for one use of files.

    :param kinds: keys of accepted kinds (``kinds.KINDS``); empty for all
    """

    key: str
    most_bytes: int = MOST_BYTES
    kinds: frozenset[str] = frozenset()


_purposes: dict[str, Purpose] = {}


def declare_purpose(key: str, *, most_bytes: int = MOST_BYTES, kinds: tuple[str, ...] = ()) -> Purpose:
    """Name a purpose, such as ``promises.evidence``, with limits of its own."""
    purpose = _purposes[key] = Purpose(key, most_bytes, frozenset(kinds))
    return purpose


def purpose_of(key: str) -> Purpose:
    """The declared purpose, or the general limits under this name.

    :raises InvalidInput: if ``key`` is no word of lower-case letters, digits, dots and hyphens
    """
    if not _SHAPE.fullmatch(key):
        raise InvalidInput(_("There is no such purpose of a file."), field="purpose", code="file.purpose")
    return _purposes.get(key) or Purpose(key)


def require_size(purpose: Purpose, size: int) -> None:
    """Insist that a file of this many bytes may be stored.

    :raises InvalidFile: ``file.empty`` or ``file.too_large``
    """
    if size <= 0:
        raise InvalidFile(
            _("The file is empty."), field="file", code="file.empty", hint=_("Choose another file.")
        )
    if size > purpose.most_bytes:
        raise InvalidFile(
            _("The file has %(size)s MB; %(most)s MB are allowed here.")
            % {"size": _megabytes(size), "most": _megabytes(purpose.most_bytes)},
            field="file",
            code="file.too_large",
            hint=_("Split it, or save its pictures with a lower resolution."),
        )


def _megabytes(size: int) -> str:
    tenths = -(-size // 100_000)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
