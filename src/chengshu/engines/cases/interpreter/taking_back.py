"""Taking one's own last completion back (撤回): lawful while nobody has acted on what followed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.countersign import add_instance, in_sequence
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.returning import RETURNED, place_along, routes
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.interpreter.signers import require_power
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token, TokenState
from chengshu.foundation.errors import Conflict, Refused


def withdraw_task(run: Run, ended: Task, *, by: int | None, reason: str = "") -> None:
    """Take back one's last completion while nobody has acted on what followed (撤回).

    :param ended: the completed task; the store keeps those, the state does not
    :raises Refused: somebody else completed it, or the step does not allow it
    :raises Conflict: somebody has acted since, or something has left the case for good
    """
    with run.operation(by):
        require_power(run, ended, "withdraw", _("taking back"))
        if ended.state is not TaskState.COMPLETED or ended.outcome == RETURNED:
            raise _too_late(ended)
        if by is not None and ended.completed_by != by:
            raise Refused(
                _("“%(name)s” was completed by somebody else.") % {"name": ended.name},
                code="cases.not_your_task",
                hint=_("Ask them to take it back."),
            )
        multi = _countersign_with(run, ended)
        if multi is not None:
            _withdraw_vote(run, multi, ended)
        else:
            _withdraw_step(run, ended)
        run.note("completion_withdrawn", node=ended.node, task=ended, reason=reason)
        run.settle()
        _restore_holder(run, ended)


def _too_late(ended: Task) -> Conflict:
    return Conflict(
        _("“%(name)s” can no longer be taken back: somebody has acted since, or it has taken effect.")
        % {"name": ended.name},
        code="cases.too_late",
        hint=_("Ask whoever has the case now to send it back."),
    )


def _countersign_with(machine: Machine, ended: Task) -> Token | None:
    for token in machine.state.tokens.values():
        if any(ballot["task"] == ended.id for ballot in token.local.get("#votes", ())):
            return token
    return None


def _withdraw_vote(run: Run, multi: Token, ended: Task) -> None:
    """Take a vote out of a countersign that is still open, and ask its signer again."""
    ballot = next(ballot for ballot in multi.local["#votes"] if ballot["task"] == ended.id)
    signer = next(signer for signer in multi.local["#signers"] if signer["order"] == ballot["order"])
    node = run.node_of(multi)
    if in_sequence(node):
        _take_turn_back(run, multi, ended, ballot)
    run.keep(multi, "#votes", [other for other in multi.local["#votes"] if other is not ballot])
    run.touch(multi)
    multi.done -= 1
    run.later("enter", add_instance(run, multi, node, signer))


def _take_turn_back(run: Run, multi: Token, ended: Task, ballot: dict[str, Any]) -> None:
    """In a sequence only the last vote can be taken back; whoever was asked next waits again."""
    if multi.local["#votes"][-1] is not ballot:
        raise _too_late(ended)
    for instance in run.inside(multi):
        for task in run.tasks_of(instance):
            run.cancel_task(task, TaskState.WITHDRAWN)
        if instance.state is TokenState.WAITING:
            run.rest(instance, TokenState.PENDING)


def _withdraw_step(run: Run, ended: Task) -> None:
    marked = [t for t in run.state.tokens.values() if t.local.get("#from", (0, 0))[0] == ended.id]
    if not marked or len(marked) != marked[0].local["#from"][1] or ended.kind is not TaskKind.TASK:
        raise _too_late(ended)
    tops = [token for token in marked if run.state.tokens[token.parent or 0] not in marked]
    route = next(
        (
            route
            for route in routes(run, tops[0], ended.node)
            if route.target[0].ref == ended.plan and len(route.steps) == 1
        ),
        None,
    )
    if route is None or run.plan(ended.plan).nodes[ended.node].loop is not None:
        raise _too_late(ended)
    for token in tops:
        for below in [token, *run.below(token)]:
            for task in run.tasks_of(below):
                run.cancel_task(task, TaskState.WITHDRAWN)
        run.drop(token)
    place_along(run, route.scope, route.steps)


def _restore_holder(machine: Machine, ended: Task) -> None:
    for task_id in machine.delta.tasks_new:
        task = machine.state.tasks[task_id]
        if task.node == ended.node and task.state is TaskState.OPEN and ended.completed_by is not None:
            machine.change_task(task, assignee_id=ended.on_behalf_of or ended.completed_by)
