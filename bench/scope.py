"""What row security costs: the first 20 of a million findings by due date, with policies and with a filter by hand.

The table is the measurement's own, with the very policies that ``scope_rows`` gives every scoped table, indexed by unit
and due date. The application's role asks with row security on; the owner, whom policies do not bind, asks the same with
the filter written out, as an application without row security would.
"""

from __future__ import annotations

import json
import random
import sys
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
    from django.db import connections

    secured = _secured(connections["default"], units)
    by_hand = _by_hand(connections["owner"], units)
    with_security = report.add(f"first 20, {name}, row security", "ms", secured)
    with_filter = report.add(f"first 20, {name}, filter by hand", "ms", by_hand)
    report.add(f"ratio, {name}", "×", [with_security / with_filter])


def _secured(connection: Any, units: list[int] | None) -> list[float]:
    """As the application: the scope is set once per transaction, as for a request, and is part of the time."""
    scope = json.dumps({"bench": "*" if units is None else units})
    query = f"SELECT id, due, code, note FROM {TABLE} ORDER BY due, id LIMIT 20"
    return _asked(connection, query, [], ("SELECT set_config('chengshu.read', %s, true)", [scope]))


def _by_hand(connection: Any, units: list[int] | None) -> list[float]:
    condition = "" if units is None else "WHERE unit_id = ANY(%s)"
    query = f"SELECT id, due, code, note FROM {TABLE} {condition} ORDER BY due, id LIMIT 20"
    scope = ("SELECT set_config('chengshu.read', '', true)", [])
    return _asked(connection, query, [] if units is None else [units], scope)


def _asked(connection: Any, query: str, values: list[Any], scope: tuple[str, list[Any]]) -> list[float]:
    from django.db import transaction

    def once() -> None:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(*scope)
            cursor.execute(query, values)
            found = cursor.fetchall()
            assert len(found) == 20

    timed(once, 10)
    return timed(once, RUNS)


if __name__ == "__main__":
    raise SystemExit(run("scope", measure))
