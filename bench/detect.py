"""Precision and recall of finding what is wrong with a series, against labels and against injected faults.

Three sets: the labelled series of the Numenta Anomaly Benchmark; the missing hours of five years of fine dust; and
faults of known kind and place injected into real weather and into made-up daily loads. Each is split into a part
that the detector was tuned on and a part that it was not, and each is compared with the plain robust z-score
(|value - median| > 3.5 spreads), which is what one would write in five lines.

A finding is right if it overlaps a labelled window, a window is found if a finding overlaps it. Gaps and stuck values
are facts of their own and are judged against gaps and injected stuck values; against the benchmark's windows only the
other kinds count, and a second line says what they would be with gaps counted as alarms.

Run: ``python bench/detect.py [--json] [--data FOLDER]``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

import numpy as np  # noqa: E402

from chengshu.engines.streams.detect import Finding, Kind, Series, detect, read_series  # noqa: E402
from chengshu.engines.streams.detect.finding import merged  # noqa: E402
from chengshu.engines.streams.detect.usual import robust_spread  # noqa: E402

TUNED_ON = frozenset({"ambient_temperature_system_failure.csv", "occupancy_6005.csv"})
FACTS = frozenset({Kind.GAP, Kind.STUCK})
HOUR = 3600.0
Window = tuple[float, float]
Detector = Callable[[Series], list[Finding]]


@dataclass(frozen=True)
class Labelled:
    """A series, what is wrong with it, and the kinds of finding that may say so."""

    name: str
    part: str  # "tuning" or "held out"
    group: str
    series: Series
    windows: tuple[Window, ...]
    without: frozenset[Kind] = frozenset()
    only: frozenset[Kind] = frozenset()


@dataclass(frozen=True)
class Score:
    """Counts of one or of several series; ``right`` of ``findings`` overlap, ``found`` of ``windows`` are."""

    findings: int = 0
    right: int = 0
    windows: int = 0
    found: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(a + b for a, b in zip(self._counts(), other._counts(), strict=True)))

    def _counts(self) -> tuple[int, int, int, int]:
        return self.findings, self.right, self.windows, self.found

    @property
    def precision(self) -> float | None:
        return self.right / self.findings if self.findings else None

    @property
    def recall(self) -> float | None:
        return self.found / self.windows if self.windows else None


def score(findings: Sequence[Finding], labelled: Labelled) -> Score:
    findings = [one for one in findings if one.kind not in labelled.without]
    if labelled.only:
        findings = [one for one in findings if one.kind in labelled.only]
    right = sum(any(_overlap(one, window) for window in labelled.windows) for one in findings)
    found = sum(any(_overlap(one, window) for one in findings) for window in labelled.windows)
    return Score(len(findings), right, len(labelled.windows), found)


def _overlap(finding: Finding, window: Window) -> bool:
    return finding.start <= window[1] and finding.end >= window[0]


def robust_z(series: Series) -> list[Finding]:
    """The baseline: values further than 3.5 spreads from the median, neighbours within half a day joined."""
    known = np.isfinite(series.values)
    moments, values = series.moments[known], series.values[known]
    distance = np.abs(values - np.median(values)) / robust_spread(values)
    over = [
        Finding(moment, moment, Kind.SPIKE, far / 3.5)
        for moment, far in zip(moments.tolist(), distance.tolist(), strict=True)
        if far > 3.5
    ]
    return merged(over, within=12 * HOUR)


def benchmark(folder: Path) -> Iterator[Labelled]:
    labels = json.loads((folder / "nab" / "windows.json").read_text(encoding="utf-8"))
    for name, windows in sorted(labels.items()):
        part = "tuning" if name in TUNED_ON else "held out"
        series = read_series(folder / "nab" / name)
        spans = tuple((_seconds(begin), _seconds(end)) for begin, end in windows)
        yield Labelled(name, part, "benchmark", series, spans, without=FACTS)
        yield Labelled(name, part, "benchmark, gaps counted", series, spans)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Weather:
    moments: np.ndarray[Any, np.dtype[np.float64]]
    columns: dict[str, np.ndarray[Any, np.dtype[np.float64]]]


def weather(folder: Path) -> Weather:
    path = next((folder / "beijing-pm25").glob("*.csv.gz"))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    moments = [
        datetime(*(int(row[part]) for part in ("year", "month", "day", "hour")), tzinfo=UTC).timestamp()
        for row in rows
    ]
    columns = {
        name: np.array([float(row[name]) if row[name] != "NA" and row[name] else np.nan for row in rows])
        for name in ("pm2.5", "DEWP", "TEMP", "PRES", "Iws")
    }
    return Weather(np.array(moments), columns)


def missing_hours(known: Weather) -> Iterator[Labelled]:
    """Each year's fine dust, once with empty cells and once with the rows left out."""
    dust = known.columns["pm2.5"]
    for year in range(2010, 2015):
        begin, end = (datetime(one, 1, 1, tzinfo=UTC).timestamp() for one in (year, year + 1))
        inside = (known.moments >= begin) & (known.moments < end)
        moments, values = known.moments[inside], dust[inside]
        part = "tuning" if year < 2013 else "held out"
        only = frozenset({Kind.GAP})
        yield Labelled(
            f"{year} cells empty",
            part,
            "missing hours",
            Series(moments, values),
            _runs(moments, values),
            only=only,
        )
        there = np.isfinite(values)
        first, last = np.flatnonzero(there)[[0, -1]]
        inner = tuple(
            one for one in _runs(moments, values) if moments[first] < one[0] and one[1] < moments[last]
        )
        left_out = Series(moments[there], values[there])
        yield Labelled(f"{year} rows absent", part, "missing hours", left_out, inner, only=only)


