"""What each kind of tile shows, read as whoever looks; and a cheap mark that changes whenever it might show otherwise.

A tile never knows another one. What it may not show it says; what fails says so itself, and stops nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.engines.indicators.api import reading, readings_mark
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import read_permissions
from chengshu.foundation.web.shell import query_url
from chengshu.hub.cockpit import queries, registry
from chengshu.hub.cockpit.content import DEVICES
from chengshu.hub.cockpit.data import Contribution, Happening, Shown, Tile, TileKind
from chengshu.hub.cockpit.drawing import sparkline
from chengshu.hub.cockpit.vitals import Taken, take
from chengshu.hub.promises.models import Verdict
from chengshu.hub.promises.queries.board import board
from chengshu.hub.promises.queries.years import years

SLOWEST_MS: Final = 5000
"""After this time the database gives a tile up."""
LASTING_S: Final = 300
"""Numbers grow late without anything being written, so tiles with a state are drawn anew after this time."""
log = logging.getLogger("chengshu.cockpit")


def show(tile: Tile) -> Shown:
    """What a tile shows to the asker now; never raises what is only the tile's own failure."""
    if lacking := _lacking(tile):
        return Shown("withheld", {"needs": lacking}, title=_title(tile))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(SLOWEST_MS)])
            shown = READERS[tile.kind](tile)
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except (ChengshuError, DatabaseError) as error:
        log.warning("tile %s: %s", tile.key, error)
        told = (
            str(error) if isinstance(error, ChengshuError) else _("It took too long or cannot be read now.")
        )
        return Shown("failed", {"told": told}, "negative", _title(tile))
    except Exception:
        log.exception("tile %s", tile.key)
        return Shown("failed", {"told": _("It cannot be read now.")}, "negative", _title(tile))
    return replace(shown, title=tile.title or shown.title)


def _title(tile: Tile) -> str:
    return tile.title or ", ".join(tile.of) or tile.key


def _lacking(tile: Tile) -> str:
    """The power that the asker lacks for this tile, in words; empty if none."""
    needed = {_permission(tile, name) for name in tile.of} or {_permission(tile, "")}
    lacking = sorted(one for one in needed if one and not current_asker().holds(one))
    if lacking and tile.kind is TileKind.FEED and len(lacking) < len(needed):
        return ""
    return str(read_permissions().get(lacking[0]) or lacking[0]) if lacking else ""


def _permission(tile: Tile, name: str) -> str:
    brought: Mapping[TileKind, Mapping[str, Contribution]] = {
        TileKind.FEED: registry.feeds(),
        TileKind.PANEL: registry.panels(),
        TileKind.MAP: registry.layers(),
    }
    if tile.kind is TileKind.MAP and name == DEVICES:
        return "streams.view"
    if tile.kind in brought and name in brought[tile.kind]:
        return brought[tile.kind][name].permission
    own = {
        TileKind.INDICATOR: "indicators.view",
        TileKind.SCORE: "indicators.view",
        TileKind.PROMISES: "promises.view",
    }
    return own.get(tile.kind, "")


def _indicator(tile: Tile) -> Shown:
    found = reading(tile.of[0], subject=tile.subject, length=tile.length)
    if found.withheld:
        return Shown("withheld", {"needs": ""}, title=found.title)
    state, state_tone = found.state_told
    values = [point.value for point in found.points]
    why = reverse("cockpit:why", args=[found.seen.id]) if found.seen and len(found.points) > 1 else ""
    colour = found.colour_told
    content = {
        "reading": found,
        "state": state,
        "state_tone": state_tone,
        "reasons": found.judged.reasons if found.judged else (),
        "colour": colour,
        "line": sparkline(values),
        "change": _change(values),
        "why": why,
        "previous": found.points[-2].label if len(found.points) > 1 else "",
    }
    return Shown(
        "indicator",
        content,
        colour[1] if colour else "neutral",
        found.title,
        bool(found.seen and found.seen.simulated),
        found.page,
        found.seen.computed_at if found.seen else None,
    )


def _change(values: Sequence[Decimal | None]) -> Decimal | None:
    """How far the last number is from the one before; None where one of them is none."""
    last, before = (values[-1], values[-2]) if len(values) > 1 else (None, None)
    return None if last is None or before is None else (last - before).normalize() + 0


def _score(tile: Tile) -> Shown:
    _version, vitals = queries.vitals_on(tile.of[0], timezone.localdate())
    taken = take(vitals)
    worst = [
        sign.reading.state_told
        for sign in taken.signs
        if sign.reading.state_told[1] in ("caution", "negative")
    ]
    worst.sort(key=lambda told: told[1] != "negative")
    moments = [sign.reading.seen.computed_at for sign in taken.signs if sign.reading.seen]
    return Shown(
        "score",
        {"taken": taken, "worst": worst[0] if worst else None, "lost": _costliest(taken)},
        "neutral",
        vitals.title,
        taken.simulated,
        reverse("cockpit:score", args=[tile.of[0]]),
        min(moments) if moments else None,
    )


