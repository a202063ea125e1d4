"""What every measurement shares: its database, its clock, its report.

A measurement prints what it saw together with the machine's load, so that a figure taken on a busy machine can be told
from one taken on a quiet one. It never asserts a time.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Figure:
    """One measured quantity.

    :param low: the smallest and ``high`` the largest of the runs
    """

    name: str
    unit: str
    median: float
    low: float
    high: float
    runs: int
    note: str = ""

    def line(self) -> str:
        span = f"{_short(self.low)} … {_short(self.high)}" if self.runs > 1 else ""
        return f"{self.name:58} {_short(self.median):>10} {self.unit:8} {span:22} {self.note}".rstrip()


@dataclass
class Report:
    """All figures of one measurement with the circumstances they were taken in."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    load_before: tuple[float, float, float] = field(default_factory=os.getloadavg)

    def add(self, name: str, unit: str, values: Sequence[float], note: str = "") -> float:
        """Add the median and range of ``values``; returns the median."""
        ordered = sorted(values)
        middle = percentile(ordered, 50)
        self.figures.append(Figure(name, unit, middle, ordered[0], ordered[-1], len(ordered), note))
        return middle

    def as_data(self) -> dict[str, Any]:
        return {
            "bench": self.name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "load_before": self.load_before,
            "load_after": os.getloadavg(),
            "figures": [asdict(figure) for figure in self.figures],
        }


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest rank of sorted values."""
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def machine() -> dict[str, Any]:
    import django

    return {
        "processors": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": _server_version(),
    }


def _server_version() -> str:
    from django.db import connection

    number = connection.pg_version if connection.connection else 0
    return f"{number // 10000}.{number % 10000}" if number else ""


def timed(work: Callable[[], Any], runs: int) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for _run in range(runs):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


@contextmanager
def throw_away(name: str) -> Iterator[Path]:
    """A migrated, empty database of its own and a data directory, both gone afterwards."""
    sys.path[:0] = [str(ROOT / "src")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")
    from chengshu.foundation.runtime.database_for_tests import ensure_test_server

    ensure_test_server()
    import django

    django.setup()
    from chengshu.foundation.testing.browser import own_database

    logging.getLogger("httpx").setLevel(logging.WARNING)
    with (
        tempfile.TemporaryDirectory(prefix="chengshu-bench-") as folder,
        own_database(f"chengshu_bench_{name}_{os.getpid()}"),
    ):
        yield Path(folder)


def run(name: str, measure: Callable[[Report, Path], None]) -> int:
    """The ``main`` of every measurement."""
    parser = argparse.ArgumentParser(prog=f"bench/{name}.py", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    report = Report(name)
    with throw_away(name) as folder:
        measure(report, folder)
        data = report.as_data()
    print(json.dumps(data, ensure_ascii=False, indent=2) if arguments.json else _table(report, data))
    return 0


def _table(report: Report, data: dict[str, Any]) -> str:
    circumstances = data["machine"]
    head = (
        f"{report.name} · {data['at']} · {circumstances['processors']} processors · Python {circumstances['python']}"
        f" · PostgreSQL {circumstances['postgresql']}"
        f" · load {_loads(data['load_before'])} → {_loads(data['load_after'])}"
    )
    return "\n".join([head, *(figure.line() for figure in report.figures)])


def _loads(loads: Sequence[float]) -> str:
    return " ".join(f"{value:.1f}" for value in loads)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}"