def _runs(moments: Any, values: Any) -> tuple[Window, ...]:
    missing = np.flatnonzero(~np.isfinite(values))
    parts = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    return tuple((float(moments[part[0]]), float(moments[part[-1]])) for part in parts if len(part))


FAULTS = ("spike", "drop", "shift", "pattern", "stuck", "spread", "none")


def injected(known: Weather) -> Iterator[Labelled]:
    """Ninety days of weather, or a fortnight of a made-up load, each with one or two faults of one kind, or none."""
    for part, seed in (("tuning", 1), ("held out", 2)):
        chance = random.Random(seed)
        for fault in FAULTS:
            for number in range(6):
                series = _weather_piece(known, part, number, chance) if number < 4 else _load(chance)
                yield _with_fault(series, fault, part, number, chance)


def _weather_piece(known: Weather, part: str, number: int, chance: random.Random) -> Series:
    name = ("TEMP", "PRES", "DEWP", "TEMP")[number]
    days_begin = 0 if part == "tuning" else 3 * 365
    day = chance.randrange(days_begin, days_begin + 600)
    values = known.columns[name][day * 24 : (day + 90) * 24].copy()
    return Series(known.moments[day * 24 : (day + 90) * 24].copy(), values)


def _load(chance: random.Random) -> Series:
    """Fourteen days at five minutes: a day's curve, a quieter weekend, noise that grows with the load."""
    noise = np.random.default_rng(chance.randrange(2**32))
    moments = 1_767_225_600.0 + 300.0 * np.arange(14 * 288)
    hour = moments % 86_400 / HOUR
    curve = 20 + 50 * np.exp(-(((hour - 14) / 4) ** 2)) + 20 * np.exp(-(((hour - 9) / 1.5) ** 2))
    weekend = (moments // 86_400 + 3) % 7 >= 5
    curve = np.where(weekend, 0.7 * curve, curve)
    walk = np.zeros(len(moments))
    steps = noise.normal(0, 1, len(moments))
    for place in range(1, len(moments)):
        walk[place] = 0.8 * walk[place - 1] + steps[place]
    return Series(moments, np.round(curve * (1 + 0.02 * walk) + noise.gamma(1, 1.5, len(moments)), 2))


def _with_fault(series: Series, fault: str, part: str, number: int, chance: random.Random) -> Labelled:
    values = series.values.copy()
    rows_a_day = round(86_400 / float(series.moments[1] - series.moments[0]))
    unit = _local_spread(values, rows_a_day)
    windows = []
    for _time in range(0 if fault == "none" else chance.choice((1, 2))):
        length = _length(fault, rows_a_day, chance)
        begin = chance.randrange(2 * rows_a_day, len(values) - 2 * rows_a_day - length)
        _inject(values, fault, begin, length, unit, rows_a_day, chance)
        pad = rows_a_day // 4
        windows.append((float(series.moments[begin - pad]), float(series.moments[begin + length + pad])))
    return Labelled(
        f"{fault} {number}", part, f"injected {fault}", replace(series, values=values), tuple(windows)
    )


def _local_spread(values: Any, rows_a_day: int) -> float:
    """How much a value differs from that a day earlier, as a rule."""
    return robust_spread(values[rows_a_day:] - values[:-rows_a_day])


def _length(fault: str, rows_a_day: int, chance: random.Random) -> int:
    if fault in ("spike", "drop"):
        return chance.randint(1, 3)
    return round(rows_a_day * chance.uniform(1, 3 if fault == "shift" else 1.5))


def _inject(
    values: Any, fault: str, begin: int, length: int, unit: float, rows_a_day: int, chance: random.Random
) -> None:
    place = slice(begin, begin + length)
    sign = chance.choice((-1, 1))
    if fault == "spike":
        values[place] += sign * chance.uniform(5, 9) * unit
    elif fault == "drop":
        values[place] = float(np.min(values)) - chance.uniform(1, 3) * unit
    elif fault == "shift":
        values[place] += sign * chance.uniform(4, 6) * unit
    elif fault == "pattern":
        values[place] = values[begin - rows_a_day // 2 : begin - rows_a_day // 2 + length].copy()
    elif fault == "stuck":
        values[place] = values[begin]
    elif fault == "spread":
        values[place] += np.array([chance.gauss(0, 2.5 * unit) for _row in range(length)])


DETECTORS: dict[str, Detector] = {"chengshu": detect, "robust z": robust_z}


def measure(folder: Path) -> list[dict[str, Any]]:
    """One row for each series and detector."""
    known = weather(folder)
    rows = []
    for labelled in (*benchmark(folder), *missing_hours(known), *injected(known)):
        for name, detector in DETECTORS.items():
            begun = time.perf_counter()
            findings = detector(labelled.series)
            taken = time.perf_counter() - begun
            result = score(findings, labelled)
            rows.append(
                {
                    "detector": name,
                    "group": labelled.group,
                    "part": labelled.part,
                    "series": labelled.name,
                    "rows": len(labelled.series.moments),
                    "ms": round(taken * 1000, 1),
                    "score": result,
                }
            )
    return rows


def totals(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], Score]:
    """The sum of each group, part and detector, and of all injected faults together."""
    sums: dict[tuple[str, str, str], Score] = {}
    for row in rows:
        groups = [row["group"]] + (["injected, all"] if row["group"].startswith("injected") else [])
        for group in groups:
            key = (group, row["part"], row["detector"])
            sums[key] = sums.get(key, Score()) + row["score"]
    return sums


def _line(name: str, part: str, detector: str, result: Score) -> str:
    def shown(share: float | None) -> str:
        return "    –" if share is None else f"{share:5.2f}"

    counts = f"{result.right}/{result.findings} right, {result.found}/{result.windows} found"
    return (
        f"{name:44} {part:9} {detector:9} precision {shown(result.precision)}  recall {shown(result.recall)}"
        f"  {counts}"
    )


def _as_data(result: Score) -> dict[str, Any]:
    return {**asdict(result), "precision": result.precision, "recall": result.recall}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data"
    )
    arguments = parser.parse_args()
    rows = measure(arguments.data)
    sums = totals(rows)
    if arguments.json:
        series = [{**row, "score": _as_data(row["score"])} for row in rows]
        total = [
            {"group": group, "part": part, "detector": detector, **_as_data(result)}
            for (group, part, detector), result in sums.items()
        ]
        print(
            json.dumps(
                {"bench": "detect", "load": os.getloadavg(), "series": series, "total": total}, indent=2
            )
        )
        return 0
    for row in rows:
        if not row["group"].startswith("injected"):
            print(_line(f"{row['group']}: {row['series']}"[:44], row["part"], row["detector"], row["score"]))
    print("\nIn total")
    for (group, part, detector), result in sums.items():
        print(_line(group, part, detector, result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
