"""What other apps bring to the cockpit; they register it in their ``panels.py``, which is imported at start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from chengshu.hub.cockpit.data import Contribution, Feed, Layer, Panel

Brought = TypeVar("Brought", bound=Contribution)

_panels: dict[str, Panel] = {}
_feeds: dict[str, Feed] = {}
_layers: dict[str, Layer] = {}


def register_panels(*panels: Panel) -> None:
    """Tiles that views may name as ``panel``.

    :raises ValueError: if a name is taken or belongs to no app
    """
    _add(_panels, panels)


def register_feeds(*feeds: Feed) -> None:
    """Lists of events that views may name among ``feeds``.

    :raises ValueError: if a name is taken or belongs to no app
    """
    _add(_feeds, feeds)


def register_layers(*layers: Layer) -> None:
    """Layers of the map that views may name among ``layers``.

    :raises ValueError: if a name is taken or belongs to no app
    """
    _add(_layers, layers)


def _add(known: dict[str, Brought], brought: Iterable[Brought]) -> None:
    for one in brought:
        app, dot, what = one.name.partition(".")
        if not (app and dot and what):
            raise ValueError(f"“{one.name}” is not <app>.<what>")
        if known.get(one.name, one) != one:
            raise ValueError(f"“{one.name}” is registered twice")
        known[one.name] = one


def withdraw(*names: str) -> None:
    """Make contributions unknown again."""
    for known in (_panels, _feeds, _layers):
        for name in names:
            known.pop(name, None)


def panels() -> dict[str, Panel]:
    return dict(_panels)


def feeds() -> dict[str, Feed]:
    return dict(_feeds)


def layers() -> dict[str, Layer]:
    return dict(_layers)
