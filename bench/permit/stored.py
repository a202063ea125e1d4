"""Stored cases by the hundred thousand, written with one statement a table, and the inbox over them."""

from __future__ import annotations

import random
import time
from typing import Any

OPEN_SHARE = 20
"""One case in this many is open, with one open task; a third of those is with one of a thousand persons."""

CASES = """
    INSERT INTO cases_case (id, number, title, definition_id, version_id, plan, unit_id, reader_units, people,
        opened_by_id, opened_at, ended_at, state, status, outcome, variables, seq, simulated, due_at, warn_at)
    SELECT n, 'B' || n, '存量案件 ' || n, %(definition)s, %(version)s, %(version)s::text, u.id, ARRAY[u.id],
        ARRAY[%(person)s], %(person)s, t.at, CASE WHEN n %% %(share)s = 0 THEN NULL ELSE t.at + interval '9 days' END,
        CASE WHEN n %% %(share)s = 0 THEN 'running' ELSE 'completed' END, '8', '', '{"area": 1200, "kind": "school"}',
        20, false, t.at + interval '20 days', t.at + interval '16 days'
    FROM generate_series(%(first)s, %(last)s) AS n
    CROSS JOIN LATERAL (SELECT now() - (n %% 525600) * interval '1 minute' AS at) AS t
    JOIN LATERAL (SELECT (%(units)s::bigint[])[1 + n %% array_length(%(units)s::bigint[], 1)] AS id) AS u ON true
"""
TASKS = """
    INSERT INTO cases_task (id, case_id, definition_id, token_id, plan, node, name, kind, state, unit_id, role,
        assignee_id, form, number, title, opened_at, due_at, warn_at, priority, outcome, opinion, completed_by_id,
        completed_at, urged, data, simulated)
    SELECT c.id * 2 + ended, c.id, c.definition_id, c.id, c.plan, 'review', '审查', 'task',
        CASE WHEN ended = 0 AND c.ended_at IS NULL THEN 'open' ELSE 'completed' END, c.unit_id, 'reviewer',
        CASE WHEN c.id %% 3 = 0 THEN %(person)s + c.id %% 3000 END, '', c.number, c.title, c.opened_at,
        CASE WHEN c.id %% 7 > 0 THEN now() + ((c.id %% 43200) - 7200) * interval '1 minute' END, now(), 50, '', '',
        CASE WHEN ended = 1 OR c.ended_at IS NOT NULL THEN %(person)s END,
        CASE WHEN ended = 1 OR c.ended_at IS NOT NULL THEN c.opened_at + interval '2 days' END, 0, '{}', false
    FROM cases_case AS c CROSS JOIN generate_series(0, 1) AS ended WHERE c.id BETWEEN %(first)s AND %(last)s
"""
HAPPENINGS = """
    INSERT INTO cases_happening (case_id, seq, at, kind, node, details)
    SELECT c.id, n, c.opened_at + n * interval '1 hour', 'task_completed', 'review', '{}'
    FROM cases_case AS c CROSS JOIN generate_series(1, 2) AS n WHERE c.id BETWEEN %(first)s AND %(last)s
"""
BATCH = 100_000


def store(count: int, person: int) -> float:
    """Write ``count`` cases, two tasks and two history entries each; returns the seconds it took."""
    from django.db import connections

    began = time.perf_counter()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id FROM orgs_unit ORDER BY id")
        units = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT d.id, v.id FROM cases_definition d JOIN cases_definitionversion v ON v.definition_id = d.id"
            " WHERE d.key = 'bench.permit'"
        )
        definition, version = cursor.fetchone()
        for first in range(1, count + 1, BATCH):
            given = {
                "first": first,
                "last": min(first + BATCH - 1, count),
                "definition": definition,
                "version": version,
                "person": person,
                "units": units,
                "share": OPEN_SHARE,
            }
            for statement in (CASES, TASKS, HAPPENINGS):
                cursor.execute(statement, given)
        for table in ("cases_case", "cases_task", "cases_happening"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connections["owner"].close()
    return time.perf_counter() - began


def askers() -> dict[str, Any]:
    """Who looks at the inbox: one unit's officer, a bureau's head of section with all below, the whole district."""
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.testing.personas import cast_in

    with asking(system("bench", "cli")):
        cast = cast_in()
        return {
            "one unit": cast["reviewer"].asker(),
            "a bureau": cast["section_head"].asker(),
            "the district": cast["supervisor"].asker(),
        }


def time_inbox(asker: Any, runs: int) -> dict[str, list[float]]:
    """Milliseconds of each look at the inbox, row security on: pages by several sorts and filters, and the counts."""
    from chengshu.engines.cases.api import work_counts, work_items
    from chengshu.engines.cases.data import WorkFilter
    from chengshu.foundation.asking import asking

    looks = {
        "first page of the unit by due date": lambda: work_items("unit"),
        "claimable": lambda: work_items("claimable"),
        "mine": lambda: work_items("mine"),
        "overdue of the unit": lambda: work_items("unit", WorkFilter(light="red")),
        "newest of the unit": lambda: work_items("unit", WorkFilter(sort="-opened")),
        "a page further on": lambda: work_items("unit", cursor=work_items("unit").next_cursor),
        "all counts": work_counts,
    }
    taken: dict[str, list[float]] = {name: [] for name in looks}
    order = [name for name in looks for _run in range(runs)]
    random.Random(7).shuffle(order)
    with asking(asker):
        for name in order:
            began = time.perf_counter()
            looks[name]()
            taken[name].append((time.perf_counter() - began) * 1000)
    return taken
