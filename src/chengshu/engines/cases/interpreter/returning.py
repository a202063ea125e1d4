"""Going back and moving aside: 退回, 撤回, 跳转. Token edits that lose nothing and double nothing.

**With re-run** (and for a jump) the case stands at the target afterwards. In the scope of the target every token is
taken away that cannot stand beside it: what came after the target comes again when the case walks on. What runs on a
branch *parallel* to the target stays as it is. Where the target lies on one branch of a parallel block that the case
has already left, the join behind it gets a token for each other branch: those branches count as done and are not done
again. No join is ever left waiting for what can no longer come. If the returning step itself lies on a branch parallel
to the target, it stays open: only the other branch is redone.

**Without re-run** nothing is taken away. The returning step is parked, all of it, a countersign with all its signers;
a guest token does the target step once more, and then the parked step begins again where it stood. Votes already cast
in a parked countersign lapse, because what was voted on has changed.

Targets inside a sub-process or called process that has been left: it is opened again and begins at the target.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import Place
from chengshu.engines.cases.interpreter.completing import open_task_of
from chengshu.engines.cases.interpreter.events import arm_boundaries
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import KEPT, cancel_all, map_in
from chengshu.engines.cases.interpreter.plan import ACTIVITIES, JOINS, Kind, Node, Plan
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.interpreter.scopes import inside_of, open_call, open_frame
from chengshu.engines.cases.interpreter.signers import require_holder, require_power
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token, TokenState
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused

Visited = Collection[tuple[str, str]]
"""(plan, node) of every step that somebody has had a task at."""

RETURNED = "returned"
"""Outcome of the task by which a case was returned."""


@dataclass(frozen=True)
class Route:
    """The way from an open scope down to a node: the sub-processes and calls to enter, the node itself last."""

    scope: Token
    steps: tuple[tuple[Plan, Node], ...]

    @property
    def target(self) -> tuple[Plan, Node]:
        return self.steps[-1]


# -- return -------------------------------------------------------------------------------------------------------


def return_case(
    run: Run,
    task_id: int,
    *,
    to: str,
    visited: Visited,
    rerun: bool = True,
    by: int | None,
    reason: str = "",
    assignee: int | None = None,
) -> None:
    """Send the case back to a step where it has been (退回).

    :param to: node id of that step
    :param visited: where the case has been; the store reads it from the ended tasks
    :param rerun: walk forward again through everything between; else come straight back to this step afterwards
    :param assignee: who is to have the step again, usually whoever did it; else as the process assigns it
    :raises Refused: the process does not allow it at this step, or the task is somebody else's
    :raises Conflict: the case has never been at that step
    :raises InvalidInput: it is this very step, or lies inside a part that is done several times at once
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        require_holder(task, by)
        _can_return(task, run.node_of(run.state.tokens[task.token]), to)
        step = step_of(run, task)
        route = _route_back(run, step, to, visited)
        _not_inside_several(route)
        source = task.node
        if not rerun:
            _close(run, task, by, reason)
            _send_guest(run, step, route)
        elif _stays(run, step, route):
            _enter_along(run, route)
        else:
            _close(run, task, by, reason)
            _enter_along(run, route)
        run.note("case_returned", task=task, to=to, rerun=rerun, reason=reason, source=source)
        run.settle()
        _give_back_to(run, to, assignee)


def _can_return(task: Task, node: Node, to: str) -> None:
    returns = node.work.powers.returns if node.work is not None else None
    if returns is not None and to not in returns:
        raise Refused(
            _("“%(name)s” does not allow going back there.") % {"name": task.name},
            code="cases.not_at_this_step",
            hint=_("Choose one of the steps that the process allows.")
            if returns
            else _("Decide here instead."),
        )
    if to == node.id:
        raise InvalidInput(
            _("The case is at “%(name)s” now.") % {"name": task.name},
            field="to",
            code="cases.return_to_itself",
        )
    if task.kind in (TaskKind.DELEGATED, TaskKind.CIRCULATED):
        raise Conflict(
            _("Only whoever decides “%(name)s” can send the case back.") % {"name": task.name},
            code="cases.not_the_decider",
            hint=_("Give the opinion; the owner can then send it back."),
        )


