"""Tasks: what a person, a service, a script or a decision does (BPMN 2.0.2 §10.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.activities import begins
from chengshu.engines.cases.interpreter.events import arm, throw_message
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import rest_at, take_results
from chengshu.engines.cases.interpreter.plan import Assign, Kind, Node, Work
from chengshu.engines.cases.interpreter.timers import first_due
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token
from chengshu.foundation.errors import InvalidInput

_NO_WORK = Work()


@begins(Kind.TASK)
def do_nothing(machine: Machine, token: Token, node: Node) -> None:
    """An abstract task: BPMN gives it no behaviour."""
    machine.later("complete", token)


@begins(Kind.USER, Kind.MANUAL)
def ask_a_person(machine: Machine, token: Token, node: Node) -> None:
    machine.rest(token)
    kind = TaskKind(token.local.get("#signer", TaskKind.TASK.value))
    open_task(machine, token, node, kind=kind, who=token.local.get("#who"))


@begins(Kind.SERVICE)
def ask_a_service(machine: Machine, token: Token, node: Node) -> None:
    """Write a job for the outbox; a service task without a type does nothing."""
    if node.service is None or not node.service.type:
        machine.later("complete", token)
        return
    inputs = machine.sight(token)
    names = [mapped.target.partition(".")[0] for mapped in node.inputs]
    payload = {name: feel.to_json(inputs[name]) for name in names}
    job = machine.add_job(token, node.service.type, payload, node.service.retries)
    machine.rest(token)
    machine.note("job_created", token, job=job.id, service=job.service)


@begins(Kind.SCRIPT)
def compute(machine: Machine, token: Token, node: Node) -> None:
    """Evaluate the script; a context without a named result sets one variable for each of its entries."""
    if node.script is None:
        ask_a_service(machine, token, node)
        return
    value = machine.value(node.script, token)
    if node.result:
        take_results(machine, token, node, {node.result: feel.to_json(value)})
    elif isinstance(value, Mapping):
        take_results(machine, token, node, {name: feel.to_json(entry) for name, entry in value.items()})
    machine.later("complete", token)


@begins(Kind.RULE)
def decide(machine: Machine, token: Token, node: Node) -> None:
    if not node.decision:
        ask_a_service(machine, token, node)
        return
    value = machine.library.decide(token.plan, node.decision, machine.sight(token))
    take_results(machine, token, node, {node.result or node.decision: feel.to_json(value)})
    machine.later("complete", token)


@begins(Kind.SEND)
def send(machine: Machine, token: Token, node: Node) -> None:
    if node.service is not None and node.service.type:
        ask_a_service(machine, token, node)
        return
    for event in node.events:
        throw_message(machine, token, node, event)
    machine.later("complete", token)


@begins(Kind.RECEIVE)
def receive(machine: Machine, token: Token, node: Node) -> None:
    arm(machine, token, node)
    rest_at(machine, token)


# -- tasks for people ---------------------------------------------------------------------------------------------


def open_task(
    machine: Machine,
    token: Token,
    node: Node,
    *,
    kind: TaskKind = TaskKind.TASK,
    state: TaskState = TaskState.OPEN,
    who: Mapping[str, Any] | None = None,
) -> Task:
    """Give somebody the work of this node.

    :param who: the signer's entry of a countersign: ``account``, ``unit``, ``role``, ``weight``, ``veto``; it goes
        before what the model assigns
    :raises InvalidInput: an assignment expression gives no unit, role or account
    """
    work = node.work or _NO_WORK
    task = Task(
        id=machine.ids(),
        token=token.id,
        plan=token.plan,
        node=node.id,
        name=node.title,
        kind=kind,
        state=state,
        form=work.form,
        opened_at=machine.now,
        due_at=_due(machine, token, work),
        priority=work.priority,
    )
    _assign(machine, token, work.assign, task)
    if who:
        give_to(machine, task, who)
    if task.unit_id is None and not task.unit:
        task.unit_id = machine.case.unit_id
    machine.add_task(task)
    machine.note("task_held" if state is TaskState.HELD else "task_opened", task=task)
    return task


def give_to(machine: Machine, task: Task, who: Mapping[str, Any]) -> None:
    """Assign a task by a plain description: an account by id or name, a unit by id or key, a role."""
    if (account := who.get("account")) is not None:
        _set_assignee(machine, task, account)
    if (unit := who.get("unit")) is not None:
        _set_unit(task, unit)
    if role := who.get("role"):
        task.role = str(role)
    for name in ("weight", "veto"):
        if name in who:
            task.data[name] = who[name]


def _assign(machine: Machine, token: Token, assign: Assign, task: Task) -> None:
    if assign.unit_key and assign.unit_key != "case":
        task.unit = assign.unit_key
    elif assign.unit is not None:
        unit = machine.value(assign.unit, token)
        if unit is not None or assign.assignee is None:  # who is named in person needs no unit besides
            _set_unit(task, unit)
    task.role = assign.role
    if assign.assignee is not None:
        _set_assignee(machine, task, machine.value(assign.assignee, token))
    if assign.candidates is not None:
        groups = machine.value(assign.candidates, token)
        task.role = (
            str(groups[0] if isinstance(groups, list) and groups else groups or "").split(",")[0].strip()
        )


def _set_unit(task: Task, value: Any) -> None:
    """A unit's id or key."""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        task.unit_id, task.unit = int(value), ""
    elif isinstance(value, str) and value:
        task.unit_id, task.unit = None, "" if value == "case" else value
    else:
        raise InvalidInput(
            _("The task “%(name)s” is assigned to no unit: the expression gives %(value)s.")
            % {"name": task.name, "value": value},
            field="unit",
            code="cases.assignment_empty",
            hint=_("Mend the data and retry, or correct the assignment in the process."),
        )


def _set_assignee(machine: Machine, task: Task, value: Any) -> None:
    """An account's id or name; null leaves the task to be claimed."""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        task.assignee_id = int(value)
    elif isinstance(value, str) and value:
        task.data["assignee"] = value
        task.assignee_id = machine.account_of(value) if machine.account_of else None


def _due(machine: Machine, token: Token, work: Work) -> datetime | None:
    if work.due is None:
        return None
    value = machine.value(work.due, token)
    return None if value is None else first_due("date", value, machine.now).at
