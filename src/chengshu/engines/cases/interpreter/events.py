"""Events: waiting for them, what happens when they come, and sending them (BPMN 2.0.2 §10.5).

Errors, escalations, cancellation and compensation, which find their catchers inside the case, are in ``throwing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import (
    cancel_all,
    come_back,
    enters,
    leave,
    rest_at,
    take_results,
)
from chengshu.engines.cases.interpreter.plan import Event, EventKind, Kind, Node, Plan
from chengshu.engines.cases.interpreter.timers import first_due, next_due
from chengshu.engines.cases.state import Token, TokenState, Wait, WaitKind

AWAITED: Mapping[EventKind, WaitKind] = {
    EventKind.TIMER: WaitKind.TIMER,
    EventKind.MESSAGE: WaitKind.MESSAGE,
    EventKind.SIGNAL: WaitKind.SIGNAL,
    EventKind.CONDITION: WaitKind.CONDITION,
}
"""Events that come from outside or with time, and so need a row to wait in."""

ARMED, FIRED = "armed", "fired"
"""Key of the wait for a condition: it fires when it becomes true, and again only after it has been false."""


def arm(machine: Machine, token: Token, node: Node, *, called: bool = False) -> None:
    """Wait at ``token`` for the events of ``node``, which may be another node: a boundary event, a start event.

    :param called: the node belongs to the process that the token calls
    """
    for event in node.events:
        if event.kind in AWAITED:
            _arm_one(machine, token, node, event, called)


def _arm_one(machine: Machine, token: Token, node: Node, event: Event, called: bool) -> None:
    kind = AWAITED[event.kind]
    if kind is WaitKind.TIMER:
        assert event.formula is not None
        due = first_due(event.timer, machine.value(event.formula, token), machine.now)
        machine.wait_for(
            token, node.id, kind, called=called, due_at=due.at, every=due.every, remaining=due.remaining
        )
    elif kind is WaitKind.CONDITION:
        machine.wait_for(token, node.id, kind, called=called, name=node.id, key=ARMED)
        machine.conditions_stale = True
    else:
        name, key = machine.name_of(event, token), correlation(machine, token, event)
        machine.wait_for(token, node.id, kind, called=called, name=name, key=key)


def correlation(machine: Machine, token: Token, event: Event) -> str:
    """The correlation key as text; empty when the message has none."""
    value = machine.value(event.key, token) if event.key is not None else None
    return "" if value is None else str(value)


def arm_boundaries(machine: Machine, token: Token, node: Node) -> None:
    plan = machine.plan(token.plan)
    for boundary in node.boundaries:
        arm(machine, token, plan.nodes[boundary])


@enters(Kind.START)
def start(machine: Machine, token: Token, node: Node) -> None:
    machine.note("passed", token)
    leave(machine, token, node)


@enters(Kind.CATCH)
def catch(machine: Machine, token: Token, node: Node) -> None:
    """Wait; a link, or an event without a trigger, is only passed."""
    if not any(event.kind in AWAITED for event in node.events):
        machine.note("passed", token)
        leave(machine, token, node)
        return
    arm(machine, token, node)
    rest_at(machine, token)


# -- when one happens ---------------------------------------------------------------------------------------------


def happen(machine: Machine, wait: Wait, payload: Mapping[str, Any]) -> None:
    """The awaited event has come.

    :param payload: variables that it brings, as JSON
    """
    token = machine.state.tokens[wait.token]
    plan = machine.plan(wait.plan)
    node = plan.nodes[wait.node]
    machine.note("event", token, node=node.id, event=wait.kind.value, name=wait.name)
    _rearm(machine, wait, node)
    if node.parallel and any(other.node == node.id for other in machine.waits_of(token)):
        take_results(machine, token, node, payload)
        return
    if node.kind is Kind.BOUNDARY:
        at_boundary(machine, token, node, payload)
    elif node.kind is Kind.START:
        begin_listener(machine, token, plan, node, payload)
    elif token.node == node.id:
        take_results(machine, token, node, payload)
        machine.later("complete", token)
    else:
        _take_way(machine, token, node, payload)


def _rearm(machine: Machine, wait: Wait, node: Node) -> None:
    """Use the wait up, unless it may happen again."""
    once = node.interrupting or node.kind not in (Kind.BOUNDARY, Kind.START)
    if not once and wait.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL) and not node.parallel:
        return
    machine.end_wait(wait)
    if once:
        return
    token = machine.state.tokens[wait.token]
    called = wait.plan != token.plan
    if wait.kind is WaitKind.CONDITION:
        machine.wait_for(token, wait.node, wait.kind, called=called, name=wait.name, key=FIRED)
    elif wait.kind is WaitKind.TIMER and wait.every and wait.remaining and wait.due_at is not None:
        due = next_due(wait.due_at, wait.every, wait.remaining)
        machine.wait_for(
            token,
            wait.node,
            wait.kind,
            called=called,
            due_at=due.at,
            every=due.every,
            remaining=due.remaining,
        )


def _take_way(machine: Machine, token: Token, node: Node, payload: Mapping[str, Any]) -> None:
    """An event-based gateway has its first event: go on behind it."""
    via = next((flow.id for flow in node.incoming if flow.source == token.node), "")
    machine.note("passed", token)
    machine.clear(token)
    machine.place(token, node.id, via=via)
    take_results(machine, token, node, payload)
    machine.later("complete", token)


def at_boundary(machine: Machine, token: Token, node: Node, payload: Mapping[str, Any]) -> Token:
    """Go on from a boundary event: instead of the activity when it interrupts, else beside it.

    :returns: the token that goes on
    """
    if node.interrupting:
        back = token.local.get("#back")
        guest = "#guest" in token.local
        cancel_all(machine, machine.inside(token), "interrupted")
        machine.clear(token)
        if back is not None:
            come_back(machine, token, back)
            return token
        machine.place(token, node.id, state=TokenState.ACTIVE)
        if guest:
            machine.keep(token, "#guest", True)
        going = token
    else:
        going = machine.new_token(machine.parent_of(token), token.plan, node.id)
    take_results(machine, going, node, payload)
    machine.later("complete", going)
    return going


@enters(Kind.BOUNDARY)
def reenter_boundary(machine: Machine, token: Token, node: Node) -> None:
    """A boundary event is never entered by a flow; an operator's retry comes here."""
    machine.later("complete", token)