def step_of(machine: Machine, task: Task) -> Token:
    """The token of the whole step: of the countersign, not of one signer."""
    token = machine.state.tokens[task.token]
    return machine.parent_of(token) if machine.is_instance(token) else token


def _close(machine: Machine, task: Task, by: int | None, reason: str) -> None:
    """The task is done: its holder has sent the case back."""
    stand_in = machine.stand_in if machine.stand_in != by else None
    machine.change_task(
        task,
        state=TaskState.COMPLETED,
        outcome=RETURNED,
        opinion=reason,
        completed_by=stand_in or by,
        on_behalf_of=by if stand_in else None,
        completed_at=machine.now,
    )


def _give_back_to(machine: Machine, node: str, assignee: int | None) -> None:
    if assignee is None:
        return
    for task_id in machine.delta.tasks_new:
        task = machine.state.tasks[task_id]
        if task.node == node and task.kind is TaskKind.TASK and task.state is TaskState.OPEN:
            machine.change_task(task, assignee_id=assignee)


def _route_back(machine: Machine, step: Token, to: str, visited: Visited) -> Route:
    for route in routes(machine, step, to):
        if (route.target[0].ref, to) in visited:
            return route
    if not any(node == to for _plan, node in visited):
        raise Conflict(
            _("The case has never been at “%(to)s”.") % {"to": _title(machine, step, to)},
            code="cases.never_there",
            hint=_("Choose one of the steps it has been at."),
        )
    raise InvalidInput(
        _("There is no way back from here to “%(to)s”.") % {"to": to},
        field="to",
        code="cases.no_way_back",
        hint=_("It lies in a part of the process that this step is not inside of. Choose a step outside it."),
    )


def _title(machine: Machine, step: Token, node_id: str) -> str:
    node = machine.plan(step.plan).nodes.get(node_id)
    return node.title if node is not None else node_id


def places_to_return(machine: Machine, task_id: int, visited: Visited) -> tuple[Place, ...]:
    """The steps to which the holder of this task may send the case back, in the order of the drawing."""
    task = open_task_of(machine, task_id)
    step = step_of(machine, task)
    node = machine.node_of(step)
    allowed = node.work.powers.returns if node.work is not None else None
    found: dict[str, Place] = {}
    for plan_ref, node_id in sorted(visited, key=lambda place: _drawn_at(machine, place)):
        if node_id == node.id or (allowed is not None and node_id not in allowed):
            continue
        if any(route.target[0].ref == plan_ref for route in routes(machine, step, node_id)):
            found.setdefault(
                node_id, Place(node_id, machine.plan(plan_ref).nodes[node_id].title, visited=True)
            )
    return tuple(found.values())


def _drawn_at(machine: Machine, place: tuple[str, str]) -> tuple[str, int]:
    plan = machine.plan(place[0])
    return place[0], list(plan.nodes).index(place[1]) if place[1] in plan.nodes else -1


# -- routes -------------------------------------------------------------------------------------------------------


def routes(machine: Machine, step: Token, to: str) -> Iterator[Route]:
    """Ways to a node of that id: from the innermost scope around the step outwards."""
    for scope in machine.around(step):
        if scope is step or scope.state is not TokenState.SCOPE or "#undoing" in scope.local:
            continue
        plan, scope_id = inside_of(machine, scope)
        for steps in _ways(machine, plan, scope_id, to, frozenset({plan.ref})):
            yield Route(scope, steps)


def _ways(
    machine: Machine, plan: Plan, scope_id: str, to: str, seen: frozenset[str]
) -> Iterator[tuple[tuple[Plan, Node], ...]]:
    node = plan.nodes.get(to)
    if node is not None and (chain := _chain(plan, scope_id, node)):
        yield chain
    for call in plan.nodes.values():
        if call.kind is not Kind.CALL or not call.called or not (chain := _chain(plan, scope_id, call)):
            continue
        try:
            called = machine.plan(machine.library.called(plan.ref, call.called))
        except Missing:
            continue
        if called.ref not in seen:
            for rest in _ways(machine, called, "", to, seen | {called.ref}):
                yield (*chain, *rest)


