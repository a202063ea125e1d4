"""What all activities share: loops first, then inputs, boundary events, and the work itself."""

from __future__ import annotations

from collections.abc import Callable

from chengshu.engines.cases.interpreter.events import arm_boundaries
from chengshu.engines.cases.interpreter.loops import open_loop
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import Behaviour, enters, map_in
from chengshu.engines.cases.interpreter.plan import ACTIVITIES, Kind, Node
from chengshu.engines.cases.state import Token

BEGINNING: dict[Kind, Behaviour] = {}
"""The work of each kind of activity."""


def begins(*kinds: Kind) -> Callable[[Behaviour], Behaviour]:
    """Register the work of these kinds of activities."""

    def register(behaviour: Behaviour) -> Behaviour:
        BEGINNING.update(dict.fromkeys(kinds, behaviour))
        return behaviour

    return register


@enters(*ACTIVITIES)
def enter_activity(machine: Machine, token: Token, node: Node) -> None:
    instance = machine.is_instance(token)
    if node.loop is not None and not instance:
        arm_boundaries(machine, token, node)
        open_loop(machine, token, node, node.loop)
        return
    if node.inputs:
        map_in(machine, token, node)
    if node.boundaries and not instance:
        arm_boundaries(machine, token, node)
    BEGINNING[node.kind](machine, token, node)
