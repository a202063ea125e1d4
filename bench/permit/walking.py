"""Driving permit cases through the engine's own actions, as one officer who holds every post of the process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODELS = Path(__file__).resolve().parents[1] / "models"
KEY = "bench.permit"
OUTCOMES = {"accept": "accepted", "decide": "return"}
VARIABLES = {"area": 1200, "kind": "school", "reference": ""}


@dataclass
class Cost:
    """What completions cost: seconds of the client's and of the database backend's processor, and by the wall."""

    completions: int = 0
    client: float = 0.0
    backend: float = 0.0
    wall: float = 0.0
    each: list[float] = field(default_factory=list)

    def per_core(self) -> float:
        """Completions a second that one core carries, client and database together."""
        return self.completions / (self.client + self.backend)

    def add(self, other: Cost) -> None:
        self.completions += other.completions
        self.client += other.client
        self.backend += other.backend
        self.wall += other.wall
        self.each += other.each


def deploy() -> None:
    """Put the process, the one it calls and its decision table in force."""
    from chengshu.engines.cases.actions import ship_model
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.models import Unit

    with asking(system("bench", "cli")):
        unit = Unit.objects.get(key="data-bureau").pk
        for file, key in (
            ("triage.dmn", "bench.triage"),
            ("inspection.bpmn", "bench.inspection"),
            ("permit.bpmn", KEY),
        ):
            ship_model(
                key=key,
                kind="decision" if file.endswith(".dmn") else "process",
                content=(MODELS / file).read_bytes(),
                unit_id=unit,
                title="",
                origin="",
            )


def officer() -> Any:
    """The asker who does all the work: a reviewer of the bureau, with that post's powers."""
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.testing.personas import cast_in

    with asking(system("bench", "cli")):
        return cast_in()["reviewer"].asker()


def open_cases(asker: Any, count: int) -> list[int]:
    from chengshu.engines.cases.api import open_case
    from chengshu.foundation.asking import asking

    opened = []
    for number in range(count):
        with asking(asker):
            variables = {**VARIABLES, "reference": f"R-{number}"}
            opened.append(open_case(definition=KEY, title=f"许可 {number}", variables=variables))
    return opened


def open_tasks(case_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Case → (task, node) of its open tasks."""
    from chengshu.engines.cases.models import Task
    from chengshu.foundation.asking import asking, system

    found: dict[int, list[tuple[int, str]]] = {case_id: [] for case_id in case_ids}
    with asking(system("bench", "cli")):
        rows = Task.objects.filter(case_id__in=case_ids, state="open").order_by("id")
        for case_id, task_id, node in rows.values_list("case_id", "id", "node"):
            found[case_id].append((task_id, node))
    return found


def step_all(asker: Any, case_ids: list[int], *, last: bool = False) -> Cost:
    """Complete one task of each case that has one; of the others, send the supplement they wait for.

    :param last: approve at the decision instead of returning the case
    """
    cost, todo = Cost(), open_tasks(case_ids)
    for number, case_id in enumerate(case_ids):
        if not todo[case_id]:
            _supplement(case_id, number)
    work = [todo[case_id][0] for case_id in case_ids if todo[case_id]]
    client, backend, wall = time.process_time(), backend_cpu_s(), time.perf_counter()
    for task_id, node in work:
        began = time.perf_counter()
        _complete(asker, task_id, "approve" if last and node == "decide" else OUTCOMES.get(node, ""))
        cost.each.append((time.perf_counter() - began) * 1000)
    cost.client = time.process_time() - client
    cost.backend = backend_cpu_s() - backend
    cost.wall = time.perf_counter() - wall
    cost.completions = len(work)
    return cost


def _complete(asker: Any, task_id: int, outcome: str) -> None:
    """One completion as a request makes it: a transaction for the asker, the action, the commit."""
    from chengshu.engines.cases.api import complete_task
    from chengshu.foundation.asking import asking

    with asking(asker):
        complete_task(task_id=task_id, outcome=outcome, opinion="经核查，情况属实")


def _supplement(case_id: int, number: int) -> None:
    from chengshu.engines.cases.api import send_message
    from chengshu.foundation.asking import asking, system

    with asking(system("bench", "cli")):
        send_message(case_id=case_id, name="supplement", key=f"R-{number}")


def yardstick(times: int = 500) -> float:
    """Milliseconds of processor, client and backend, of a committed transaction with one empty statement."""
    from django.db import connection, transaction

    client, backend = time.process_time(), backend_cpu_s()
    for _time in range(times):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    return (time.process_time() - client + backend_cpu_s() - backend) / times * 1000


def backend_cpu_s() -> float:
    """Seconds of processor that this connection's backend has used, to the nanosecond where the kernel tells."""
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    schedule = Path(f"/proc/{pid}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e9 if schedule.exists() else 0.0
