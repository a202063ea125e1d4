"""Where the built front end is: logical names (``main.ts``) to the hashed files in ``static/dist``.

The build writes ``manifest.json``; this reads it once. While it is missing, pages still work as plain
documents, and :func:`front_end_is_built` tells the administrator what to run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.core import checks
from django.templatetags.static import static

DIST: Final = Path(__file__).parent / "static" / "dist"


@cache
def manifest(dist: Path = DIST) -> dict[str, Any]:
    """What the build made, by source name; empty when nothing has been built."""
    file = dist / "manifest.json"
    if not file.exists():
        return {}
    entries: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return entries


def asset_path(name: str) -> str:
    """The path under ``static/`` of a source file named from ``frontend/src``, such as ``main.ts``.

    :raises KeyError: the front end is built but has no such entry
    """
    entries = manifest()
    return f"dist/{entries[f'src/{name}']['file']}" if entries else f"dist/{name}"


def asset(name: str) -> str:
    """The address of a built file."""
    return static(asset_path(name))


def front_end_is_built(app_configs: Sequence[Any] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """System check: warn when pages would come without their style and behaviour."""
    if manifest():
        return []
    return [
        checks.Warning(
            "The front end has not been built.",
            hint="Run `npm ci --ignore-scripts && npm run build` in frontend/, or `./chengshu up`.",
            id="web.W001",
        )
    ]
