"""Completing a person's task: who may, what it says, and what follows for the other tasks of the same step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.countersign import agrees, unhold, vote
from chengshu.engines.cases.interpreter.machine import OPEN_TASKS, Machine
from chengshu.engines.cases.interpreter.moving import take_results
from chengshu.engines.cases.interpreter.plan import Node
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token, TokenState
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused

LONGEST_OUTCOME = 100
"""Characters of an outcome where the step offers none and any word is taken."""


def complete_human_task(
    machine: Machine,
    task_id: int,
    *,
    by: int | None,
    outcome: str,
    opinion: str,
    variables: Mapping[str, Any],
    on_behalf_of: int | None,
) -> None:
    """See ``Run.complete_task``."""
    task = open_task_of(machine, task_id)
    token = machine.state.tokens[task.token]
    node = machine.node_of(token)
    _may_complete(task, by, on_behalf_of)
    _valid_outcome(node, outcome, opinion)
    machine.change_task(
        task,
        state=TaskState.COMPLETED,
        outcome=outcome,
        opinion=opinion,
        completed_by=by,
        completed_at=machine.now,
        on_behalf_of=on_behalf_of,
    )
    said: dict[str, Any] = {"outcome": outcome, "opinion": opinion, "on_behalf_of": on_behalf_of}
    details = {name: value for name, value in said.items() if value}
    machine.note("task_completed", token, task=task, details=details)
    take_results(machine, token, node, variables)
    _go_on(machine, task, token, node)


def open_task_of(machine: Machine, task_id: int) -> Task:
    """The task, if it can be worked on.

    :raises Missing: the case has no such task
    :raises Conflict: it is over
    """
    task = machine.state.tasks.get(task_id)
    if task is None:
        raise Missing(
            _("This task is no longer open."),
            code="cases.no_such_task",
            hint=_("Somebody may have completed it, or the case went another way. Reload the list."),
        )
    if task.state not in OPEN_TASKS:
        raise Conflict(
            _("“%(name)s” is no longer open.") % {"name": task.name},
            code="cases.task_over",
            hint=_("Reload the page to see where the case stands now."),
        )
    return task


def _may_complete(task: Task, by: int | None, on_behalf_of: int | None) -> None:
    if task.state is TaskState.HELD:
        raise Conflict(
            _("“%(name)s” waits for the signers added before it.") % {"name": task.name},
            code="cases.task_held",
            hint=_("Wait until they have signed, or remove them."),
        )
    if task.kind is TaskKind.DELEGATED:
        raise Conflict(
            _("“%(name)s” was delegated for an opinion; its owner decides.") % {"name": task.name},
            code="cases.task_delegated",
            hint=_("Give the opinion; the task then goes back to its owner."),
        )
    if task.kind is TaskKind.CIRCULATED:
        raise Conflict(
            _("“%(name)s” is for reading only.") % {"name": task.name},
            code="cases.task_circulated",
            hint=_("Mark it as read instead."),
        )
    acting_for = by if on_behalf_of is None else on_behalf_of
    if task.assignee_id is not None and acting_for is not None and task.assignee_id != acting_for:
        raise somebody_elses(task)


def somebody_elses(task: Task) -> Refused:
    return Refused(
        _("“%(name)s” is somebody else's.") % {"name": task.name},
        code="cases.not_your_task",
        hint=_("Ask its holder to hand it over, or act as their agent while they are absent."),
    )


def _valid_outcome(node: Node, outcome: str, opinion: str) -> None:
    offered = node.work.outcomes if node.work else ()
    chosen = next((choice for choice in offered if choice.key == outcome), None)
    if (offered and chosen is None) or len(outcome) > LONGEST_OUTCOME:
        raise InvalidInput(
            _("Choose one of the decisions offered here.")
            if not outcome
            else _("“%(outcome)s” is not one of the decisions offered here.") % {"outcome": outcome},
            field="outcome",
            code="cases.outcome_unknown",
            hint=", ".join(str(choice.label) for choice in offered),
        )
    if chosen is not None and chosen.needs_opinion and not opinion.strip():
        raise InvalidInput(
            _("“%(label)s” needs an opinion.") % {"label": chosen.label},
            field="opinion",
            code="cases.opinion_missing",
            hint=_("Say in a sentence why."),
        )


def _go_on(machine: Machine, task: Task, token: Token, node: Node) -> None:
    """The step goes on when nobody else has to sign it."""
    if machine.is_instance(token) and "#votes" in machine.parent_of(token).local:
        vote(machine, token, node, task)
        return
    if not task_done(machine, task, token, node):
        return
    outcome = token.local.get("#outcome", task.outcome)
    if outcome:
        take_results(machine, token, node, {"outcome": outcome, f"{node.id}_outcome": outcome})
    machine.rest(token, TokenState.ACTIVE)
    machine.later("complete", token)


def task_done(machine: Machine, task: Task, token: Token, node: Node) -> bool:
    """Settle what hangs on a task of a plain step that is done: tasks before and after it; say whether all are done.

    Added signers (加签) advise when they sign before; when they sign after, the step comes out as its owner decided
    unless one of them disagrees: then it comes out so at once.
    """
    others = [other for other in machine.tasks_of(token) if other.kind is not TaskKind.CIRCULATED]
    if task.kind is TaskKind.TASK and others:
        machine.keep(token, "#outcome", task.outcome)
    elif task.data.get("side") == "after" and agrees(node, task.outcome) is False:
        machine.keep(token, "#outcome", task.outcome)
        for other in others:
            machine.cancel_task(other)
    release_others(machine, token, task.id)
    return not machine.tasks_of(token)


def release_others(machine: Machine, token: Token, done_task_id: int) -> None:
    """A task is done or gone: those held for it may begin."""
    for other in machine.tasks_of(token):
        unhold(machine, other, done_task_id)


def mark_origin(machine: Machine, task_id: int) -> None:
    """Remember on every token that this completion brought to its place which completion it was (for 撤回).

    Nothing is marked when something has left the case for good (a message, a service job), nor when a step that had
    sent the case back went on with it: that one would have to be parked again.
    """
    if machine.delta.thrown or machine.delta.jobs_new:
        return
    if any(happening.kind == "came_back" for happening in machine.delta.history):
        return
    moved = [
        token
        for token in machine.state.tokens.values()
        if token.parent is not None and machine.came_here(token)
    ]
    for token in moved:
        machine.keep(token, "#from", [task_id, len(moved)])
