"""Gateways: choosing, splitting, joining (BPMN 2.0.2 §10.6, execution semantics §13.4)."""

from __future__ import annotations

from collections.abc import Iterable

from chengshu.engines.cases.interpreter.events import arm
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import (
    chosen_or_default,
    enters,
    follow,
    holds,
    passed,
    rest_at,
)
from chengshu.engines.cases.interpreter.plan import Kind, Node
from chengshu.engines.cases.state import Token, TokenState


@enters(Kind.EXCLUSIVE)
def choose(machine: Machine, token: Token, node: Node) -> None:
    """One way: the first whose condition holds, else the default."""
    if len(node.outgoing) < 2:
        passed(machine, token, node)
        return
    true = (flow for flow in node.outgoing if flow.id != node.default and holds(machine, token, flow))
    taken = chosen_or_default(node, [flow for flow in [next(true, None)] if flow is not None])
    machine.note("passed", token, flow=taken[0].id)
    follow(machine, token, node, taken)


@enters(Kind.PARALLEL)
def fork_or_join(machine: Machine, token: Token, node: Node) -> None:
    """Wait until a token has come by every incoming flow, then go on by every outgoing one."""
    if len(node.incoming) < 2:
        machine.note("passed", token)
        follow(machine, token, node, node.outgoing)
        return
    machine.rest(token)
    arrived = _by_flow(waiting_at(machine, token))
    if len(arrived) < len(node.incoming):
        machine.note("entered", token)
        return
    _join(machine, token, node, [arrived[flow.id] for flow in node.incoming])
    follow(machine, token, node, node.outgoing)


def waiting_at(machine: Machine, token: Token) -> list[Token]:
    """The tokens that wait at the same gateway in the same scope, oldest first."""
    return [
        other
        for other in machine.inside(machine.parent_of(token))
        if other.node == token.node and other.state is TokenState.WAITING
    ]


def _by_flow(tokens: Iterable[Token]) -> dict[str, Token]:
    """One token for each flow, the oldest; further ones on the same flow wait for the next time."""
    found: dict[str, Token] = {}
    for token in tokens:
        found.setdefault(token.via, token)
    return found


def _join(machine: Machine, survivor: Token, node: Node, tokens: Iterable[Token]) -> None:
    """Make one token of several."""
    consumed = [token for token in tokens if token is not survivor]
    machine.note("joined", survivor, tokens=[token.id for token in consumed])
    for token in consumed:
        machine.drop(token)


@enters(Kind.INCLUSIVE)
def choose_some_or_wait(machine: Machine, token: Token, node: Node) -> None:
    """A split goes on by every way that holds; a join rests until nothing more can come (see ``open_joins``)."""
    if len(node.incoming) > 1:
        rest_at(machine, token)
        return
    _split(machine, token, node)


def _split(machine: Machine, token: Token, node: Node) -> None:
    outgoing = node.outgoing
    if len(outgoing) > 1:
        taken = [flow for flow in outgoing if flow.id != node.default and holds(machine, token, flow)]
        outgoing = tuple(chosen_or_default(node, taken))
    machine.note("passed", token, flows=[flow.id for flow in outgoing])
    follow(machine, token, node, outgoing)


@enters(Kind.COMPLEX)
def activate_or_wait(machine: Machine, token: Token, node: Node) -> None:
    """A join opens as soon as its activation condition holds, and then swallows what still comes until it is reset.

    The condition sees ``activationCount``, the number of tokens that have come. Without a condition it joins as an
    inclusive gateway does.
    """
    if len(node.incoming) < 2:
        _split(machine, token, node)
        return
    if node.activation is None:
        rest_at(machine, token)
        return
    spent = next((other for other in waiting_at(machine, token) if "#spent" in other.local), None)
    if spent is not None:
        _swallow(machine, spent, token)
        return
    machine.rest(token)
    waiting = waiting_at(machine, token)
    if machine.value(node.activation, token, {"activationCount": len(waiting)}) is not True:
        machine.note("entered", token)
        return
    _activate(machine, token, node, waiting)


def _activate(machine: Machine, token: Token, node: Node, waiting: list[Token]) -> None:
    came_by = sorted({other.via for other in waiting})
    _join(machine, token, node, waiting)
    if len(came_by) < len(node.incoming):
        marker = machine.new_token(
            machine.parent_of(token), token.plan, node.id, state=TokenState.WAITING, local={"#spent": came_by}
        )
        machine.note("entered", marker, spent=came_by)
    _split(machine, token, node)


def _swallow(machine: Machine, spent: Token, token: Token) -> None:
    machine.note("ended", token, reason="the gateway has already opened")
    machine.keep(spent, "#spent", sorted({*spent.local["#spent"], token.via}))
    machine.drop(token)


def open_joins(machine: Machine) -> bool:
    """Open an inclusive join that nothing more can reach; say whether there was one. Call when all else rests.

    BPMN 2.0.2 §13.4.3: it opens when no token elsewhere can still come by a flow that is empty so far, tokens that
    could just as well come by a flow that has one not counted.
    """
    if not machine.has_patient_joins:
        return False
    for token in list(machine.state.tokens.values()):
        if token.state is not TokenState.WAITING or token.parent is None:
            continue
        node = machine.node_of(token)
        if node.kind not in (Kind.INCLUSIVE, Kind.COMPLEX) or len(node.incoming) < 2:
            continue
        if _open(machine, token, node):
            return True
    return False


def _open(machine: Machine, token: Token, node: Node) -> bool:
    waiting = waiting_at(machine, token)
    arrived = _by_flow(waiting)
    if "#spent" in token.local:
        return _reset(machine, token, node)
    if node.activation is not None or _more_to_come(machine, token, node, set(arrived)):
        return False
    _join(machine, token, node, [other for other in arrived.values() if other is not token])
    _split(machine, token, node)
    return True


def _reset(machine: Machine, spent: Token, node: Node) -> bool:
    """A complex gateway is ready for the next round once everything has come that can come."""
    if _more_to_come(machine, spent, node, set(spent.local["#spent"])):
        return False
    parent = machine.parent_of(spent)
    machine.note("ended", spent, reason="the gateway is ready again")
    machine.drop(spent)
    machine.later("emptied", parent)
    return True


def _more_to_come(machine: Machine, token: Token, node: Node, arrived: set[str]) -> bool:
    reach = machine.plan(token.plan).reach[node.id]
    for other in machine.inside(machine.parent_of(token)):
        if other.node == node.id:
            continue
        possible = reach.get(other.node, frozenset())
        if possible and not possible & arrived:
            return True
    return False


@enters(Kind.EVENT_GATEWAY)
def wait_for_the_first(machine: Machine, token: Token, node: Node) -> None:
    """Wait for whichever event behind the gateway happens first."""
    plan = machine.plan(token.plan)
    machine.rest(token)
    for flow in node.outgoing:
        arm(machine, token, plan.nodes[flow.target])
    machine.note("entered", token)
