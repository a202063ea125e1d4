"""The exact counts of the inbox: nothing of others, the same rows as the lists, read from one index."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengshu.engines.cases.api import complete_task, open_case, queue_count, work_counts, work_items
from chengshu.engines.cases.data import Light, Queue, WorkFilter
from chengshu.engines.cases.models import Task
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import LEAVE
from chengshu.engines.cases.tests.test_scope_cases import writing
from chengshu.foundation.asking import EVERYWHERE, Asker, asking

QUEUES: tuple[Queue, ...] = ("mine", "claimable", "unit", "circulated", "done")
LIGHTS: tuple[Light, ...] = ("", "red", "yellow", "green")


@pytest.fixture
def stored(db: None) -> list[int]:
    """Open tasks of two units under every light and without one, some with a person, one waiting for a head."""
    deploy(LEAVE)
    units = [unit(), unit("finance-bureau")]
    cases = [open_case(definition="test.leave", unit_id=units[number % 2]) for number in range(10)]
    tasks = list(Task.objects.filter(case_id__in=cases).order_by("id"))
    now = timezone.now()
    with writing(*units):
        for number, task in enumerate(tasks):
            due = (None, -2, 2, 9, 9)[number % 5]
            task.due_at = None if due is None else now + timedelta(days=due)
            task.warn_at = None if due is None else now + timedelta(days=due - 3)
            task.save(update_fields=["due_at", "warn_at"])
    complete_task(task_id=open_tasks(cases[0])["apply"], variables={"days": 5})
    return cases


def _everywhere(cast: Any) -> Asker:
    """Somebody who reads the whole district and may take the officers' and heads' work of every unit."""
    asker: Asker = cast["supervisor"].asker()
    powers = {**asker.powers, "cases.view": EVERYWHERE, "cases.complete_task": EVERYWHERE}
    return replace(asker, powers=powers, role_units={"unit_officer": EVERYWHERE, "unit_head": EVERYWHERE})


def _assert_as_listed() -> None:
    for queue in QUEUES:
        for light in LIGHTS:
            narrowed = WorkFilter(light=light)
            assert queue_count(queue, narrowed) == len(work_items(queue, narrowed, size=200).items), (
                queue,
                light,
            )
    counts = work_counts()
    assert (counts.mine, counts.claimable) == (queue_count("mine"), queue_count("claimable"))
    assert (counts.unit, counts.circulated) == (queue_count("unit"), queue_count("circulated"))
    assert counts.overdue == sum(queue_count(queue, WorkFilter(light="red")) for queue in QUEUES[:2])
    assert counts.due_soon == sum(queue_count(queue, WorkFilter(light="yellow")) for queue in QUEUES[:2])


def test_nothing_of_another_unit_is_counted(stored: list[int], as_persona: Any) -> None:
    with as_persona("integrator"):
        counts = work_counts()
        assert (counts.mine, counts.claimable, counts.unit, counts.overdue) == (0, 0, 0, 0)
    with as_persona("unit_officer"):
        assert work_counts().unit == 5


@pytest.mark.parametrize(
    "name", ["unit_officer", "unit_head", "finance_reviewer", "section_head", "supervisor"]
)
def test_counts_are_those_of_the_lists(stored: list[int], as_persona: Any, name: str) -> None:
    with as_persona(name):
        _assert_as_listed()


def test_counts_are_those_of_the_lists_for_who_may_take_work_everywhere(stored: list[int], cast: Any) -> None:
    with asking(_everywhere(cast)):
        _assert_as_listed()
        counts = work_counts()
    assert (counts.unit, counts.claimable) == (10, 10)
    assert counts.overdue == 2


def test_work_that_is_offered_beyond_what_is_viewed_is_counted_too(stored: list[int], cast: Any) -> None:
    with asking(replace(_everywhere(cast), powers={"cases.complete_task": EVERYWHERE})):
        _assert_as_listed()
        assert work_counts().unit == 0


@pytest.mark.parametrize("count", [work_counts, lambda: queue_count("unit", WorkFilter(light="red"))])
def test_a_count_of_the_whole_district_needs_no_column_beyond_its_index(
    stored: list[int], cast: Any, count: Callable[[], Any]
) -> None:
    # Which index a table of ten rows is read by depends on its statistics; what must be read does not.
    with asking(_everywhere(cast)), connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as captured:
            count()
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'cases_task_oldest'::regclass")
        indexed = {row[0] for row in cursor.fetchall()}
        asked = [query["sql"] for query in captured if "assignee_id = " not in query["sql"]]
        counted = [sql for sql in asked if "FROM cases_task" in sql]
        assert counted
        for sql in counted:
            cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {sql}")
            plan = [row[0] for row in cursor.fetchall()]
            needed = {name for line in plan[:2] + _conditions(plan) for name in _TASK_COLUMN.findall(line)}
            assert {"unit_id", "case_id"} <= needed <= indexed | {"state"}
            assert "state = 'open'" in sql.replace('"', "")


_TASK_COLUMN = re.compile(r"\bt\.(\w+)")


def _conditions(plan: list[str]) -> list[str]:
    return [line for line in plan if line.strip().startswith(("Filter:", "Index Cond:"))]
