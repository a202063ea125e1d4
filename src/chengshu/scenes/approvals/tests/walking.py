"""Walking a case of this scene through its process, on days that a test names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from typing import Any, Final

from freezegun import freeze_time

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView, ClockView, TaskState, TaskView
from chengshu.foundation.asking import Asker
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Post, PostRole, Role, RoleReach, Unit
from chengshu.foundation.testing.personas import PASSWORD, Persona

UNIT: Final = "environment-water-approval"
_CASES: Final = "chengshu.engines.cases"
"""What the operator and the worker do stands behind the engine's doors; tests stand in for them."""


def put_in_force() -> None:
    """The district, and the forms and processes of this scene."""
    load_base_data()
    import_module("chengshu.engines.registers.actions").load_declared_forms(scene="approvals")
    import_module(f"{_CASES}.base_data").deploy_case_types(scene="approvals")


def at(text: str) -> datetime:
    """``2026-02-10`` at 09:30 in Shanghai, or ``2026-02-10 16:00``."""
    day, _blank, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day} {clock or '09:30'}").replace(tzinfo=SHANGHAI)


@contextmanager
def on(text: str) -> Iterator[None]:
    """Act at that moment; what was announced then is heard then."""
    with freeze_time(at(text)):
        yield
        deliver_all()


def deliver_all() -> None:
    """Deliver events until none is left that could be delivered."""
    for _round in range(5):
        if not deliver_waiting():
            return


def worker_round() -> None:
    """What the worker does every few seconds: due timers, what silence means, late clocks, and what is heard of it."""
    working = import_module(f"{_CASES}.actions.working")
    for wait_id in import_module(f"{_CASES}.tasks").due_timers():
        working.fire_timer(wait_id=wait_id)
    import_module(f"{_CASES}.clocks.tasks").watch_clocks()
    deliver_all()


def official(role: str, unit: str = UNIT, name: str = "") -> Persona:
    """Somebody on a post with this role at this unit."""
    username = f"{name or role}.{unit}"
    account = Account.objects.filter(username=username).first() or _appointed(username, role, unit)
    return Persona(username, account)


def _appointed(username: str, role: str, unit_key: str) -> Account:
    account = open_account(username=username, title=username, password=PASSWORD, must_change=False)
    unit = Unit.objects.get(key=unit_key)
    found = PostRole.objects.filter(post__unit=unit, role__key=role).select_related("post").first()
    post = found.post if found else _post(unit, role)
    appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return account


def _post(unit: Unit, role: str) -> Post:
    post = create_post(unit=unit, key=f"test-{role}", title=role)
    reach = RoleReach.SUBTREE if role == "department_head" else RoleReach.OWN
    assign_role(post=post, role=Role.objects.get(key=role), reach=reach)
    return post


def asker_of(role: str, unit: str = UNIT, name: str = "") -> Asker:
    return official(role, unit, name).asker()


def opened(definition: str, variables: Mapping[str, Any] | None = None, unit: str = UNIT) -> int:
    """A case that the platform opened for an application."""
    given = {"project_name": "沙涌泵站改造工程", **(variables or {})}
    return cases.open_case(
        definition=f"approvals.{definition}", unit_id=Unit.objects.get(key=unit).pk, variables=given
    )


def done(case_id: int, node: str, outcome: str = "", **variables: Any) -> None:
    """Complete the open task at a node."""
    cases.complete_task(
        task_id=task_at(case_id, node), outcome=outcome, opinion="依法办理。", variables=variables or None
    )


def task_at(case_id: int, node: str) -> int:
    """The open task at a node, the first of several."""
    open_ones = {task.node: task.task_id for task in reversed(open_tasks(case_id))}
    return open_ones[node]


def open_tasks(case_id: int) -> list[TaskView]:
    return [task for task in view(case_id).tasks if task.state == TaskState.OPEN]


def standing_at(case_id: int) -> set[str]:
    """The nodes of the open tasks."""
    return {task.node for task in open_tasks(case_id)}


def view(case_id: int) -> CaseView:
    return cases.case_view(case_id)


def clocks(case_id: int) -> dict[str, ClockView]:
    """The clocks of the decision by layer."""
    others = ("Supplement notice", "Issue and delivery", "补正告知", "颁发、送达", "送达")
    return {
        clock.layer: clock
        for clock in view(case_id).clocks
        if clock.layer != "step" and str(clock.title) not in others
    }


def due(case_id: int, layer: str) -> str:
    """The day on which a layer is due, such as ``2026-03-16``."""
    return clocks(case_id)[layer].due_at.astimezone(SHANGHAI).date().isoformat()


def statuses(case_id: int) -> list[str]:
    """Every status that the case took on, in order."""
    return [str(entry.details["status"]) for entry in view(case_id).timeline if entry.kind == "status"]
