"""What row security costs: the first 20 of a million findings by due date, with policies and with a filter by hand.

The table is the measurement's own, with the very policies that ``scope_rows`` gives every scoped table, indexed by unit
and due date. The application's role asks with row security on; the owner, whom policies do not bind, asks the same with
the filter written out, as an application without row security would.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, run, timed

ROWS = 1_000_000
UNITS = 300
RUNS = 200
TABLE = "bench_finding"


def measure(report: Report, folder: Path) -> None:
    from django.db import connections

    _fill(connections["owner"])
    random.seed(7)
    for count in (1, 10, UNITS):
        units = sorted(random.sample(range(1, UNITS + 1), count))
        _compare(report, f"{count} units" if count > 1 else "1 unit", units)
    _compare(report, "everywhere", None)


def _fill(owner: Any) -> None:
    """A million rows over 300 units; a fifth of the time two due dates are equal, so the id decides."""
    from chengshu.foundation.runtime.grants import grant_application
    from chengshu.foundation.scope import scope_rows

    with owner.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, unit_id bigint NOT NULL, due date NOT NULL,"
            " code text NOT NULL, state text NOT NULL, note text NOT NULL)"
        )
        cursor.execute(
            f"INSERT INTO {TABLE} (unit_id, due, code, state, note)"
            f" SELECT 1 + (n * 7919) %% {UNITS}, date '2025-01-01' + ((n * 104729) %% 730)::int,"
            " 'V' || lpad((n %% 20)::text, 2, '0'), CASE WHEN n %% 5 = 0 THEN 'gone' ELSE 'open' END, md5(n::text)"
            f" FROM generate_series(1, {ROWS}::bigint) AS n",
            [],
        )
        cursor.execute(f"CREATE INDEX ON {TABLE} (unit_id, due, id)")
        cursor.execute(f"CREATE INDEX ON {TABLE} (due, id)")
        for statement in scope_rows(TABLE, "bench").sql:
            cursor.execute(statement)
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
    grant_application(owner)


def _compare(report: Report, name: str, units: list[int] | None) -> None:
    """Both ways in turn, so that whatever else the machine does strikes both alike."""
    ways = {"row security": _secured(units), "filter by hand": _by_hand(units)}
    for way in ways.values():
        timed(way, 10)
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _run in range(RUNS):
        for way, ask in ways.items():
            taken[way] += timed(ask, 1)
    medians = [report.add(f"first 20, {name}, {way}", "ms", values) for way, values in taken.items()]
    report.add(f"ratio, {name}", "×", [medians[0] / medians[1]])


def _secured(units: list[int] | None) -> Callable[[], None]:
    """As the application: the scope is set once per transaction, as for a request, and is part of the time."""
    scope = json.dumps({"bench": "*" if units is None else units})
    query = f"SELECT id, due, code, note FROM {TABLE} ORDER BY due, id LIMIT 20"
    return _asked("default", query, [], scope)


def _by_hand(units: list[int] | None) -> Callable[[], None]:
    condition = "" if units is None else "WHERE unit_id = ANY(%s)"
    query = f"SELECT id, due, code, note FROM {TABLE} {condition} ORDER BY due, id LIMIT 20"
    return _asked("owner", query, [] if units is None else [units], "")


def _asked(alias: str, query: str, values: list[Any], scope: str) -> Callable[[], None]:
    from django.db import connections, transaction

    def once() -> None:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT set_config('chengshu.read', %s, true)", [scope])
            cursor.execute(query, values)
            assert len(cursor.fetchall()) == 20

    return once


if __name__ == "__main__":
    raise SystemExit(run("scope", measure))