def _chain(plan: Plan, scope_id: str, node: Node) -> tuple[tuple[Plan, Node], ...]:
    """The sub-processes from the scope down to the node; empty when it does not lie inside the scope."""
    chain = [(plan, node)]
    while node.scope != scope_id:
        if not node.scope:
            return ()
        node = plan.nodes[node.scope]
        if node.kind is Kind.EVENT_SUBPROCESS:
            return ()
        chain.insert(0, (plan, node))
    return tuple(chain)


# -- entering -----------------------------------------------------------------------------------------------------


def _stays(machine: Machine, step: Token, route: Route) -> bool:
    """Whether the step lies on a branch parallel to where the route goes, and so is not touched."""
    plan, first = route.steps[0]
    child = next(here for here in machine.around(step) if here.parent == route.scope.id)
    return plan.side_by_side(first.id, place_of(machine, child))


def place_of(machine: Machine, token: Token) -> str:
    """Where a token stands on the drawing: its node, or the flow by which it waits at a join."""
    node = machine.node_of(token)
    joins = node.kind in JOINS and len(node.incoming) > 1
    return token.via if joins and token.via else token.node


def _enter_along(run: Run, route: Route) -> None:
    """Take away what cannot stand beside the target, then put a token at it."""
    scope = route.scope
    for index, (plan, node) in enumerate(route.steps):
        last = index == len(route.steps) - 1
        inner = None if last else _open_scope_at(run, scope, node)
        _make_room(run, scope, plan, node, keep=inner)
        # What had to go may have taken the inner scope along: it was open only for a guest of a parked step.
        if inner is None or not run.alive(inner):
            place_along(run, scope, route.steps[index:])
            break
        scope = inner
    _wake_orphans(run)


def _open_scope_at(machine: Machine, scope: Token, node: Node) -> Token | None:
    here = [
        child for child in machine.inside(scope) if child.node == node.id and child.state is TokenState.SCOPE
    ]
    return here[0] if len(here) == 1 else None


def _make_room(machine: Machine, scope: Token, plan: Plan, node: Node, *, keep: Token | None) -> None:
    gone = [
        child
        for child in machine.inside(scope)
        if child is not keep and not _may_stay(machine, child, plan, node)
    ]
    cancel_all(machine, gone, "the case went elsewhere")


def _may_stay(machine: Machine, child: Token, plan: Plan, node: Node) -> bool:
    if machine.node_of(child).kind is Kind.EVENT_SUBPROCESS:
        return True
    return plan.side_by_side(node.id, place_of(machine, child))


def place_along(
    run: Run, scope: Token, steps: tuple[tuple[Plan, Node], ...], *, guest_of: Token | None = None
) -> Token:
    """Put a token at the first of the steps; open those that are scopes, down to the last.

    :param guest_of: the parked step for which it is done; such a token goes back and not on, and so needs no joins
    :returns: the outermost token made
    """
    (plan, node), *rest = steps
    via = node.incoming[0].id if node.incoming else ""
    local = {"#back": guest_of.id} if guest_of is not None else {}
    token = run.new_token(scope, plan.ref, node.id, via=via, local=local)
    if guest_of is None:
        _credit_joins(run, scope, plan, node.scope)
    if not rest:
        run.later("enter", token)
        return token
    try:
        _reopen(run, token, node)
    except ChengshuError as error:
        run.stop(token, "enter", error)
        return token
    inner = place_along(run, token, tuple(rest), guest_of=guest_of)
    if guest_of is not None:
        run.forget(inner, "#back")
        run.keep(inner, "#guest", True)
    return token


def _reopen(run: Run, token: Token, node: Node) -> None:
    """Open a sub-process or call again, without beginning at its start."""
    map_in(run, token, node)
    arm_boundaries(run, token, node)
    if node.kind is Kind.CALL:
        open_call(run, token, node, node.called)
        return
    open_frame(run, token)
    if node.kind is Kind.AD_HOC:
        run.keep(token, "#next", [])


