"""What the model says about a case's future and past: steps to come, places to return to, decisions offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chengshu.engines.cases.data import NextStep, Outcome, Place
from chengshu.engines.cases.interpreter.plan import HUMAN, Flow, Kind, Node, Plan
from chengshu.engines.cases.library import library
from chengshu.engines.cases.models import Case, Task, Token
from chengshu.engines.cases.queries.names import role_titles
from chengshu.engines.cases.state import TaskState, TokenState

WAITING_KINDS = HUMAN | {
    Kind.SERVICE,
    Kind.RECEIVE,
    Kind.CALL,
    Kind.SUBPROCESS,
    Kind.TRANSACTION,
    Kind.CATCH,
    Kind.END,
}
"""Where a case stops, or what is worth naming; gateways and throws are passed through."""


def next_steps(case: Case, tokens: Sequence[Token]) -> tuple[NextStep, ...]:
    """The steps directly ahead of where the case stands, each with the condition on the way."""
    standing = {
        (token.plan, token.node)
        for token in tokens
        if token.state != TokenState.SCOPE and token.parent_id is not None
    }
    found: dict[str, NextStep] = {}
    for ref, node_id in sorted(standing):
        plan = library.plan(ref)
        if node_id in plan.nodes:
            for step in _after(plan, plan.node(node_id)):
                found.setdefault(step.node, step)
    titles = role_titles(step.who for step in found.values())
    return tuple(
        NextStep(step.node, step.name, step.kind, step.condition, titles.get(step.who, step.who))
        for step in found.values()
    )


def _after(plan: Plan, node: Node) -> Iterator[NextStep]:
    seen = {node.id}
    waiting = [(flow, _condition(flow)) for flow in node.outgoing]
    while waiting:
        flow, condition = waiting.pop(0)
        target = plan.nodes.get(flow.target)
        if target is None or target.id in seen:
            continue
        seen.add(target.id)
        if target.kind in WAITING_KINDS:
            role = target.work.assign.role if target.work else ""
            yield NextStep(target.id, target.title, target.kind.value, condition, role)
        else:
            waiting += [(onward, _joined(condition, _condition(onward))) for onward in target.outgoing]


def _condition(flow: Flow) -> str:
    return flow.name or (flow.condition.text if flow.condition else "")


def _joined(first: str, second: str) -> str:
    return " · ".join(part for part in (first, second) if part)


def node_names(case_id: int, nodes: Iterable[str], *, plans: Iterable[str] = ()) -> dict[str, str]:
    """Node id → what its model calls it, over the case's own process and every process it called.

    :param plans: of the case, its tasks and its tokens in this order, where they are known
    """
    wanted = set(nodes)
    if not wanted:
        return {}
    refs = list(plans) or _plans(case_id)
    names: dict[str, str] = {}
    for ref in dict.fromkeys(refs):
        known = library.plan(ref).nodes
        names.update({node: known[node].title for node in wanted & set(known) if node not in names})
    return names


def _plans(case_id: int) -> list[str]:
    refs = list(Case.objects.filter(pk=case_id).values_list("plan", flat=True))
    refs += list(Task.objects.filter(case_id=case_id).values_list("plan", flat=True).distinct())
    refs += list(Token.objects.filter(case_id=case_id).values_list("plan", flat=True).distinct())
    return refs


def outcomes_of(task_id: int) -> tuple[Outcome, ...]:
    """What the model offers as decisions at a task's step; empty for a step that is simply done.

    :raises Missing: if there is no task that the asker may see
    """
    from chengshu.engines.cases.queries.cases import task_row

    task = task_row(task_id)
    node = library.plan(task.plan).nodes.get(task.node)
    return node.work.outcomes if node and node.work else ()


def places_to_return(task_id: int) -> tuple[Place, ...]:
    """Where this task's case can be sent back to: human steps it has passed, as far as the step allows, latest last.

    :raises Missing: if there is no task that the asker may see
    """
    from chengshu.engines.cases.queries.cases import task_row

    task = task_row(task_id)
    plan = library.plan(task.plan)
    node = plan.nodes.get(task.node)
    allowed = node.work.powers.returns if node and node.work else None
    return tuple(
        Place(visited, plan.node(visited).title, visited=True)
        for visited in _visited(task)
        if visited in plan.nodes
        and visited != task.node
        and plan.node(visited).kind in HUMAN
        and (allowed is None or visited in allowed)
        and not plan.side_by_side(visited, task.node)
    )


def places_to_jump(case_id: int) -> tuple[Place, ...]:
    """The human steps of the case's own process, passed ones marked.

    :raises Missing: if there is no case that the asker may see
    """
    from chengshu.engines.cases.queries.cases import case_row

    case = case_row(case_id)
    plan = library.plan(case.plan)
    passed = set(Task.objects.filter(case_id=case_id, plan=case.plan).values_list("node", flat=True))
    return tuple(
        Place(node.id, node.title, visited=node.id in passed)
        for node in plan.nodes.values()
        if node.kind in HUMAN
    )


def _visited(task: Task) -> list[str]:
    """Nodes of the same process where a task of this case was completed, in the order of their last completion."""
    done = Task.objects.filter(case_id=task.case_id, plan=task.plan, state=TaskState.COMPLETED)
    nodes = done.order_by("completed_at", "id").values_list("node", flat=True)
    return list(reversed(list(dict.fromkeys(reversed(list(nodes))))))
