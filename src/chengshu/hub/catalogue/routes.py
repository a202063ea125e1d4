"""Every route of pages and API with its door: what the deny matrix and the documentation walk over."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from chengshu.foundation.http.doors import Door


@dataclass(frozen=True)
class Route:
    """One way in. ``door`` is a permission, ``public``, ``signed_in``, or empty where none is declared.

    :param methods: of an API route; empty for a page, which takes what its view takes
    """

    pattern: str
    name: str
    door: str
    methods: tuple[str, ...] = ()

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("/api/")


def routes() -> list[Route]:
    """All routes, in the order of their patterns."""
    return sorted(set(_walk(get_resolver(), "/", ())), key=lambda route: (route.pattern, route.methods))


def _walk(resolver: URLResolver, prefix: str, names: tuple[str, ...]) -> Iterator[Route]:
    for part in resolver.url_patterns:
        pattern = f"{prefix}{part.pattern}"
        if isinstance(part, URLResolver):
            yield from _walk(part, pattern, (*names, part.namespace) if part.namespace else names)
        elif isinstance(part, URLPattern):
            yield from _routes_of(part, pattern, names)


def _routes_of(part: URLPattern, pattern: str, names: tuple[str, ...]) -> Iterator[Route]:
    """A page is one route; an API path is one route per operation."""
    operations = _operations_of(part.callback)
    if not operations:
        yield Route(pattern, ":".join((*names, part.name or "")), _door_of(part.callback))
    for operation in operations:
        name = getattr(operation, "url_name", "") or operation.view_func.__name__
        yield Route(
            pattern, ":".join((*names, name)), _door_of(operation.view_func), tuple(sorted(operation.methods))
        )


def _operations_of(view: Any) -> list[Any]:
    """The API operations behind a view: the API hands out a function that closes over its path's view."""
    if not inspect.isfunction(view):
        return []
    return list(getattr(inspect.getclosurevars(view).nonlocals.get("self"), "operations", ()))


def _door_of(view: Any) -> str:
    door = getattr(view, "door", "")
    return door.value if isinstance(door, Door) else str(door)
