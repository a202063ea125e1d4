"""The process itself, sub-processes, calls: opening them, and what follows when they are empty (BPMN 2.0.2 §13.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.activities import begins
from chengshu.engines.cases.interpreter.compensation import undoing_listener
from chengshu.engines.cases.interpreter.events import arm_listener
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import cancel_all, rest_at
from chengshu.engines.cases.interpreter.plan import Kind, Node, Plan
from chengshu.engines.cases.state import CaseState, Token, TokenState
from chengshu.foundation.errors import Conflict


def inside_of(machine: Machine, scope: Token) -> tuple[Plan, str]:
    """Which scope of which plan is open inside the token."""
    called = scope.local.get("#called")
    if called is not None:
        return machine.plan(called), ""
    return machine.plan(scope.plan), scope.node


@begins(Kind.SUBPROCESS, Kind.TRANSACTION)
def open_subprocess(machine: Machine, token: Token, node: Node) -> None:
    open_frame(machine, token)
    begin_inside(machine, token)


def open_frame(machine: Machine, token: Token) -> None:
    """Make the token the scope's own, and wait for what starts its event sub-processes."""
    rest_at(machine, token, TokenState.SCOPE)
    plan, scope_id = inside_of(machine, token)
    for listener in plan.scopes[scope_id].listeners:
        arm_listener(machine, token, plan, listener)
    if undoing_listener(plan, scope_id) is not None:
        machine.keep(token, "#undoable", True)


def begin_inside(machine: Machine, scope: Token, start: str = "") -> None:
    """Put a token at each start of the scope, or at the one given."""
    plan, scope_id = inside_of(machine, scope)
    for node_id in (start,) if start else plan.scopes[scope_id].starts:
        machine.later("enter", machine.new_token(scope, plan.ref, node_id))
    machine.later("emptied", scope)


@begins(Kind.CALL)
def call(machine: Machine, token: Token, node: Node) -> None:
    """Run another process inside this case.

    :raises Conflict: processes call each other deeper than allowed, most likely in a circle
    :raises Missing: the process called is not deployed
    """
    process_id = node.called
    if node.called_by is not None:
        process_id = str(machine.value(node.called_by, token) or "")
    if not process_id:
        machine.later("complete", token)
        return
    open_call(machine, token, node, process_id)
    begin_inside(machine, token)


def open_call(machine: Machine, token: Token, node: Node, process_id: str) -> None:
    depth = sum(1 for around in machine.around(token) if "#called" in around.local)
    if depth >= machine.limits.call_depth:
        raise Conflict(
            _("“%(name)s” calls a process inside a process %(limit)s levels deep; it probably calls itself.")
            % {"name": node.title, "limit": machine.limits.call_depth},
            code="cases.calls_too_deep",
            hint=_("Look for a circle of call activities and break it."),
        )
    ref = machine.library.called(token.plan, process_id)
    plan = machine.plan(ref)
    if not plan.scopes[""].starts:
        raise Conflict(
            _("The process “%(name)s” has no plain start event and cannot be called.") % {"name": plan.name},
            code="cases.call_without_start",
            hint=_("Give it a start event without a trigger."),
        )
    machine.keep(token, "#called", ref)
    if not node.passes_all_in:
        machine.keep(token, "#closed", True)
    open_frame(machine, token)


@begins(Kind.AD_HOC)
def open_ad_hoc(machine: Machine, token: Token, node: Node) -> None:
    """Begin every activity that nothing leads to, each once: together, or one after the other."""
    open_frame(machine, token)
    starts = list(machine.plan(token.plan).scopes[node.id].starts)
    now = starts[:1] if node.in_sequence else starts
    machine.keep(token, "#next", starts[len(now) :])
    for node_id in now:
        machine.later("enter", machine.new_token(token, token.plan, node_id))
    if not now:
        machine.later("emptied", token)


def ad_hoc_goes_on(machine: Machine, scope: Token, node: Node) -> bool:
    """After an activity is done: stop when the condition holds, else begin the next; say whether work is left."""
    inside = machine.inside(scope)
    if (
        node.until is not None
        and machine.value(node.until, scope) is True
        and (node.cancels_rest or not inside)
    ):
        cancel_all(machine, inside, "the condition of the ad-hoc sub-process holds")
        return False
    waiting = list(scope.local["#next"])
    if inside or not waiting:
        return bool(inside)
    machine.keep(scope, "#next", waiting[1:])
    machine.later("enter", machine.new_token(scope, scope.plan, waiting[0]))
    return True


# -- the end of a case --------------------------------------------------------------------------------------------


def complete_case(machine: Machine) -> None:
    """Nothing is left to do."""
    outcome = machine.case.variables.get("outcome")
    machine.set_case(state=CaseState.COMPLETED, outcome=outcome if isinstance(outcome, str) else "")
    machine.drop(machine.root)
    machine.note("case_completed", outcome=machine.case.outcome)


def terminate_case(
    machine: Machine,
    *,
    outcome: str,
    reason: str,
    state: CaseState = CaseState.TERMINATED,
    kind: str = "case_terminated",
) -> None:
    """End the case before its time; everything open is taken away."""
    machine.agenda.clear()
    machine.set_case(state=state, outcome=outcome)
    machine.drop(machine.root)
    machine.note(kind, reason=reason, outcome=outcome)
