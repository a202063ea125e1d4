"""Elements on their way into the database and back: plain JSON, nothing lost, unknown keys refused."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import InvalidInput
from chengshu.hub.services.data import BundleElements, Elements

T = TypeVar("T")


def as_json(elements: Elements | BundleElements) -> dict[str, Any]:
    """Every element, those that are empty too: a reader sees what is not said."""
    return typing.cast(dict[str, Any], _plain(elements))


def digest_of(stored: Mapping[str, Any]) -> str:
    """SM3 of the elements in canonical form: equal digests mean equal versions."""
    return sm3(canonical(stored))


def elements_of(stored: Mapping[str, Any]) -> Elements:
    """
    :raises InvalidInput: if it is no matter's
    """
    return _read(Elements, stored)


def bundle_elements_of(stored: Mapping[str, Any]) -> BundleElements:
    """
    :raises InvalidInput: if it is no bundle's
    """
    return _read(BundleElements, stored)


def known(kind: type[T], digest: str) -> T | None:
    """A version that this process read before; it never changes, so its digest finds it."""
    return typing.cast("T | None", _by_digest.get((kind, digest)))


def remembered(kind: type[T], digest: str, stored: Mapping[str, Any]) -> T:
    """Read a version and keep it for the next time.

    :raises InvalidInput: if it cannot be read
    """
    found = _read(kind, stored)
    if len(_by_digest) > _MOST:
        _by_digest.clear()
    _by_digest[(kind, digest)] = found
    return found


_MOST = 2_000
_by_digest: dict[tuple[type[Any], str], Any] = {}


def _read(kind: type[T], stored: Mapping[str, Any]) -> T:
    try:
        return typing.cast(T, _value(kind, stored))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput(
            _("The stored elements cannot be read: %(why)s.") % {"why": str(error)[:200]},
            field="elements",
            code="services.elements",
        ) from error


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _value(kind: Any, stored: Any) -> Any:
    """A value of the annotated type."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(each for each in typing.get_args(kind) if each is not type(None))
        return None if stored is None else _value(inner, stored)
    if origin is tuple:
        return _tuple(typing.get_args(kind), stored)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, stored)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(stored)
    if kind is date:
        return date.fromisoformat(stored)
    return stored


def _tuple(kinds: tuple[Any, ...], stored: Any) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_value(kinds[0], each) for each in stored)
    return tuple(_value(kind, each) for kind, each in zip(kinds, stored, strict=True))


def _record(kind: type[Any], stored: Mapping[str, Any]) -> Any:
    hints: dict[str, Any] = _hints(typing.cast(Hashable, kind))
    unknown = sorted(set(stored) - set(hints))
    if unknown:
        raise ValueError(f"{kind.__name__}: {', '.join(unknown)}")
    return kind(**{name: _value(hints[name], value) for name, value in stored.items()})


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)
