"""What the pages of probes show: states in tones, the course of states and of answer times as drawings, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.probes import queries
from chengshu.engines.probes.models import (
    Check,
    CheckState,
    CheckVersion,
    Outage,
    Phase,
    State,
    Target,
)
from chengshu.engines.probes.reckoning import Figure
from chengshu.engines.probes.spans import Span, common, without
from chengshu.engines.probes.words import told
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Column

TONES: Final[Mapping[str, str]] = {
    State.DOWN: "negative",
    State.UNREACHABLE: "caution",
    State.UNKNOWN: "neutral",
    State.UP: "positive",
}
PHASES: Final[Mapping[str, str]] = {Phase.UP: "positive", Phase.DOWN: "negative", Phase.NEW: "neutral"}
SHORT: Final[Mapping[str, Words]] = {
    State.DOWN: gettext_lazy("Interrupted"),
    State.UNREACHABLE: gettext_lazy("Unreachable"),
    State.UNKNOWN: gettext_lazy("State unknown"),
    State.UP: gettext_lazy("In order"),
}
SILENT: Final = gettext_lazy("No result")
SPANS: Final = {"24h": timedelta(hours=24), "30d": timedelta(days=30)}
STEPS_S: Final = {"24h": 900, "30d": 21_600}
COLUMNS: Final = (
    Column("title", gettext_lazy("Probe target"), header=True),
    Column("state", gettext_lazy("State"), kind="fit"),
    Column("since", gettext_lazy("In this state since"), kind="datetime"),
    Column("cause", gettext_lazy("What the checks say")),
    Column("latency", gettext_lazy("Answer time"), kind="fit"),
    Column("unit", gettext_lazy("Unit")),
)
WIDTH: Final = 1000
HEIGHT: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """One target of the board."""

    target: Target
    tone: str
    state: Words
    since: datetime | None
    cause: str
    latency: str
    last: datetime | None

    @property
    def unit(self) -> str:
        return str(self.target.unit.shown_name)


def lines(rows: Sequence[Target]) -> list[Line]:
    """Targets as the board shows them; one of which nothing was heard lately is said to be so."""
    silent = queries.silent_targets(rows, timezone.now())
    return [_line(row, row.pk in silent) for row in rows]


def _line(row: Target, is_silent: bool) -> Line:
    states: list[CheckState] = [check.state for check in row.in_force]  # type: ignore[attr-defined]
    failing = [one for one in states if one.outcome not in ("", "ok")]
    shown = row.state.state
    last = max((one.asked_at for one in states if one.asked_at), default=None)
    latency = max((one.latency_us for one in states if one.latency_us and one.outcome == "ok"), default=None)
    causes = [f"{_name(row, one)}：{told(one.reason, one.detail)}" for one in failing]
    if not states:
        causes = [_("Nothing asks it yet")]
    return Line(
        row,
        "neutral" if is_silent else TONES[shown],
        SILENT if is_silent else SHORT[shown],
        last if is_silent else row.state.since,
        "；".join(causes),
        milliseconds(latency),
        last,
    )


def _name(row: Target, state: CheckState) -> str:
    checks: Sequence[Check] = row.in_force  # type: ignore[attr-defined]
    return next(check.name for check in checks if check.pk == state.check_row_id)


def milliseconds(latency_us: int | None) -> str:
    if latency_us is None:
        return "—"
    return f"{latency_us / 1000:.1f} ms" if latency_us < 100_000 else f"{latency_us // 1000:,} ms"


def length(microseconds: int) -> str:
    """As people say it: days, hours, minutes, seconds."""
    seconds = microseconds // 1_000_000
    if not seconds:
        return "0" if not microseconds else _("under a second")
    parts = (
        (seconds // 86_400, _("d")),
        (seconds // 3600 % 24, _("h")),
        (seconds // 60 % 60, _("min")),
        (seconds % 60, _("s")),
    )
    return " ".join(f"{number} {unit}" for number, unit in [one for one in parts if one[0]][:2])


def share(value: Decimal | None) -> str:
    """Percent with four decimals, cut and never rounded up: 99.99999 is not 100."""
    if value is None:
        return "—"
    cut = (value * 100).quantize(Decimal("0.0001"), ROUND_DOWN)
    return f"{cut.normalize():f}%" if cut == cut.to_integral_value() else f"{cut}%"


def terms(figure: Figure) -> list[tuple[Words, str]]:
    """Every term of a figure, so that it can be reckoned again by hand."""
    return [
        (_("Agreed time"), length(figure.agreed_us)),
        (_("Excluded: announced beforehand"), length(figure.excluded_us)),
        (_("No result"), length(figure.gap_us)),
        (_("Unreachable"), length(figure.unreachable_us)),
        (_("Counted"), length(figure.counted_us)),
        (_("Out of order"), length(figure.down_us)),
        (_("Longest outage"), length(figure.longest_us)),
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the course of states, in thousandths of its width."""

    kind: str
    start: float
    width: float
    words: str