def _costliest(taken: Taken) -> list[tuple[str, Decimal]]:
    """The terms that cost the score most, with what they cost."""
    if taken.score is None:
        return []
    costs = [
        (str(sign.term.title or sign.reading.title), part.weight - part.contribution)
        for sign, part in zip(taken.signs, taken.score.parts, strict=True)
        if part.points is not None
    ]
    return [one for one in sorted(costs, key=lambda one: -one[1]) if one[1] > 0][:3]


def _feed(tile: Tile) -> Shown:
    found: list[Happening] = []
    feeds = [registry.feeds()[name] for name in tile.of if name in registry.feeds()]
    held = [feed for feed in feeds if current_asker().holds(feed.permission)]
    for feed in held:
        found += feed.read(tile.most)
    if len(held) > 1:
        found.sort(key=lambda one: one.when, reverse=True)
    gone = [name for name in tile.of if name not in registry.feeds()]
    return Shown(
        "feed",
        {
            "lines": found[: tile.most],
            "hidden": [str(feed.title) for feed in feeds if feed not in held],
            "gone": gone,
        },
        "neutral",
        ", ".join(str(feed.title) for feed in feeds),
        any(one.simulated for one in found[: tile.most]),
        held[0].href() if len(held) == 1 else "",
        timezone.now() if held else None,
    )


def _promises(tile: Tile) -> Shown:
    known = years()
    if not known:
        return Shown("nothing", {"told": _("No budget year is known to you.")}, title=_("Promises"))
    seen = board(known[0])
    counts = seen.verdicts()
    worst = [
        (promise.name, reverse("promises:indicator", args=[promise.ref.replace("#", "-")]), promise.verdict)
        for verdict in (Verdict.BROKEN, Verdict.AT_RISK)
        for promise in seen.promises
        if promise.verdict == verdict
    ]
    tones = {"kept": "positive", "at_risk": "caution", "broken": "negative", "unproven": "neutral"}
    told = [(Verdict(value).label, counts.get(value, 0), tones[value]) for value in Verdict.values]
    return Shown(
        "promises",
        {"counts": told, "total": len(seen.promises), "worst": worst[: tile.most], "tones": tones,
         "labels": dict(Verdict.choices), "year": known[0].year},
        "neutral",
        _("Promises"),
        seen.is_simulated,
        reverse("promises:board"),
    )  # fmt: skip


def _map(tile: Tile) -> Shown:
    layers = [name for name in tile.of if name != DEVICES]
    return Shown(
        "map",
        {"layers": layers, "devices": DEVICES in tile.of},
        title=_("Map of devices"),
        href=query_url(reverse("cockpit:map"), {"layers": layers}),
    )


def _text(tile: Tile) -> Shown:
    return Shown(
        "text", {"paragraphs": [one for one in tile.text.split("\n") if one.strip()]}, title=_("Note")
    )


def _panel(tile: Tile) -> Shown:
    panel = registry.panels().get(tile.of[0])
    if panel is None:
        return Shown("nothing", {"told": _("Nobody brings this panel any more.")}, title=tile.of[0])
    return Shown(
        "panel", {"figures": panel.read()}, title=panel.title, href=panel.href(), as_of=timezone.now()
    )


READERS: Mapping[TileKind, Callable[[Tile], Shown]] = {
    TileKind.INDICATOR: _indicator,
    TileKind.SCORE: _score,
    TileKind.FEED: _feed,
    TileKind.PROMISES: _promises,
    TileKind.MAP: _map,
    TileKind.TEXT: _text,
    TileKind.PANEL: _panel,
}

_PROMISES_MARK = (
    "SELECT count(*), coalesce(sum(hashtext(verdict || simulated::text || coalesce(observation_id, 0)::text)), 0)"
    " FROM promises_standing"
)


def marks(tiles: tuple[Tile, ...]) -> dict[str, str]:
    """For each tile a short text: while it stays, the tile shows the same to this asker. A few queries for all."""
    known: dict[str, str] = {}
    asker = current_asker()

    def once(name: str, ask: Callable[[], str]) -> str:
        if name not in known:
            known[name] = ask()
        return known[name]

    def part(tile: Tile) -> str:
        if tile.kind in (TileKind.INDICATOR, TileKind.SCORE):
            lasting = int(timezone.now().timestamp()) // LASTING_S
            told = f"{once('numbers', readings_mark)}/{lasting}"
            return told + once("scores", queries.definitions_mark) if tile.kind is TileKind.SCORE else told
        if tile.kind is TileKind.PROMISES:
            return once("promises", _promises_mark)
        brought: Mapping[TileKind, Mapping[str, Contribution]] = {
            TileKind.FEED: registry.feeds(),
            TileKind.PANEL: registry.panels(),
        }
        own = brought.get(tile.kind, {})
        held = [name for name in tile.of if name in own and asker.holds(own[name].permission)]
        return "/".join(once(name, partial(_brought_mark, own[name])) for name in held)

    return {tile.key: blake2b(f"{tile!r} {part(tile)}".encode(), digest_size=8).hexdigest() for tile in tiles}


def _brought_mark(one: Contribution) -> str:
    """What a contribution says of itself; one that fails is asked again each time, and stops nothing else."""
    try:
        with transaction.atomic():
            return one.mark()
    except Exception:
        log.exception("mark of %s", one.name)
        return f"failed {timezone.now().isoformat()}"


def _promises_mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_PROMISES_MARK)
        return str(cursor.fetchone())
