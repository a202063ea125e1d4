"""The line icons of the shell, written into the page from ``icons.toml``.

They stand in the page rather than in files so that status marks survive printing and a slow network.
Every icon is decoration: the words beside it carry the meaning.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

PATHS: Final[dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "icons.toml").read_text(encoding="utf-8")
)
"""Icon name to the path that draws it."""

_SVG = Markup('<svg class="icon icon--{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>')


@cache
def icon(name: str) -> Markup:
    """The named icon as inline SVG, hidden from screen readers.

    :raises KeyError: there is no such icon
    """
    return _SVG.format(name, PATHS[name])
