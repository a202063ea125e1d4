"""Officers at real posts, projects and walks through processes, for the tests of the construction part."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import TaskState, TaskView
from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.calendar import local_day
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.sessions import COOKIE, asker_for, open_session
from chengshu.foundation.orgs.actions import appoint
from chengshu.foundation.orgs.models import Post, Unit
from chengshu.foundation.orgs.powers import powers_of
from chengshu.foundation.testing.personas import PASSWORD, TERMINAL
from chengshu.scenes.approvals.actions.construction_experts import register_expert
from chengshu.scenes.approvals.actions.construction_projects import register_project
from chengshu.scenes.approvals.construction.case_types import CASE_TYPES
from chengshu.scenes.approvals.models_construction import ConstructionProject, Expert

CODE = "2504-440115-04-01-123456"
FOLDER: Final = Path(__file__).parents[1]
_CASES: Final = "chengshu.engines.cases"
"""What the operator and the worker do stands behind the engine's doors; tests stand in for them."""
BUILDING, PLANNING, HOUSING = "construction-approval", "land-planning-approval", "housing-construction"
SURVEYORS = "planning-resources"


def unit(key: str) -> Unit:
    return Unit.objects.get(key=key)


def account(name: str, unit_key: str = "", role: str = "") -> Account:
    """An account, appointed to the base data's post of this role if a unit is given."""
    known = Account.objects.filter(username=name).first()
    if known is not None:
        return known
    made = open_account(username=name, title=name, password=PASSWORD, must_change=False)
    if unit_key:
        post = Post.objects.get(unit__key=unit_key, post_roles__role__key=role)
        appoint(account=made, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return made


def asker_of(made: Account) -> Asker:
    return asker_for(
        made.pk, made.username, made.title, powers_of(made.pk, local_day(timezone.now())), TERMINAL
    )


def officer(unit_key: str, role: str) -> Asker:
    """Whoever holds this role at a unit."""
    return asker_of(account(f"{unit_key}.{role}".replace("-", ".").replace("_", "."), unit_key, role))


def browser(unit_key: str = "", role: str = "", name: str = "") -> Client:
    """A signed-in browser of an officer, or of somebody without a post."""
    made = account(name or f"{unit_key}.{role}".replace("-", ".").replace("_", "."), unit_key, role)
    client = Client()
    _session, token = open_session(made, TERMINAL, second_factor=True)
    client.cookies[COOKIE] = token
    return client


def with_processes() -> None:
    """The processes of this part alone, put in force as the operator does it."""
    ship = import_module(f"{_CASES}.actions.shipping").ship_model
    for one in CASE_TYPES:
        ship(
            key=one.key,
            kind="process",
            content=(FOLDER / one.process).read_bytes(),
            unit_id=unit(one.unit).pk,
            title=str(one.title),
            origin="scene:approvals",
        )


def a_project(code: str = CODE, name: str = "明珠湾起步区综合管廊") -> ConstructionProject:
    with asking(officer(BUILDING, "reviewer")):
        return register_project(
            unit=unit(BUILDING),
            code=code,
            name=name,
            kind="enterprise",
            owner_name="建设单位甲",
            owner_code=OWNER,
            site_address="南沙区明珠湾",
        )


def employers(count: int) -> list[str]:
    """Well-formed organisation codes, one for each expert."""
    return [unified(f"91440115MA5{number:05d}") for number in range(10, 10 + count)]


def unified(body: str) -> str:
    """A code with its check character (GB 32100-2015) for the first seventeen characters, padded with zeros."""
    signs, weights = "0123456789ABCDEFGHJKLMNPQRTUWXY", [pow(3, place, 31) for place in range(17)]
    organisation = (body + "0" * 16)[8:16]
    nine = [3, 7, 9, 10, 5, 8, 4, 2]
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = (
        11 - sum(letters.index(sign) * weight for sign, weight in zip(organisation, nine, strict=True)) % 11
    )
    check = {10: "X", 11: "0"}.get(rest, str(rest))
    seventeen = body[:8] + organisation + check
    last = (31 - sum(signs.index(s) * w for s, w in zip(seventeen, weights, strict=True)) % 31) % 31
    return seventeen + signs[last]


OWNER: Final = unified("91440115MA59R0FG")
"""A well-formed code with right check characters; nobody's."""


def a_panel(count: int = 5, field: str = "energy") -> list[Expert]:
    """Experts without names of anybody: roles of a discipline."""
    return [
        register_expert(
            unit=unit(PLANNING),
            name=f"专家{number}",
            fields=[field],
            employer_name=f"设计单位{number}",
            employer_code=code,
        )
        for number, code in enumerate(employers(count))
    ]


def variables(**more: Any) -> dict[str, Any]:
    return {
        "project_code": CODE,
        "project_name": "明珠湾起步区综合管廊",
        "site_address": "南沙区明珠湾",
        "applicant_kind": "organisation",
        "applicant_name": "建设单位甲",
        "owner_code": OWNER,
        **more,
    }


def a_case(definition: str, **more: Any) -> int:
    """A case opened by the platform on behalf of an applicant, as the portal has it done."""
    applicant = account("applicant")
    return cases.open_case(definition=definition, variables=variables(**more), applicant_id=applicant.pk)


def open_tasks(case_id: int, node: str = "") -> list[TaskView]:
    """Open tasks of a case, those of one step if it is named."""
    tasks = cases.case_view(case_id).tasks
    return [one for one in tasks if one.state == TaskState.OPEN and node in ("", one.node)]


def at(case_id: int) -> list[str]:
    """The nodes at which a case waits for people."""
    return sorted({one.node for one in open_tasks(case_id)})


def units_at(case_id: int, node: str) -> list[str]:
    """Keys of the units that have an open task at a step."""
    return sorted(Unit.objects.get(pk=one.unit_id).key for one in open_tasks(case_id, node))


def run_services() -> None:
    """Let the worker do what waits for it, as long as anything does."""
    worker = import_module(f"{_CASES}.services")
    for _round in range(10):
        jobs = worker.due_jobs()
        if not jobs:
            break
        assert all(worker.perform(job_id) for job_id in jobs), cases.operations().failed_jobs


def settle() -> None:
    """What the worker does by itself: services, and what is heard of them."""
    run_services()
    for _round in range(5):
        if not deliver_waiting():
            break


def do(case_id: int, node: str, outcome: str, opinion: str = "", **values: Any) -> None:
    """Complete every open task of a step as whoever it is for."""
    for task in open_tasks(case_id, node):
        own = Account.objects.filter(pk=task.assignee_id or 0).first()
        key = Unit.objects.get(pk=task.unit_id).key
        with asking(asker_of(own) if own else officer(key, task.role)):
            if own is None:
                cases.claim_task(task_id=task.task_id)
            cases.complete_task(task_id=task.task_id, outcome=outcome, opinion=opinion, variables=values)
    settle()


def finish(case_id: int) -> None:
    """From a decision to the archive."""
    for node, outcome in (("issue", "issued"), ("deliver", "delivered"), ("archive", "archived")):
        do(case_id, node, outcome)
