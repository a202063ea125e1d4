"""Typed readers of the environment: the only way a setting enters Chengshu.

A bad value raises :class:`Misconfigured`, which names the variable, the value and what would be right.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from chengshu.foundation.errors import Misconfigured

T = TypeVar("T")

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def read(key: str, convert: Callable[[str], T], default: T) -> T:
    """The variable ``key`` converted, or ``default`` when it is unset.

    :raises Misconfigured: if the value cannot be converted
    """
    raw = os.environ.get(key)
    if raw is None:
        return default
    try:
        return convert(raw)
    except ValueError as error:
        raise Misconfigured(
            f"{key}={raw!r} is not valid: {error}.", key=key, hint=f"Correct {key} or unset it."
        ) from error


def text(key: str, default: str = "") -> str:
    return read(key, str, default)


def flag(key: str, default: bool = False) -> bool:
    return read(key, _flag, default)


def number(key: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number between ``least`` and ``most``, both included."""
    return read(key, lambda raw: _number(raw, least, most), default)


def words(key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A comma-separated list; blanks around the parts are dropped."""
    return read(key, lambda raw: tuple(part.strip() for part in raw.split(",") if part.strip()), default)


def folder(key: str, default: Path) -> Path:
    return read(key, lambda raw: Path(raw).expanduser().resolve(), default)


def address(key: str) -> str:
    """Where the public reaches the platform, such as ``https://www.example.gov.cn``, without a slash at its end."""
    return read(key, _address, "")


def _flag(raw: str) -> bool:
    lowered = raw.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError("expected yes or no")


def _address(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and not (
        parts.scheme in ("http", "https") and parts.hostname and not parts.query + parts.fragment
    ):
        raise ValueError("expected an address such as https://www.example.gov.cn")
    return raw.rstrip("/")


def _number(raw: str, least: int, most: int) -> int:
    value = int(raw)
    if not least <= value <= most:
        raise ValueError(f"expected a number from {least} to {most}")
    return value
