"""Links as files: one TOML file each, in the folder ``links`` of the app whose event it hears."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile
from chengshu.foundation.events.offers import shipped_links
from chengshu.hub.links.content import Content


@dataclass(frozen=True)
class Shipped:
    """A link of a file; its title is Chinese, as data that the district may change."""

    app: str
    key: str
    title: str
    unit: str
    note: str
    content: Content


def links() -> Iterator[Shipped]:
    """Every link that an installed app ships, in the order of apps and keys.

    :raises InvalidFile: if a file lacks something, or says something unknown
    """
    for app, folder in shipped_links().items():
        for path in sorted(folder.glob("*.toml")):
            yield _read(app, path)


def _read(app: str, path: Path) -> Shipped:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    about = {name: given.pop(name, "") for name in ("title", "unit", "note")}
    known = {one.name for one in fields(Content)}
    if unknown := sorted(given.keys() - known) or [name for name in ("title", "unit") if not about[name]]:
        raise InvalidFile(
            _("The link file %(file)s: look at “%(name)s”.") % {"file": path.name, "name": unknown[0]},
            code="links.file",
            hint=_("It has title, unit, note and the parts of a link."),
        )
    return Shipped(app, path.stem, **about, content=Content(**_stripped(given)))


def _stripped(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
