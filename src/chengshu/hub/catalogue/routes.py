"""Every route of pages and API with its door: what the deny matrix and the documentation walk over."""

from __future__ import annotations

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
    return sorted(_walk(get_resolver(), "/", ()), key=lambda route: (route.pattern, route.methods))


def _walk(resolver: URLResolver, prefix: str, names: tuple[str, ...]) -> Iterator[Route]:
    for part in resolver.url_patterns:
        pattern = f"{prefix}{part.pattern}"
        if isinstance(part, URLResolver):
            yield from _walk(part, pattern, (*names, part.namespace) if part.namespace else names)
        elif isinstance(part, URLPattern):
            yield from _routes_of(part, pattern, ":".join((*names, part.name or "")))


def _routes_of(part: URLPattern, pattern: str, name: str) -> Iterator[Route]:
    """A page is one route; an API path is one route per operation."""
    operations = getattr(getattr(part.callback, "__self__", None), "operations", None)
    if operations is None:
        yield Route(pattern, name, _door_of(part.callback))
        return
    for operation in operations:
        methods = tuple(sorted(operation.methods))
        yield Route(pattern, name, _door_of(operation.view_func), methods)


def _door_of(view: Any) -> str:
    door = getattr(view, "door", "")
    return door.value if isinstance(door, Door) else str(door)
