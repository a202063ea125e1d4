"""End and throw events; errors, escalations, cancellation and termination, which find their catchers inside the case
(BPMN 2.0.2 §10.5.1, §10.5.6, §13.5)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.compensation import begin_undoing, undo_next
from chengshu.engines.cases.interpreter.events import at_boundary, begin_listener, throw_message, throw_signal
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import cancel_all, end, enters, leave
from chengshu.engines.cases.interpreter.plan import Event, EventKind, Kind, Node, Plan
from chengshu.engines.cases.interpreter.scopes import inside_of, terminate_case
from chengshu.engines.cases.state import Token, TokenState
from chengshu.foundation.errors import Conflict


@enters(Kind.END, Kind.THROW)
def throw(machine: Machine, token: Token, node: Node) -> None:
    """Send what the event sends; then go on, end, or be taken away by what was thrown."""
    for event in node.events:
        if event.kind is EventKind.MESSAGE:
            throw_message(machine, token, node, event)
        elif event.kind is EventKind.SIGNAL:
            throw_signal(machine, token, node, event)
        elif event.kind is EventKind.ESCALATION:
            raise_escalation(machine, token, event)
    for event in node.events:
        if machine.alive(token) and event.kind in _DECISIVE:
            _DECISIVE[event.kind](machine, token, node, event)
            return
    if machine.alive(token) and token.node == node.id:
        machine.note("passed", token)
        leave(machine, token, node)


# -- errors -------------------------------------------------------------------------------------------------------


def _throw_error(machine: Machine, token: Token, node: Node, event: Event) -> None:
    """An error end event; one that nobody catches ends the case (BPMN leaves that open)."""
    if not raise_error(machine, token, event.code):
        machine.note("error", token, code=event.code, caught=False)
        terminate_case(machine, outcome=event.code, reason="error")


def raise_error(machine: Machine, token: Token, code: str) -> bool:
    """Let the nearest catcher of this code take over; say whether there was one."""
    return _caught(machine, token, EventKind.ERROR, code) is not None


def raise_escalation(machine: Machine, token: Token, event: Event) -> None:
    """Tell whoever is nearest and catches it; nobody need."""
    machine.note("escalation", token, code=event.code)
    _caught(machine, token, EventKind.ESCALATION, event.code)


def _caught(machine: Machine, token: Token, kind: EventKind, code: str) -> Token | None:
    came_from: Token | None = None
    for here in machine.around(token):
        if "#undoing" not in here.local:
            caught = _caught_inside(machine, here, came_from, kind, code) or _caught_at(
                machine, here, kind, code
            )
            if caught is not None:
                return caught
        came_from = here
    return None


def _caught_inside(
    machine: Machine, scope: Token, came_from: Token | None, kind: EventKind, code: str
) -> Token | None:
    """By an event sub-process of the scope, unless it was thrown in such a one."""
    if scope.state is not TokenState.SCOPE or came_from is None or _is_listener(machine, came_from):
        return None
    plan, scope_id = inside_of(machine, scope)
    starts = [
        plan.nodes[start]
        for listener in plan.scopes[scope_id].listeners
        for start in plan.scopes[listener].triggered
    ]
    catcher = next(_best(starts, kind, code), None)
    if catcher is None:
        return None
    machine.note(kind.value, scope, node=catcher.id, code=code, caught=True)
    return begin_listener(machine, scope, plan, catcher, {})


def _is_listener(machine: Machine, token: Token) -> bool:
    return machine.node_of(token).kind is Kind.EVENT_SUBPROCESS


def _caught_at(machine: Machine, token: Token, kind: EventKind, code: str) -> Token | None:
    """By a boundary event of the activity at which the token is; an instance's boundary is that of them all."""
    if token.parent is None or machine.is_instance(token):
        return None
    plan = machine.plan(token.plan)
    boundaries = [plan.nodes[boundary] for boundary in plan.nodes[token.node].boundaries]
    catcher = next(_best(boundaries, kind, code), None)
    if catcher is None:
        return None
    machine.note(kind.value, token, node=catcher.id, code=code, caught=True)
    return at_boundary(machine, token, catcher, {})


def _best(candidates: list[Node], kind: EventKind, code: str) -> Iterator[Node]:
    """Those that catch it, the exact code before the catch-all."""
    for wanted in dict.fromkeys([code, ""]):
        for node in candidates:
            if any(event.kind is kind and event.code == wanted for event in node.events):
                yield node


# -- cancel, terminate, compensate, link --------------------------------------------------------------------------


def _cancel(machine: Machine, token: Token, node: Node, event: Event) -> None:
    """Undo the transaction around, then leave it by its cancel event."""
    transaction = next(
        here
        for here in machine.around(token)
        if here.parent is not None and machine.node_of(here).kind is Kind.TRANSACTION and here is not token
    )
    machine.note("passed", token)
    cancel_all(machine, machine.inside(transaction), "the transaction is cancelled")
    for wait in machine.waits_of(transaction):
        machine.end_wait(wait)
    machine.keep(transaction, "#undoing", transaction.local.get("#done", []))
    machine.keep(transaction, "#cancelled", True)
    undo_next(machine, transaction)


def leave_cancelled(machine: Machine, transaction: Token) -> None:
    """Everything is undone: go on from the cancel event on the transaction's edge.

    :raises Conflict: the model has none
    """
    plan = machine.plan(transaction.plan)
    edge = (plan.nodes[boundary] for boundary in plan.nodes[transaction.node].boundaries)
    catcher = next(_best(list(edge), EventKind.CANCEL, ""), None)
    if catcher is None:
        raise Conflict(
            _("The transaction was cancelled, but the process does not say what follows."),
            code="cases.cancel_uncaught",
            hint=_("Move the case to the step that should follow."),
        )
    at_boundary(machine, transaction, catcher, {})


def _terminate(machine: Machine, token: Token, node: Node, event: Event) -> None:
    """End everything in the scope around, and with it the scope."""
    scope = machine.parent_of(token)
    machine.note("passed", token)
    cancel_all(machine, [other for other in machine.inside(scope) if other is not token], "terminated")
    end(machine, token)


def _compensate(machine: Machine, token: Token, node: Node, event: Event) -> None:
    begin_undoing(machine, token, node, event)


def _link(machine: Machine, token: Token, node: Node, event: Event) -> None:
    plan: Plan = machine.plan(token.plan)
    machine.note("passed", token)
    machine.place(token, plan.links[node.scope, event.name])
    machine.later("enter", token)


_DECISIVE = {
    EventKind.ERROR: _throw_error,
    EventKind.CANCEL: _cancel,
    EventKind.TERMINATE: _terminate,
    EventKind.COMPENSATION: _compensate,
    EventKind.LINK: _link,
}
