"""What the cockpit is made of, as frozen values: views, sections, tiles, what a tile shows, and what others bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chengshu.foundation.errors import Words


class TileKind(StrEnum):
    INDICATOR = "indicator"
    SCORE = "score"
    FEED = "feed"
    PROMISES = "promises"
    MAP = "map"
    TEXT = "text"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a view.

    :ivar key: unique in its view
    :ivar of: what it shows: name of an indicator, key of a score, names of feeds or layers, name of a panel
    :ivar width: columns of twelve at a desk and on a wall
    """

    key: str
    kind: TileKind
    title: str = ""
    of: tuple[str, ...] = ()
    subject: str = ""
    length: str = "month"
    width: int = 3
    most: int = 8
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Tiles under one heading. Sections with the same ``page`` share one page of the wall."""

    title: str
    tiles: tuple[Tile, ...]
    page: int = 1


@dataclass(frozen=True, slots=True)
class View:
    """A whole view: one definition for wall, desk and phone.

    :ivar audience: the permission that opens it beside ``cockpit.view``
    """

    title: str
    audience: str
    sections: tuple[Section, ...]
    lead: str = ""
    refresh_s: int = 30
    rotate_s: int = 30

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return tuple(tile for section in self.sections for tile in section.tiles)

    @property
    def pages(self) -> tuple[tuple[Section, ...], ...]:
        """The sections page by page, as the wall turns them."""
        numbers = sorted({section.page for section in self.sections})
        return tuple(tuple(one for one in self.sections if one.page == number) for number in numbers)

    def tile(self, key: str) -> Tile | None:
        return next((tile for tile in self.tiles if tile.key == key), None)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a tile shows to one asker now.

    :ivar part: the template of its inside
    :ivar simulated: simulated records entered it, which it says
    :ivar href: where one looks into it
    :ivar as_of: when what it shows was computed
    """

    part: str
    content: Mapping[str, Any] = field(default_factory=dict)
    tone: str = "neutral"
    title: Words = ""
    simulated: bool = False
    href: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a contributed panel."""

    label: Words
    value: Decimal | int | None
    unit: Words = ""
    tone: str = "neutral"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a list of events.

    :ivar place: longitude and latitude in degrees of CGCS2000, if it has any
    :ivar grade: its level in words, with its tone
    """

    title: Words
    when: datetime
    href: str = ""
    note: Words = ""
    grade: Words = ""
    tone: str = "neutral"
    simulated: bool = False
    place: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Something another app brings to the cockpit.

    :ivar name: ``<app>.<what>``, by which views name it
    :ivar permission: whoever does not hold it anywhere sees that the tile is not for him
    :ivar mark: a cheap text that changes whenever what the asker would see changes
    """

    name: str
    title: Words
    permission: str
    mark: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Contribution):
    """Figures of one app as a tile of their own. ``read`` is asked as whoever looks."""

    read: Callable[[], Sequence[Figure]]
    href: Callable[[], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Contribution):
    """Events of one app; ``read`` gets how many at most, the gravest or newest first, and is asked as whoever looks."""

    read: Callable[[int], Sequence[Happening]]
    href: Callable[[], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(Contribution):
    """Points of one app on the map, beside the devices: happenings with a place, asked for as whoever looks."""

    read: Callable[[], Sequence[Happening]]
