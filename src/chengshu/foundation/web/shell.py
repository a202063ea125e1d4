"""What pages hand to the shell and its components: small frozen records with sensible defaults.

Views build these; macros read them. Nothing here knows HTTP, rights or tables of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chengshu.foundation.errors import Words


@dataclass(frozen=True, slots=True)
class NavItem:
    """One destination in the side navigation.

    :param icon: a name from ``icons.PATHS``
    :param count: how many things wait there; ``None`` shows nothing
    :param key: the letter after ``g`` that goes there from the keyboard
    """

    label: Words
    href: str
    icon: str = "dash"
    current: bool = False
    count: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A titled group of destinations."""

    title: Words
    items: Sequence[NavItem]


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way here; the last one has no address."""

    label: Words
    href: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, a radio group or a set of checkboxes."""

    value: str
    label: Words
    hint: Words = ""


def choices(offered: Iterable[Any]) -> list[Any]:
    """What a field offers, as options: pairs of value and label, as Django writes choices, become some."""
    return [Option(str(one[0]), one[1]) if isinstance(one, tuple) else one for one in offered]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data table.

    :param key: the attribute or key of a row that holds the value
    :param kind: ``text``, ``number``, ``money``, ``percent``, ``date``, ``datetime`` or ``fit`` (never wraps)
    :param sort: the name the view sorts by; empty means it cannot be sorted
    :param header: this column names the row (row header for screen readers, title of the card on phones)
    :param places: decimals of a number; ``None`` keeps them as stored
    """

    key: str
    label: Words
    kind: str = "text"
    sort: str = ""
    header: bool = False
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One control of a table's filter row.

    :param kind: ``select``, ``search`` or ``date``
    """

    name: str
    label: Words
    value: str = ""
    kind: str = "select"
    options: Sequence[Option] = ()
    placeholder: Words = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named set of filters somebody kept."""

    label: Words
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where a table is in its whole.

    :param shown: rows on this page
    :param total: rows in all, ``None`` when counting would cost too much
    :param start: number of the first row shown, 1-based; 0 when unknown
    :param previous: the cursor of the page before, empty at the beginning
    :param next: the cursor of the page after, empty at the end
    """

    shown: int
    total: int | None = None
    start: int = 0
    previous: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the same thing, with its own address."""

    label: Words
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened to a thing.

    :param when: an aware datetime
    :param tone: ``positive``, ``caution``, ``negative``, ``neutral`` or ``info``
    """

    title: Words
    when: Any
    who: Words = ""
    note: Words = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a comparison; ``None`` means the value did not exist on that side."""

    label: Words
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One promise on the board.

    :param label: its whole name, as read out and shown on hover
    :param tone: ``positive`` kept, ``caution`` at risk, ``negative`` broken, ``neutral`` unproven
    :param verdict: the verdict in words
    :param facts: pairs of label and value for the hover card
    :param flagged: the linter has findings on it
    """

    href: str
    label: Words
    tone: str
    verdict: Words
    facts: Sequence[tuple[Words, Words]] = ()
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One project on the board: its name, its money and its promises by family key."""

    label: Words
    href: str
    amount: Any
    share: float = 0
    cells: Mapping[str, Sequence[HeatCell]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeatGroup:
    """The projects of one unit."""

    label: Words
    rows: Sequence[HeatRow]


def query_url(path: str, query: Mapping[str, Any] | None = None, **changes: Any) -> str:
    """The address ``path`` with the query ``query``, changed: empty values drop a key, lists repeat it."""
    merged = {**(query or {}), **changes}
    kept = {key: value for key, value in merged.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path
