"""Microseconds of one processor that rules and alarms cost a message: fifty rules over ten thousand devices.

Two mixes: *spread* gives each of five metrics ten of the fifty rules, as a district would have them; *piled* puts all
fifty on the one metric that every message carries, of which twenty are windows, swings and absences. Values cross a
limit about once in five hundred messages. The time is processor time, so that a busy machine does not blur it much.

Run: ``python bench/rules.py [--json] [--messages N]``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from chengshu.engines.streams.data import Reading  # noqa: E402
from chengshu.engines.streams.rules import (  # noqa: E402
    Absence,
    Compare,
    Device,
    Engine,
    Rule,
    Swing,
    Threshold,
    Together,
    Windowed,
)
from chengshu.engines.streams.rules.definition import Condition  # noqa: E402

DEVICES = 10_000
METRICS = ("level", "flow", "temperature", "battery", "signal")
MINUTE = 60_000
START = 1_767_225_600_000
RATE = 20_000
"""Messages a second of simulated time."""


def condition(kind: int, metric: str, number: int) -> Condition:
    """Of ten rules six are thresholds, and one each a swing, a window, an absence and an area's."""
    if kind == 6:
        return Swing(metric, by=90, within_ms=10 * MINUTE)
    if kind == 7:
        return Windowed(metric, "mean", 10 * MINUTE, Compare.ABOVE, 90, at_least=3)
    if kind == 8:
        return Absence(metric, at_least_ms=5 * MINUTE)
    if kind == 9:
        return Together(metric, "count", Compare.ABOVE, 99, needed=3, by="area")
    compare = Compare.ABOVE if kind % 2 else Compare.BELOW
    limit = 99.8 + number / 1000 if kind % 2 else 0.2 - number / 1000
    return Threshold(metric, compare, limit, for_ms=MINUTE if kind > 3 else 0)


def rules(piled: bool) -> list[Rule]:
    return [
        Rule(number + 1, condition(number % 10, METRICS[0] if piled else METRICS[number // 10], number))
        for number in range(50)
    ]


def messages(count: int, piled: bool) -> list[Reading]:
    chance = random.Random(1)
    readings = []
    for number in range(count):
        at = START + number * 1000 // RATE
        metric = METRICS[0] if piled else chance.choice(METRICS)
        readings.append(Reading(number % DEVICES, metric, at, chance.uniform(0, 100), received=at))
    return readings


def measure(piled: bool, count: int) -> dict[str, Any]:
    """The first message of each device and metric opens its states, and is not counted."""
    devices = [Device(number, area=number // 50 + 1) for number in range(DEVICES)]
    engine = Engine(rules(piled), devices)
    warm = messages(DEVICES * (1 if piled else 8), piled)
    engine.feed(warm)
    later = warm[-1].at + 1 - START
    batch = [
        Reading(one.device, one.metric, one.at + later, one.value, received=one.received + later)
        for one in messages(count, piled)
    ]
    begun, begun_wall = time.process_time(), time.perf_counter()
    events = 0
    for first in range(0, count, 5000):
        events += len(engine.feed(batch[first : first + 5000]))
    taken, wall = time.process_time() - begun, time.perf_counter() - begun_wall
    return {
        "mix": "piled" if piled else "spread",
        "messages": count,
        "events": events,
        "us_per_message": round(taken / count * 1e6, 2),
        "us_per_message_by_the_wall": round(wall / count * 1e6, 2),
        "messages_per_second_and_core": round(count / taken),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--messages", type=int, default=100_000)
    arguments = parser.parse_args()
    load = os.getloadavg()
    results = [measure(piled, arguments.messages) for piled in (False, True)]
    if arguments.json:
        print(
            json.dumps(
                {"bench": "rules", "load_before": load, "load_after": os.getloadavg(), "mixes": results}
            )
        )
        return 0
    print(f"rules · 50 rules · {DEVICES} devices · load {load[0]:.1f} → {os.getloadavg()[0]:.1f}")
    for one in results:
        print(
            f"{one['mix']:7} {one['us_per_message']:7.2f} µs a message (processor), "
            f"{one['us_per_message_by_the_wall']:7.2f} µs (wall), {one['events']} events"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
