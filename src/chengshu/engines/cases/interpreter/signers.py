"""Adding and removing signers (加签, 减签), at a plain step and inside a countersign; who may act on a task.

At a plain step an added signer has a task of their own on the step's token. *Before*: the holder's task is held until
they have signed, and what they say is advice. *After*: their task is held until the holder has decided, and if they
disagree, the step comes out so. Inside a countersign an added signer is a member with a vote like the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.completing import open_task_of, release_others, somebody_elses
from chengshu.engines.cases.interpreter.countersign import (
    add_instance,
    in_sequence,
    release_held,
    settle,
)
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import take_results
from chengshu.engines.cases.interpreter.plan import Node, Powers
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.interpreter.tasks import open_task
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token, TokenState
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused, Words

Side = Literal["before", "after"]
_NO_POWERS = Powers()


def require_holder(task: Task, by: int | None) -> None:
    """:raises Refused: somebody else holds the task"""
    if by is not None and task.assignee_id is not None and task.assignee_id != by:
        raise somebody_elses(task)


def require_power(
    machine: Machine,
    task: Task,
    power: Literal["transfer", "delegate", "add_signer", "withdraw", "circulate", "jump"],
    title: Words,
) -> None:
    """:raises Refused: the process does not allow it at this step"""
    node = machine.plan(task.plan).nodes.get(task.node)
    powers = node.work.powers if node is not None and node.work is not None else _NO_POWERS
    allowed: bool = getattr(powers, power)
    if not allowed:
        raise Refused(
            _("“%(name)s” does not allow %(power)s.") % {"name": task.name, "power": title},
            code="cases.not_at_this_step",
            hint=_("The process says so. Whoever is responsible for it can change it for new cases."),
        )


def new_holder(machine: Machine, task: Task, account: int) -> None:
    """Check that a task can get this holder.

    :raises InvalidInput: they hold it already
    :raises Conflict: they sign the same step already, and nobody may sign twice
    """
    if account == task.assignee_id:
        raise InvalidInput(
            _("They hold “%(name)s” already.") % {"name": task.name}, field="to", code="cases.holder_already"
        )
    if account in _signing(machine, machine.state.tokens[task.token]):
        raise Conflict(
            _("They sign “%(name)s” already; nobody signs twice.") % {"name": task.name},
            code="cases.signer_already",
            hint=_("Choose somebody else."),
        )


def _signing(machine: Machine, token: Token) -> set[int | None]:
    """Everybody who signs this step: open tasks, signers still to come, votes cast."""
    step = machine.parent_of(token) if machine.is_instance(token) else token
    tokens = [step, *machine.inside(step)]
    holders: set[int | None] = {task.assignee_id for here in tokens for task in machine.tasks_of(here)}
    holders |= {
        owner for here in tokens for task in machine.tasks_of(here) for owner in task.data.get("owners", ())
    }
    holders |= {ballot["account"] for ballot in step.local.get("#votes", ())}
    holders |= {_account(machine, here) for here in tokens if here.state is TokenState.PENDING}
    return holders - {None}


def _account(machine: Machine, instance: Token) -> int | None:
    account: int | str | None = instance.local.get("#who", {}).get("account")
    if isinstance(account, str):
        return machine.account_of(account) if machine.account_of else None
    return account


def add_signer(
    run: Run,
    task_id: int,
    *,
    to: int,
    side: Side,
    by: int | None,
    weight: int | None = None,
    reason: str = "",
) -> None:
    """Let somebody sign before or after the holder of a task (加签).

    :param weight: of the vote in a weighted countersign; 1 when not said
    :raises Refused: the step does not allow it, or the task is somebody else's
    :raises Conflict: the person signs this step already, or the task is delegated
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        require_power(run, task, "add_signer", _("adding signers"))
        require_holder(task, by)
        _can_have_signers(task, side, to)
        new_holder(run, task, to)
        token = run.state.tokens[task.token]
        who: dict[str, Any] = {"account": to} | ({"weight": weight} if weight is not None else {})
        if run.is_instance(token) and "#votes" in run.parent_of(token).local:
            _add_member(run, token, task, side, who)
        else:
            _add_to_step(run, token, task, side, who)
        run.note("signer_added", task=task, side=side, to=to, reason=reason)


def _can_have_signers(task: Task, side: str, to: int) -> None:
    if side not in ("before", "after"):
        raise InvalidInput(_("A signer is added before or after."), field="side", code="cases.side_unknown")
    if to == task.assignee_id:
        raise InvalidInput(_("They hold this task already."), field="to", code="cases.holder_already")
    if task.kind in (TaskKind.DELEGATED, TaskKind.CIRCULATED):
        raise Conflict(
            _("Only whoever decides “%(name)s” can add signers.") % {"name": task.name},
            code="cases.not_the_decider",
            hint=_("Give the opinion first; the owner can then add signers."),
        )


