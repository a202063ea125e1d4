"""A view as it is written, in TOML, and its review: every mistake is named with the tile in which it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.urls import get_resolver
from django.utils.translation import gettext as _

from chengshu.engines.indicators.api import Length, definitions
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import read_permissions
from chengshu.hub.cockpit import registry
from chengshu.hub.cockpit.data import Section, Tile, TileKind, View

LONGEST = 40_000
"""Characters of a definition."""
MOST_TILES = 60
DEVICES = "devices"
"""The layer of the map that is always there: all devices with a place."""
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_NAMED_BY = {
    TileKind.INDICATOR: "indicator",
    TileKind.SCORE: "score",
    TileKind.FEED: "feeds",
    TileKind.MAP: "layers",
    TileKind.PANEL: "panel",
}
"""The field in which each kind says what it shows."""
_VIEW_FIELDS = {"title", "lead", "audience", "refresh_s", "rotate_s", "sections"}
_TILE_FIELDS = {"key", "kind", "title", "subject", "length", "width", "most", "text", *_NAMED_BY.values()}
_RANGES = {"refresh_s": (5, 3600), "rotate_s": (5, 3600), "width": (1, 12), "most": (1, 50), "page": (1, 20)}


@dataclass
class Review:
    """What a definition says, and what is wrong with it; the view is whole only without mistakes."""

    view: View | None = None
    mistakes: list[str] = field(default_factory=list)

    def note(self, where: str, what: str) -> None:
        self.mistakes.append(f"{where}: {what}" if where else what)


def read_view(text: str, scores: Iterable[str]) -> View:
    """The view that a definition describes.

    :param scores: keys of the scores that are known
    :raises InvalidInput: with every mistake, if there is one
    """
    found = review(text, scores)
    if found.view is None or found.mistakes:
        raise InvalidInput(
            "\n".join(found.mistakes),
            field="definition",
            code="cockpit.definition",
            hint=_("Correct each of them; nothing was saved."),
            data={"mistakes": found.mistakes},
        )
    return found.view


def review(text: str, scores: Iterable[str]) -> Review:
    """Read a definition and say everything that is wrong with it."""
    found = Review()
    given = _parsed(text, found)
    if given is None:
        return found
    _only(found, "", given, _VIEW_FIELDS)
    sections = [
        _section(found, number, one, set(scores))
        for number, one in enumerate(_tables(found, "", given, "sections"), start=1)
    ]
    tiles = [tile for section in sections for tile in section.tiles]
    _whole_view(found, sections, tiles)
    audience = _text(found, "", given, "audience", default="cockpit.view")
    if audience not in _permissions():
        found.note("", _("No page is opened by “%(name)s” (audience).") % {"name": audience})
    view = View(
        title=_text(found, "", given, "title", needed=True),
        audience=audience,
        sections=tuple(sections),
        lead=_text(found, "", given, "lead"),
        refresh_s=_whole(found, "", given, "refresh_s", 30),
        rotate_s=_whole(found, "", given, "rotate_s", 30),
    )
    found.view = None if found.mistakes else view
    return found


def _permissions() -> Iterable[str]:
    """Every power that opens a page; a command has not loaded the pages yet."""
    get_resolver().url_patterns  # noqa: B018
    return read_permissions()


def _parsed(text: str, found: Review) -> dict[str, Any] | None:
    if len(text) > LONGEST:
        found.note("", _("The definition is longer than %(most)d characters.") % {"most": LONGEST})
        return None
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found.note("", _("It cannot be read as TOML: %(error)s") % {"error": str(error)[:200]})
        return None


def _whole_view(found: Review, sections: list[Section], tiles: list[Tile]) -> None:
    if not tiles:
        found.note("", _("A view needs at least one section with a tile."))
    if len(tiles) > MOST_TILES:
        found.note("", _("A view has at most %(most)d tiles.") % {"most": MOST_TILES})
    keys = [tile.key for tile in tiles if tile.key]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        found.note("", _("Two tiles have the key “%(key)s”.") % {"key": key})
    if sum(tile.kind is TileKind.MAP for tile in tiles) > 1:
        found.note("", _("A view has one map at most."))


def _section(found: Review, number: int, given: Mapping[str, Any], scores: set[str]) -> Section:
    where = _("section %(number)d") % {"number": number}
    _only(found, where, given, {"title", "page", "tiles"})
    tiles = [
        _tile(found, f"{where}, {_('tile %(number)d') % {'number': at}}", one, scores)
        for at, one in enumerate(_tables(found, where, given, "tiles"), start=1)
    ]
    return Section(
        _text(found, where, given, "title", needed=True),
        tuple(tile for tile in tiles if tile is not None),
        _whole(found, where, given, "page", 1),
    )


def _tile(found: Review, where: str, given: Mapping[str, Any], scores: set[str]) -> Tile | None:
    key = _text(found, where, given, "key", needed=True)
    where = f"{where} “{key}”" if key else where
    if key and not _KEY.fullmatch(key):
        found.note(where, _("A key is small letters, digits and hyphens."))
    _only(found, where, given, _TILE_FIELDS)
    kind = _text(found, where, given, "kind", needed=True)
    if kind not in set(TileKind):
        known = ", ".join(one.value for one in TileKind)
        found.note(
            where, _("There is no kind “%(kind)s”; there are: %(known)s.") % {"kind": kind, "known": known}
        )
        return None
    length = _text(found, where, given, "length", default=Length.MONTH)
    if length not in set(Length):
        found.note(where, _("A length is day, month or year, not “%(length)s”.") % {"length": length})
    tile = Tile(
        key=key,
        kind=TileKind(kind),
        title=_text(found, where, given, "title"),
        of=_of(found, where, given, TileKind(kind)),
        subject=_text(found, where, given, "subject"),
        length=length,
        width=_whole(found, where, given, "width", 12 if kind == TileKind.MAP else 3),
        most=_whole(found, where, given, "most", 8),
        text=_text(found, where, given, "text", needed=kind == TileKind.TEXT),
    )
    _known(found, where, tile, scores)
    return tile


def _of(found: Review, where: str, given: Mapping[str, Any], kind: TileKind) -> tuple[str, ...]:
    """What the tile shows, by the field of its kind."""
    name = _NAMED_BY.get(kind)
    for other in sorted(set(_NAMED_BY.values()) & given.keys() - {name}):
        found.note(
            where, _("A tile of kind %(kind)s has no “%(name)s”.") % {"kind": kind.value, "name": other}
        )
    if name is None:
        return ()
    value = given.get(name, [DEVICES] if kind is TileKind.MAP else None)
    values = value if isinstance(value, list) else [value]
    if value is None or not values or not all(isinstance(one, str) and one for one in values):
        found.note(where, _("“%(name)s” is missing.") % {"name": name})
        return ()
    if len(values) > 1 and kind not in (TileKind.FEED, TileKind.MAP):
        found.note(where, _("“%(name)s” is one name.") % {"name": name})
    return tuple(values)


def _known(found: Review, where: str, tile: Tile, scores: set[str]) -> None:
    """Whether everything that the tile shows exists; what does not is named, with what was perhaps meant."""
    templates = {one.name: one.subjects is not None for one in definitions()}
    known: Mapping[TileKind, Iterable[str]] = {
        TileKind.INDICATOR: templates,
        TileKind.SCORE: scores,
        TileKind.FEED: registry.feeds(),
        TileKind.MAP: {DEVICES, *registry.layers()},
        TileKind.PANEL: registry.panels(),
    }
    unknown = {
        TileKind.INDICATOR: _("There is no indicator “%(name)s”."),
        TileKind.SCORE: _("There is no score “%(name)s”."),
        TileKind.FEED: _("Nobody brings the events “%(name)s”."),
        TileKind.MAP: _("Nobody brings the layer “%(name)s”."),
        TileKind.PANEL: _("Nobody brings the panel “%(name)s”."),
    }
    for name in tile.of:
        if name not in known[tile.kind]:
            told = unknown[tile.kind] % {"name": name[:80]}
            near = get_close_matches(name, list(known[tile.kind]), 1, 0.6)
            found.note(where, told + (" " + _("Is “%(name)s” meant?") % {"name": near[0]} if near else ""))
    if tile.kind is TileKind.INDICATOR and tile.of and templates.get(tile.of[0], False) != bool(tile.subject):
        found.note(
            where,
            _("The indicator is not asked of a subject.")
            if tile.subject
            else _("The indicator is a template: name its subject."),
        )


def _only(found: Review, where: str, given: Mapping[str, Any], known: set[str]) -> None:
    for name in sorted(given.keys() - known):
        near = get_close_matches(name, sorted(known), 1, 0.6)
        told = _("“%(name)s” is unknown here.") % {"name": name[:60]}
        found.note(where, told + (" " + _("Is “%(name)s” meant?") % {"name": near[0]} if near else ""))


def _tables(found: Review, where: str, given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        found.note(where, _("“%(name)s” must be a list of tables.") % {"name": name})
        return []
    return value


def _text(
    found: Review, where: str, given: Mapping[str, Any], name: str, *, default: str = "", needed: bool = False
) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or "\x00" in value:
        found.note(where, _("“%(name)s” must be a text.") % {"name": name})
        return default
    if needed and not value.strip():
        found.note(where, _("“%(name)s” is missing.") % {"name": name})
    return value.strip()


def _whole(found: Review, where: str, given: Mapping[str, Any], name: str, default: int) -> int:
    value, (least, most) = given.get(name, default), _RANGES[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        found.note(
            where,
            _("“%(name)s” must be a whole number from %(least)d to %(most)d.")
            % {"name": name, "least": least, "most": most},
        )
        return default
    return value
