"""Two processes at the same cases at once, with real commits: every join exactly once, nothing lost, nothing twice."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

from django.db import connections

from chengshu.engines.cases.api import complete_task, open_case
from chengshu.engines.cases.models import Case, Happening, Task, Token
from chengshu.engines.cases.tests.deploying import deploy
from chengshu.engines.cases.tests.models import PARALLEL
from chengshu.foundation.asking import Asker, asking, system
from chengshu.foundation.errors import Conflict, Missing
from chengshu.foundation.testing.browser import own_database
from chengshu.foundation.testing.personas import cast_in

CASES = 12


def _work_through(asker: Asker, told: Any) -> None:
    """Complete whatever is open until every case has ended; says how many completions were accepted."""
    accepted = 0
    while True:
        with asking(system("test", "cli")):
            tasks = list(Task.objects.filter(state="open").order_by("id").values_list("id", flat=True))
            ended = not Case.objects.filter(ended_at=None).exists()
        if ended:
            break
        for task_id in tasks:
            try:
                with asking(asker):
                    complete_task(task_id=task_id)
                accepted += 1
            except (Conflict, Missing):
                continue
    for connection in connections.all():
        connection.close()
    told.put(accepted)


def test_two_processes_complete_tasks_of_the_same_cases(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), own_database(f"chengshu_test_together_{os.getpid()}"):
        with asking(system("test", "cli")):
            deploy(PARALLEL, "test.parallel")
            asker = cast_in()["unit_officer"].asker()
        for _case in range(CASES):
            with asking(asker):
                open_case(definition="test.parallel")
        for connection in connections.all():
            connection.close()
        context = multiprocessing.get_context("fork")
        told = context.Queue()
        workers = [context.Process(target=_work_through, args=(asker, told)) for _worker in range(2)]
        for worker in workers:
            worker.start()
        accepted = sum(told.get(timeout=120) for _worker in workers)
        for worker in workers:
            worker.join()
        with asking(system("test", "cli")):
            completed = Task.objects.filter(state="completed").count()
            done = Happening.objects.filter(kind="task_completed").count()
            joins = Happening.objects.filter(kind="joined", node="join").count()
            signed = Task.objects.filter(node="sign").count()
            left = Token.objects.count()
    assert (accepted, completed, done) == (4 * CASES,) * 3
    assert (joins, signed, left) == (CASES, CASES, 0)
