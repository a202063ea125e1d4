"""How tokens go on: entering a node, completing an activity, leaving by flows, coming to an end.

What a kind of node does when entered is registered by the modules of that kind (``@enters``); this one knows the ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.plan import Flow, Kind, Node
from chengshu.engines.cases.state import Token, TokenState
from chengshu.foundation.errors import Conflict

Behaviour = Callable[[Machine, Token, Node], None]

KEPT = frozenset({"#back", "#guest", "#signers", "#who", "#signer", "#aside"})
"""What a token keeps of its own data when its node begins anew."""

ENTERING: dict[Kind, Behaviour] = {}
"""What each kind of node does with a token that comes to it."""


def enters(*kinds: Kind) -> Callable[[Behaviour], Behaviour]:
    """Register what these kinds of nodes do when a token enters them."""

    def register(behaviour: Behaviour) -> Behaviour:
        ENTERING.update(dict.fromkeys(kinds, behaviour))
        return behaviour

    return register


def enter(machine: Machine, token: Token) -> None:
    """Step: the token has come to its node."""
    node = machine.node_of(token)
    if node.status or node.clocks:
        _mark(machine, token, node)
    ENTERING[node.kind](machine, token, node)


def _mark(machine: Machine, token: Token, node: Node) -> None:
    if node.status and node.status != machine.case.status:
        machine.set_case(status=node.status)
        machine.note("status", token, status=node.status)
    for mark in node.clocks:
        machine.note("clock", token, do=mark.do, layer=mark.layer, ground=mark.ground)


def passed(machine: Machine, token: Token, node: Node) -> None:
    """The node is gone through without rest."""
    machine.note("passed", token)
    leave(machine, token, node)


def leave(machine: Machine, token: Token, node: Node) -> None:
    """Go on by the flows that the node lets go; without any the token ends here.

    :raises Conflict: flows lead away, but none of their conditions holds
    """
    follow(machine, token, node, ways_out(machine, token, node))


def ways_out(machine: Machine, token: Token, node: Node) -> Sequence[Flow]:
    """The flows to take: every one without condition or whose condition holds; else the default."""
    outgoing = node.outgoing
    if len(outgoing) == 1 and outgoing[0].condition is None:
        return outgoing
    taken = [flow for flow in outgoing if flow.id != node.default and holds(machine, token, flow)]
    return chosen_or_default(node, taken)


def chosen_or_default(node: Node, taken: list[Flow]) -> list[Flow]:
    """:raises Conflict: nothing was chosen, there is no default, and yet something must be taken"""
    if taken or not node.outgoing:
        return taken
    default = [flow for flow in node.outgoing if flow.id == node.default]
    if not default:
        raise Conflict(
            _("None of the conditions of the ways out of “%(name)s” holds.") % {"name": node.title},
            code="cases.no_way_out",
            hint=_("Mend the data and retry, or move the case; add a default flow to the process."),
        )
    return default


def holds(machine: Machine, token: Token, flow: Flow) -> bool:
    return flow.condition is None or machine.value(flow.condition, token) is True


def follow(machine: Machine, token: Token, node: Node, flows: Sequence[Flow]) -> None:
    """Leave the node by these flows; the token goes by the first one, new ones by the others."""
    local = token.local
    if (node.handler or "#done" in local or "#undoable" in local) and token.state is not TokenState.MULTI:
        remember(machine, token, node)
    back, guest = local.get("#back"), "#guest" in local
    machine.clear(token)
    if back is not None:
        come_back(machine, token, back)
    elif guest or not flows:
        end(machine, token)
    else:
        walk(machine, token, flows)


def walk(machine: Machine, token: Token, flows: Sequence[Flow]) -> None:
    first, *others = flows
    machine.place(token, first.target, via=first.id)
    machine.later("enter", token)
    if others:
        parent = machine.parent_of(token)
        for flow in others:
            machine.later("enter", machine.new_token(parent, token.plan, flow.target, via=flow.id))


def end(machine: Machine, token: Token) -> None:
    """The token's way is over; its scope may be over with it."""
    parent = machine.parent_of(token)
    machine.drop(token)
    machine.later("emptied", parent)


def come_back(machine: Machine, guest: Token, back: int) -> None:
    """A step that the case was returned to is done again: the step that returned it goes on where it stood."""
    waiting = machine.state.tokens.get(back)
    parent = machine.parent_of(guest)
    machine.drop(guest)
    machine.later("emptied", parent)
    if waiting is None:
        return
    machine.touch(waiting)
    waiting.local = {key: value for key, value in waiting.local.items() if key in KEPT}
    machine.place(waiting, waiting.node, via=waiting.via)
    machine.note("came_back", waiting)
    machine.later("enter", waiting)


def remember(machine: Machine, token: Token, node: Node) -> None:
    """Keep what undoing this activity will need (compensation): who undoes it, and the data as they are now."""
    record: dict[str, Any] = {"node": node.id, "plan": token.plan}
    if node.handler:
        record["handler"] = node.handler
    if inner := token.local.get("#done"):
        record["inner"] = inner
    if data := {key: value for key, value in token.local.items() if key[:1] != "#"}:
        record["data"] = data
    parent = machine.parent_of(token)
    machine.keep(parent, "#done", [*parent.local.get("#done", ()), record])


# -- variables ----------------------------------------------------------------------------------------------------


def map_in(machine: Machine, token: Token, node: Node) -> None:
    """Make the input mappings local variables of the token."""
    for mapped in node.inputs:
        assign(machine, token, mapped.target, machine.value(mapped.source, token), here=True)


def map_out(machine: Machine, token: Token, node: Node) -> None:
    """Give the output mappings to the scope around."""
    values = [(mapped.target, machine.value(mapped.source, token)) for mapped in node.outputs]
    parent = machine.parent_of(token)
    for target, value in values:
        assign(machine, parent, target, value)


def assign(machine: Machine, token: Token, target: str, value: Any, *, here: bool = False) -> None:
    """Set a variable by its dotted path.

    :param value: a FEEL value
    :param here: as a local variable of the token, not of what is around it
    """
    name, *path = target.split(".")
    json = feel.to_json(value)
    if path:
        known = machine.sight(token)
        json = _woven(feel.to_json(known[name]) if name in known else {}, path, json)
    if here:
        machine.keep(token, name, json)
    else:
        machine.set_variable(token, name, json)


def _woven(base: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    around = dict(base) if isinstance(base, dict) else {}
    around[path[0]] = _woven(around.get(path[0]), path[1:], value)
    return around


def take_results(machine: Machine, token: Token, node: Node, variables: Mapping[str, Any]) -> None:
    """Set what a task, job or message brought: for its mappings only, if it has any, else for everybody.

    :param variables: as JSON
    """
    stays = bool(node.outputs) or (node.loop is not None and bool(node.loop.results))
    for name, value in variables.items():
        if stays:
            machine.keep(token, name, value)
        else:
            machine.set_variable(token, name, value)


def rest_at(machine: Machine, token: Token, state: TokenState = TokenState.WAITING) -> None:
    machine.rest(token, state)
    machine.note("entered", token)


def cancel_all(machine: Machine, tokens: Iterable[Token], reason: str) -> None:
    """Take tokens away with everything in them."""
    for token in list(tokens):
        if machine.alive(token):
            machine.note("cancelled", token, reason=reason)
            machine.drop(token)
