"""Undoing what was done: handlers run in reverse order, each with the data as they were (BPMN 2.0.2 §10.7, §13.5.5).

A scope keeps a record of each undoable activity under ``#done``. The token that undoes is a scope of its own: its
``#undoing`` holds the records still to come, its child is the handler at work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import end, leave
from chengshu.engines.cases.interpreter.plan import Event, EventKind, Kind, Node, Plan
from chengshu.engines.cases.state import Token, TokenState


def begin_undoing(machine: Machine, token: Token, node: Node, event: Event) -> None:
    """A compensation event: undo one activity, or everything done in the scope, then go on."""
    scope = scope_to_undo(machine, token)
    done: list[dict[str, Any]] = scope.local.get("#done", [])
    chosen = [record for record in done if event.activity in ("", record["node"])]
    machine.keep(scope, "#done", [record for record in done if record not in chosen])
    if event.wait:
        _become_frame(machine, token, chosen)
        return
    frame = machine.new_token(machine.parent_of(token), token.plan, node.id, local={"#aside": True})
    _become_frame(machine, frame, chosen)
    machine.note("passed", token)
    leave(machine, token, node)


def _become_frame(machine: Machine, token: Token, records: list[dict[str, Any]]) -> None:
    machine.rest(token, TokenState.SCOPE)
    machine.keep(token, "#undoing", records)
    undo_next(machine, token)


def scope_to_undo(machine: Machine, token: Token) -> Token:
    """The scope whose activities a compensation event means: around an event sub-process, not the latter itself."""
    scope = machine.parent_of(token)
    if "#done" not in scope.local and scope.parent is not None:
        node = machine.node_of(scope)
        if node.kind is Kind.EVENT_SUBPROCESS and not _undoes(machine.plan(scope.plan), node.id):
            return machine.parent_of(scope)
    return scope


def undo_next(machine: Machine, frame: Token) -> None:
    """Undo the youngest record that is left; when none is, the frame is done."""
    records = list(frame.local["#undoing"])
    if not records:
        machine.later("emptied", frame)
        return
    record = records.pop()
    machine.keep(frame, "#undoing", records)
    _undo(machine, frame, record)


def _undo(machine: Machine, frame: Token, record: Mapping[str, Any]) -> None:
    plan = machine.plan(record["plan"])
    data = dict(record.get("data", {}))
    machine.note("compensated", frame, activity=record["node"])
    if handler := record.get("handler"):
        machine.later("enter", machine.new_token(frame, plan.ref, handler, local=data))
        return
    inner = list(record.get("inner", []))
    listener = undoing_listener(plan, record["node"])
    if listener is None:
        nested = machine.new_token(frame, plan.ref, record["node"], state=TokenState.SCOPE, local=data)
        machine.keep(nested, "#undoing", inner)
        undo_next(machine, nested)
        return
    scope = machine.new_token(
        frame, plan.ref, listener.scope, state=TokenState.SCOPE, local={**data, "#done": inner}
    )
    machine.later("enter", machine.new_token(scope, plan.ref, listener.id))


def undoing_listener(plan: Plan, scope_id: str) -> Node | None:
    """The start of the event sub-process by which a sub-process says itself how it is undone."""
    scope = plan.scopes.get(scope_id)
    for listener in scope.listeners if scope else ():
        for start in plan.scopes[listener].triggered:
            if _is_undoing(plan.nodes[start]):
                return plan.nodes[start]
    return None


def _undoes(plan: Plan, event_subprocess: str) -> bool:
    return any(_is_undoing(plan.nodes[start]) for start in plan.scopes[event_subprocess].triggered)


def _is_undoing(node: Node) -> bool:
    return any(event.kind is EventKind.COMPENSATION for event in node.events)


def frame_done(machine: Machine, frame: Token) -> None:
    """Everything is undone: the event goes on, a frame inside another one ends."""
    node = machine.node_of(frame)
    machine.forget(frame, "#undoing")
    if node.kind in (Kind.END, Kind.THROW) and "#aside" not in frame.local:
        machine.note("passed", frame)
        leave(machine, frame, node)
    else:
        machine.note("ended", frame)
        end(machine, frame)