def _add_to_step(machine: Machine, token: Token, task: Task, side: Side, who: Mapping[str, Any]) -> None:
    node = machine.node_of(token)
    state = TaskState.OPEN if side == "before" else TaskState.HELD
    added = open_task(machine, token, node, kind=TaskKind.ADDED, state=state, who=who)
    added.role = ""
    added.data.update({"side": side, "of": task.id})
    if side == "before":
        _hold(machine, task, added.id)
    else:
        added.data["before"] = [task.id]


def _hold(machine: Machine, task: Task, before: int) -> None:
    waits_for = [*task.data.get("before", ()), before]
    machine.change_task(task, state=TaskState.HELD, data={**task.data, "before": waits_for})
    machine.note("task_held", task=task)


def _add_member(run: Run, instance: Token, task: Task, side: Side, who: Mapping[str, Any]) -> None:
    """Make the new signer a member of the countersign, beside the one who added them."""
    multi = run.parent_of(instance)
    node = run.node_of(instance)
    signer = {
        "item": dict(who),
        "order": _place_beside(run, multi, instance, side),
        "kind": TaskKind.ADDED.value,
        "by": task.id,
    }
    run.keep(multi, "#signers", [*multi.local["#signers"], signer])
    multi.total += 1
    added = add_instance(run, multi, node, signer)
    if side == "after":
        run.rest(added, TokenState.PENDING)
        if not in_sequence(node):
            run.keep(added, "#after", task.id)
        return
    run.later("enter", added)
    run.settle()
    for before in run.tasks_of(added):
        _hold(run, task, before.id)


def _place_beside(machine: Machine, multi: Token, instance: Token, side: Side) -> int:
    """An order between the signer's own and its neighbour's."""
    own = instance.order
    orders = sorted({signer["order"] for signer in multi.local["#signers"]} | {own})
    at = orders.index(own)
    if side == "before":
        return (orders[at - 1] if at else 0) + (own - (orders[at - 1] if at else 0)) // 2
    following = orders[at + 1] if at + 1 < len(orders) else own + 2000
    return own + max((following - own) // 2, 1)


def remove_signer(
    run: Run, task_id: int | None = None, *, token_id: int | None = None, by: int | None, reason: str = ""
) -> None:
    """Take away a signer who has not signed (减签): by the open task, or by the token of one still to come.

    :raises Missing: there is no such signer
    :raises Conflict: nobody would be left to sign, or the task is the step's own
    """
    with run.operation(by):
        task = open_task_of(run, task_id) if task_id is not None else None
        token = run.state.tokens.get(task.token if task is not None else token_id or 0)
        if token is None:
            raise Missing(_("There is no such signer."), code="cases.no_such_signer")
        if task is not None:
            require_power(run, task, "add_signer", _("removing signers"))
        if run.is_instance(token) and "#votes" in run.parent_of(token).local:
            _remove_member(run, token, task, reason)
        elif task is not None and task.kind is TaskKind.ADDED:
            _remove_from_step(run, token, task, reason)
        else:
            raise Conflict(
                _("Only signers of a countersign and added signers can be removed."),
                code="cases.not_a_signer",
                hint=_("Hand the task over instead."),
            )


def _remove_member(run: Run, instance: Token, task: Task | None, reason: str) -> None:
    multi = run.parent_of(instance)
    node = run.node_of(instance)
    if len(run.inside(multi)) == 1 and not multi.local["#votes"]:
        raise Conflict(
            _("“%(name)s” needs at least one signer.") % {"name": node.title},
            code="cases.last_signer",
            hint=_("Add another signer first."),
        )
    run.keep(multi, "#signers", [s for s in multi.local["#signers"] if s["order"] != instance.order])
    multi.total -= 1
    run.note("signer_removed", instance, task=task, reason=reason)
    run.drop(instance)
    if task is not None:
        release_held(run, multi, task.id)
    settle(run, multi, node)


def _remove_from_step(run: Run, token: Token, task: Task, reason: str) -> None:
    run.note("signer_removed", token, task=task, reason=reason)
    run.cancel_task(task)
    release_others(run, token, task.id)
    if not run.tasks_of(token):
        _step_is_done(run, token, run.node_of(token))


def _step_is_done(run: Run, token: Token, node: Node) -> None:
    """The holder had decided and only the removed signer was awaited."""
    outcome = token.local.get("#outcome", "")
    if outcome:
        take_results(run, token, node, {"outcome": outcome, f"{node.id}_outcome": outcome})
    run.rest(token, TokenState.ACTIVE)
    run.later("complete", token)