def _credit_joins(machine: Machine, scope: Token, plan: Plan, scope_id: str) -> None:
    """Let no join wait for what can no longer come: count those branches as done.

    A join that waits for a token, or that one is on its way to, gets one for every flow by which none can come.
    """
    for join_id, reach in plan.reach.items():
        join = plan.nodes[join_id]
        if join.kind is not Kind.PARALLEL or join.scope != scope_id:
            continue
        coming = _coming(machine, scope, reach)
        dead = [flow for flow in join.incoming if flow.id not in coming]
        for flow in dead if len(dead) < len(join.incoming) else ():
            credit = machine.new_token(scope, plan.ref, join.id, via=flow.id)
            machine.note("credited", credit)
            machine.later("enter", credit)


def _coming(machine: Machine, scope: Token, reach: Mapping[str, frozenset[str]]) -> set[str]:
    """The flows of a join on which a token waits, or by which one elsewhere in the scope can still come."""
    coming: set[str] = set()
    for child in machine.inside(scope):
        place = place_of(machine, child)
        coming.add(place)
        if not _is_guest(child):
            coming |= reach.get(place, frozenset())
    return coming


def _is_guest(token: Token) -> bool:
    return "#guest" in token.local or "#back" in token.local


# -- without re-run -----------------------------------------------------------------------------------------------


def _send_guest(run: Run, step: Token, route: Route) -> None:
    """Park the step and let a guest do the target once more."""
    kept = {key: value for key, value in step.local.items() if key in KEPT}
    for child in run.inside(step):
        run.drop(child)
    run.clear(step)
    run.rest(step)
    run.touch(step)
    step.local = kept
    depth = _open_depth(run, route)
    guest = place_along(run, _innermost_open(run, route), route.steps[depth:], guest_of=step)
    run.keep(step, "#parked", guest.id)


def _open_depth(machine: Machine, route: Route) -> int:
    """How many scopes of the route are open already."""
    scope, depth = route.scope, 0
    for _plan, node in route.steps[:-1]:
        inner = _open_scope_at(machine, scope, node)
        if inner is None:
            break
        scope, depth = inner, depth + 1
    return depth


def _innermost_open(machine: Machine, route: Route) -> Token:
    scope = route.scope
    for _plan, node in route.steps[: _open_depth(machine, route)]:
        inner = _open_scope_at(machine, scope, node)
        assert inner is not None
        scope = inner
    return scope


def _wake_orphans(run: Run) -> None:
    """A parked step whose guest was taken away begins again at once."""
    for token in list(run.state.tokens.values()):
        guest = token.local.get("#parked")
        if guest is not None and guest not in run.state.tokens and run.alive(token):
            run.forget(token, "#parked")
            run.rest(token, TokenState.ACTIVE)
            run.later("enter", token)


# -- jump ---------------------------------------------------------------------------------------------------------


def jump_case(
    run: Run, task_id: int, *, to: str, by: int | None, by_right: bool = False, reason: str = ""
) -> None:
    """Move the case to any step of the process (跳转), passing over whatever lies between.

    :param by_right: the asker may move any case; else the step must allow it
    :raises Refused: neither holds
    :raises Missing: there is no such step that can be reached from here
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        if not by_right:
            require_power(run, task, "jump", _("moving the case"))
            require_holder(task, by)
        step = step_of(run, task)
        source = task.node
        route = next((route for route in routes(run, step, to) if _is_place(route.target[1])), None)
        if route is None or to == source:
            raise Missing(
                _("The case cannot be moved to “%(to)s” from here.") % {"to": to},
                code="cases.no_such_node",
                hint=_("Choose another step of the process."),
            )
        _not_inside_several(route)
        _enter_along(run, route)
        run.note("case_jumped", node=to, reason=reason, to=to, source=source)


def _is_place(node: Node) -> bool:
    return (node.kind in ACTIVITIES and not node.for_compensation) or node.kind in (Kind.END, Kind.CATCH)


def _not_inside_several(route: Route) -> None:
    """:raises InvalidInput: the way leads into a multi-instance sub-process, and which instance is meant is open"""
    for _plan, node in route.steps[:-1]:
        if node.loop is not None:
            raise InvalidInput(
                _("“%(name)s” is done several times at once; the case cannot go to one step inside it.")
                % {"name": node.title},
                field="to",
                code="cases.inside_multi_instance",
                hint=_("Choose “%(name)s” itself.") % {"name": node.title},
            )
