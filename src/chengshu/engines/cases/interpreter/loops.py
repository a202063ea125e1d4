"""Multi-instance activities and the standard loop (BPMN 2.0.2 §10.3.8, §13.3.7).

The token of the activity becomes a multi token; each instance is a token inside it, at the same node. Countersigns
(会签), which are multi-instance user tasks with a rule, are in ``countersign``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.countersign import open_countersign
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import assign, cancel_all, rest_at
from chengshu.engines.cases.interpreter.plan import Loop, Node
from chengshu.engines.cases.state import Token, TokenState
from chengshu.foundation.errors import InvalidInput


def open_loop(machine: Machine, token: Token, node: Node, loop: Loop) -> None:
    """Begin the instances: all at once, or the first of them."""
    if loop.standard:
        _begin_standard(machine, token, node, loop)
        return
    items = _items(machine, token, node, loop)
    if node.work is not None and node.work.approval is not None:
        open_countersign(machine, token, node, node.work.approval, items)
        return
    _make_multi(machine, token, len(items))
    if loop.results:
        machine.keep(token, "#results", [None] * len(items))
    if not items:
        _finish(machine, token, node, loop)
    elif loop.sequential:
        machine.keep(token, "#items", items)
        _spawn(machine, token, loop, 0, items[0])
    else:
        for index, item in enumerate(items):
            _spawn(machine, token, loop, index, item)


def _make_multi(machine: Machine, token: Token, total: int) -> None:
    rest_at(machine, token, TokenState.MULTI)
    token.total, token.done = total, 0


def _items(machine: Machine, token: Token, node: Node, loop: Loop) -> list[Any]:
    """One entry for each instance, as JSON.

    :raises InvalidInput: the list is none, the number is none, or there are too many
    """
    if loop.collection is not None:
        value = machine.value(loop.collection, token)
        if not isinstance(value, list):
            raise _no_list(node, loop.collection.text, value)
        items = [feel.to_json(entry) for entry in value]
    else:
        assert loop.cardinality is not None
        value = machine.value(loop.cardinality, token)
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or value < 0:
            raise _no_list(node, loop.cardinality.text, value)
        items = [None] * min(int(value), machine.limits.instances + 1)
    if len(items) > machine.limits.instances:
        raise InvalidInput(
            _("“%(name)s” would begin more than %(limit)s times at once.")
            % {"name": node.title, "limit": machine.limits.instances},
            code="cases.too_many_instances",
            hint=_("Shorten the list, or split the work over several cases."),
        )
    return items


def _no_list(node: Node, text: str, value: Any) -> InvalidInput:
    return InvalidInput(
        _("“%(name)s” cannot tell how often to begin: “%(text)s” gives %(value)s.")
        % {"name": node.title, "text": text, "value": value},
        code="cases.no_instances",
        hint=_("Fill the list or the number, then retry."),
    )


def _spawn(machine: Machine, multi: Token, loop: Loop, index: int, item: Any) -> None:
    local: dict[str, Any] = {"loopCounter": index + 1}
    if loop.item:
        local[loop.item] = item
    instance = machine.new_token(multi, multi.plan, multi.node, local=local, order=index)
    machine.later("enter", instance)


def instance_done(machine: Machine, instance: Token, node: Node) -> None:
    """One instance has done its work: collect its result, then go on, begin the next, or finish."""
    loop = node.loop
    assert loop is not None
    multi = machine.parent_of(instance)
    result = machine.value(loop.result, instance) if loop.results and loop.result is not None else None
    enough = loop.until is not None and machine.value(loop.until, instance, _counts(machine, multi)) is True
    goes_on = loop.standard and _goes_on(machine, instance, loop, multi.done + 1)
    if loop.results:
        results = list(multi.local["#results"])
        results[instance.order] = feel.to_json(result)
        machine.keep(multi, "#results", results)
    _remember(machine, multi, instance, node)
    machine.touch(multi)
    multi.done += 1
    machine.note("left", instance)
    machine.drop(instance)
    if goes_on:
        _spawn(machine, multi, loop, multi.done, None)
    elif loop.standard or enough or multi.done >= multi.total:
        cancel_all(machine, machine.inside(multi), "enough instances are done")
        _finish(machine, multi, node, loop)
    elif loop.sequential:
        _spawn(machine, multi, loop, multi.done, multi.local["#items"][multi.done])


def _remember(machine: Machine, multi: Token, instance: Token, node: Node) -> None:
    """Each instance is undone by itself, with its own data."""
    if not node.handler and not instance.local.keys() & {"#done", "#undoable"}:
        return
    record: dict[str, Any] = {"node": node.id, "plan": instance.plan, "handler": node.handler}
    if inner := instance.local.get("#done"):
        record["inner"] = inner
    record["data"] = {key: value for key, value in instance.local.items() if key[:1] != "#"}
    machine.keep(multi, "#undo", [*multi.local.get("#undo", ()), record])


def _counts(machine: Machine, multi: Token) -> dict[str, Any]:
    """The attributes that BPMN gives a multi-instance activity, the instance that is just done counted as such."""
    active = len(machine.inside(multi)) - 1
    return {
        "numberOfInstances": Decimal(multi.total),
        "numberOfCompletedInstances": Decimal(multi.done + 1),
        "numberOfActiveInstances": Decimal(active),
        "numberOfTerminatedInstances": Decimal(0),
    }


def _finish(machine: Machine, multi: Token, node: Node, loop: Loop) -> None:
    if loop.results:
        assign(machine, machine.parent_of(multi), loop.results, multi.local["#results"])
    if undo := multi.local.get("#undo"):
        scope = machine.parent_of(multi)
        machine.keep(scope, "#done", [*scope.local.get("#done", ()), *undo])
    machine.later("leave", multi)


# -- the standard loop --------------------------------------------------------------------------------------------


def _begin_standard(machine: Machine, token: Token, node: Node, loop: Loop) -> None:
    _make_multi(machine, token, 0)
    if loop.test_before and not _goes_on(machine, token, loop, 0):
        machine.later("leave", token)
        return
    _spawn(machine, token, loop, 0, None)


def _goes_on(machine: Machine, token: Token, loop: Loop, done: int) -> bool:
    if loop.maximum and done >= loop.maximum:
        return False
    return (
        loop.condition is None or machine.value(loop.condition, token, {"loopCounter": Decimal(done)}) is True
    )


def instances_of(machine: Machine, multi: Token) -> Sequence[Token]:
    """The instances still open, in their order."""
    return sorted(machine.inside(multi), key=lambda token: (token.order, token.id))
