"""The menu: every app's ``navigation.py`` contributes entries; a person sees those whose door opens to them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker
from chengshu.foundation.errors import Words
from chengshu.foundation.http.doors import Door
from chengshu.foundation.web.shell import Crumb


@dataclass(frozen=True)
class Group:
    """A heading of the menu."""

    key: str
    title: Words
    order: int


@dataclass(frozen=True)
class Entry:
    """One line of the menu.

    :param route: the name of the page, such as ``promises:board``
    :param opens: the door of that page
    :param icon: a name of ``web/icons.toml``
    """

    group: Group
    title: Words
    route: str
    opens: str | Door
    order: int = 100
    icon: str = ""


ADMINISTRATION = Group("administration", _("Administration"), 90)

_entries: list[Entry] = []


def contribute(*entries: Entry) -> None:
    """Called by an app's ``navigation.py``."""
    _entries.extend(entries)


def entries() -> list[Entry]:
    return sorted(_entries, key=lambda e: (e.group.order, e.order))


@lru_cache(maxsize=8)
def _places(_prefix: str, _contributed: int) -> tuple[tuple[Entry, str], ...]:
    """Every entry whose page is there, with its address."""
    found = []
    for entry in entries():
        with suppress(NoReverseMatch):
            found.append((entry, reverse(entry.route)))
    return tuple(found)


def navigation_for(asker: Asker, path: str) -> list[dict[str, Any]]:
    """Groups with their items: ``[{"title", "items": [{"title", "url", "current"}]}]``, the longest match current."""
    groups: dict[str, dict[str, Any]] = {}
    items: list[dict[str, Any]] = []
    for entry, url in _places(get_script_prefix(), len(_entries)):
        if not _is_open(asker, entry.opens):
            continue
        item = {"title": entry.title, "url": url, "current": False, "icon": entry.icon}
        groups.setdefault(entry.group.key, {"title": entry.group.title, "items": []})["items"].append(item)
        items.append(item)
    matching = [item for item in items if path == item["url"] or path.startswith(item["url"])]
    if matching:
        max(matching, key=lambda item: len(item["url"]))["current"] = True
    return list(groups.values())


def way_to(navigation: list[dict[str, Any]], path: str) -> list[Crumb]:
    """The entry that a page lies behind, for pages that name no way of their own; empty for an entry's own page."""
    items = (item for group in navigation for item in group["items"])
    return [Crumb(item["title"], item["url"]) for item in items if item["current"] and item["url"] != path]


def signature(navigation: list[dict[str, Any]]) -> tuple[tuple[str, bool], ...]:
    """Tells menus apart: where they lead, and where one is."""
    return tuple((item["url"], item["current"]) for group in navigation for item in group["items"])


def _is_open(asker: Asker, opens: str | Door) -> bool:
    if opens is Door.PUBLIC:
        return True
    if opens is Door.SIGNED_IN:
        return asker.is_signed_in
    return asker.holds(str(opens))