def begin_listener(
    machine: Machine, scope: Token, plan: Plan, start_node: Node, payload: Mapping[str, Any]
) -> Token:
    """Begin the event sub-process of a scope; an interrupting one takes away everything else in it."""
    if start_node.interrupting:
        cancel_all(machine, machine.inside(scope), "interrupted")
        for wait in machine.waits_of(scope):
            if plan.nodes.get(wait.node, start_node).kind is Kind.START:
                machine.end_wait(wait)
    listener = machine.new_token(scope, plan.ref, start_node.scope, state=TokenState.SCOPE)
    machine.note("entered", listener)
    for name, value in payload.items():
        machine.set_variable(listener, name, value)
    for waiting in plan.scopes[start_node.scope].listeners:
        arm_listener(machine, listener, plan, waiting)
    inner = machine.new_token(listener, plan.ref, start_node.id)
    machine.later("enter", inner)
    return inner


def arm_listener(machine: Machine, scope: Token, plan: Plan, event_subprocess: str) -> None:
    """Wait for what would start an event sub-process of this scope."""
    for start_id in plan.scopes[event_subprocess].triggered:
        arm(machine, scope, plan.nodes[start_id], called="#called" in scope.local)


def refresh_conditions(machine: Machine) -> bool:
    """Evaluate every awaited condition anew; say whether one happened."""
    machine.conditions_stale = False
    happened = False
    for wait in list(machine.state.waits.values()):
        if wait.kind is not WaitKind.CONDITION or wait.id not in machine.state.waits:
            continue
        node = machine.plan(wait.plan).nodes[wait.node]
        token = machine.state.tokens[wait.token]
        event = next(event for event in node.events if event.kind is EventKind.CONDITION)
        assert event.formula is not None
        true = machine.value(event.formula, token) is True
        if true and wait.key == ARMED:
            happen(machine, wait, {})
            happened = True
        elif not true and wait.key == FIRED:
            machine.end_wait(wait)
            called = wait.plan != token.plan
            machine.wait_for(token, wait.node, wait.kind, called=called, name=wait.name, key=ARMED)
    return happened


# -- sending ------------------------------------------------------------------------------------------------------


def throw_message(machine: Machine, token: Token, node: Node, event: Event) -> None:
    """Send a message with the node's inputs as its content."""
    name = machine.name_of(event, token)
    machine.throw(WaitKind.MESSAGE, name, correlation(machine, token, event), _content(machine, token, node))
    machine.note("thrown", token, event="message", name=name)


def throw_signal(machine: Machine, token: Token, node: Node, event: Event) -> None:
    name = machine.name_of(event, token)
    machine.throw(WaitKind.SIGNAL, name, payload=_content(machine, token, node))
    machine.note("thrown", token, event="signal", name=name)


def _content(machine: Machine, token: Token, node: Node) -> dict[str, Any]:
    return {mapped.target: feel.to_json(machine.value(mapped.source, token)) for mapped in node.inputs}
