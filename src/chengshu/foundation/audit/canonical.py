"""One byte-exact form for facts, so that a digest means the same everywhere: sorted keys, no blanks, UTF-8."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db.models import Model
from django.utils.functional import Promise

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The escape of a NUL; not the same six characters behind a backslash, which somebody may have typed."""


def canonical(value: Any) -> bytes:
    """Canonical JSON. What PostgreSQL cannot store, a NUL or half a surrogate pair, becomes ␀ or ?."""
    text = _WRITER.encode(value)
    if "\\u0000" in text:
        text = _NUL.sub(r"\1␀", text)
    return text.encode(errors="replace")


def storable(text: str) -> str:
    """The same replacement for a plain text."""
    return text.replace("\x00", "␀").encode(errors="replace").decode()


def plain(value: Any) -> Any:
    """A JSON value for what JSON does not know; times in UTC with microseconds, numbers as printed."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Model):
        return reference(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": len(value), "sm3": sm3(bytes(value))}
    if isinstance(value, set | frozenset | tuple):
        return sorted(value, key=str) if not isinstance(value, tuple) else list(value)
    return str(value)


_WRITER = json.JSONEncoder(default=plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def reference(thing: Model) -> str:
    """``promises.form:17``"""
    return f"{thing._meta.label_lower}:{thing.pk}"


def sm3(content: bytes) -> str:
    """The SM3 digest (GB/T 32905-2016) in lower-case hexadecimal."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()
