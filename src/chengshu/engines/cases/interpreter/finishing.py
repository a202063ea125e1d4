"""What follows when an activity is done or a scope is empty."""

from __future__ import annotations

from chengshu.engines.cases.interpreter.compensation import frame_done, undo_next
from chengshu.engines.cases.interpreter.loops import instance_done
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import end, leave, map_out
from chengshu.engines.cases.interpreter.plan import ACTIVITIES, HUMAN, Kind, Node
from chengshu.engines.cases.interpreter.scopes import ad_hoc_goes_on, complete_case
from chengshu.engines.cases.interpreter.throwing import leave_cancelled
from chengshu.engines.cases.state import Token, TokenState


def complete(machine: Machine, token: Token) -> None:
    """Step: the activity or event at which the token is has done its work; its results are set."""
    node = machine.node_of(token)
    if node.outputs:
        map_out(machine, token, node)
    elif "#called" in token.local and node.passes_all_out:
        _pass_out(machine, token, node)
    if machine.is_instance(token):
        instance_done(machine, token, node)
        return
    leave_node(machine, token)


def leave_node(machine: Machine, token: Token) -> None:
    """Step: go on from where the token is."""
    node = machine.node_of(token)
    if node.kind not in HUMAN or token.state is TokenState.MULTI:
        machine.note("left" if node.kind in ACTIVITIES else "passed", token)
    leave(machine, token, node)


def _pass_out(machine: Machine, token: Token, node: Node) -> None:
    """What a called process has set becomes the caller's, its mapped inputs not counted."""
    given = {mapped.target.partition(".")[0] for mapped in node.inputs} | {"loopCounter"}
    if node.loop is not None:
        given.add(node.loop.item)
    parent = machine.parent_of(token)
    for name, value in list(token.local.items()):
        if name[:1] != "#" and name not in given:
            machine.set_variable(parent, name, value)


def emptied(machine: Machine, scope: Token) -> None:
    """Step: something inside the scope has ended; the scope may be done."""
    if "#undoing" in scope.local:
        _undo_on(machine, scope)
        return
    if scope.state is not TokenState.SCOPE:
        return
    if scope.parent is None:
        if not machine.inside(scope):
            complete_case(machine)
        return
    node = machine.node_of(scope)
    if node.kind is Kind.AD_HOC and ad_hoc_goes_on(machine, scope, node):
        return
    if machine.inside(scope):
        return
    if node.kind is Kind.EVENT_SUBPROCESS:
        machine.note("left", scope)
        end(machine, scope)
    else:
        machine.rest(scope, TokenState.ACTIVE)
        machine.later("complete", scope)


def _undo_on(machine: Machine, frame: Token) -> None:
    if machine.inside(frame):
        return
    if frame.local["#undoing"]:
        undo_next(machine, frame)
    elif "#cancelled" in frame.local:
        leave_cancelled(machine, frame)
    else:
        frame_done(machine, frame)