def pieces(
    target: Target, checks: Sequence[Check], down: Sequence[Span], since: datetime, until: datetime
) -> list[Piece]:
    """The course of states; where nobody knows anything it says so, whatever was known before."""
    life = [Span(max(since, target.created_at), until)] if target.created_at < until else []
    gaps = common(queries.gaps_of(checks, down, since, until), life)
    found = []
    for state, span in queries.changes_of(target, since, until):
        found += [(state, one) for one in without([span], gaps)]
    found += [("gap", one) for one in gaps]
    whole = (until - since).total_seconds()
    return [
        Piece(
            kind,
            round((one.start - since).total_seconds() / whole * WIDTH, 2),
            max(round((one.end - one.start).total_seconds() / whole * WIDTH, 2), 1.0),
            f"{SILENT if kind == 'gap' else SHORT[kind]} "
            f"{timezone.localtime(one.start):%m-%d %H:%M} – {timezone.localtime(one.end):%m-%d %H:%M}",
        )
        for kind, one in sorted(found, key=lambda each: each[1])
        if kind != State.UNKNOWN
    ]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Answer times as lines: points of the median and of the 95th percentile, and marks where a check failed."""

    check: Check
    median: Sequence[str]
    p95: Sequence[str]
    failed: Sequence[float]
    top: str
    last: str
    count: int


def drawing(check: Check, since: datetime, until: datetime, step_s: int) -> Drawing | None:
    """The course of answer times; None where there is nothing to draw."""
    rows = queries.course(check, since, until, step_s)
    if not rows:
        return None
    top = max((row["p95_us"] or 0 for row in rows), default=0) or 1
    whole = (until - since).total_seconds()

    def place(row: Mapping[str, Any]) -> float:
        middle: float = (row["start"] - since).total_seconds() + step_s / 2
        return round(min(max(middle / whole, 0), 1) * WIDTH, 1)

    return Drawing(
        check,
        _lines(rows, "median_us", place, top, step_s),
        _lines(rows, "p95_us", place, top, step_s),
        [place(row) for row in rows if row["failed"]],
        milliseconds(top),
        milliseconds(rows[-1]["median_us"]),
        sum(row["count"] for row in rows),
    )


def _lines(rows: Sequence[Mapping[str, Any]], name: str, place: Any, top: int, step_s: int) -> list[str]:
    """Polylines; where a step is missing, or nothing was answered, the line is broken."""
    parts: list[list[str]] = [[]]
    before: datetime | None = None
    for row in rows:
        value = row[name]
        if value is None or (before is not None and (row["start"] - before).total_seconds() > step_s * 1.5):
            parts.append([])
        before = row["start"]
        if value is not None:
            parts[-1].append(f"{place(row)},{round(HEIGHT - 6 - value / top * (HEIGHT - 16), 1)}")
    return [" ".join(part) if len(part) > 1 else f"{part[0]} {_beside(part[0])}" for part in parts if part]


def _beside(point: str) -> str:
    """A single point is drawn as a short stroke."""
    across, down = point.split(",")
    return f"{float(across) + 3},{down}"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of a target's page."""

    check: Check
    version: CheckVersion
    state: CheckState
    tone: str
    words: Words
    asked: str

    @property
    def said(self) -> str:
        return told(self.state.reason, self.state.detail)


def check_lines(checks: Sequence[Check]) -> list[CheckLine]:
    now, found = timezone.now(), []
    for check in checks:
        version = max(check.versions.all(), key=lambda one: one.number)
        silent = queries.is_silent(check.state, version, now) and check.state.asked_at is not None
        impossible = check.state.outcome == "impossible"
        tone = "neutral" if silent or impossible else PHASES[check.state.phase]
        words: Words = (
            _("Could not be asked") if impossible else (SILENT if silent else Phase(check.state.phase).label)
        )
        found.append(CheckLine(check, version, check.state, tone, words, _asked(version)))
    return found


def _asked(version: CheckVersion) -> str:
    """What it asks, in one line."""
    told_ = version.parameters
    for name in ("url", "name"):
        if told_.get(name):
            return str(told_[name])
    if told_.get("host"):
        return f"{told_['host']}:{told_['port']}" if told_.get("port") else str(told_["host"])
    if told_.get("steps"):
        return str(told_["steps"][0]["url"])
    return _("The platform’s own database")


@dataclass(frozen=True, slots=True)
class OutageLine:
    """One outage of a list."""

    outage: Outage
    cause: str
    lasted: str


def outage_lines(rows: Sequence[Outage]) -> list[OutageLine]:
    now = timezone.now()
    return [
        OutageLine(
            row,
            f"{row.check_row.name}：{told(row.reason, row.detail)}",
            length((max(row.ended_at or now, row.began_at) - row.began_at) // timedelta(microseconds=1)),
        )
        for row in rows
    ]
