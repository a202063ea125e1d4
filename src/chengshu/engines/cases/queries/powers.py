"""What the asker may do with a task or a case now: which buttons a page shows. The actions check again."""

from __future__ import annotations

from typing import Final

from chengshu.engines.cases.interpreter.plan import Powers
from chengshu.engines.cases.library import library
from chengshu.engines.cases.models import Case, Task
from chengshu.engines.cases.state import CaseState, TaskKind, TaskState
from chengshu.engines.cases.who import Post, standing_of
from chengshu.foundation.asking import Asker

OF_TASKS: Final = (
    "claim_task",
    "release_task",
    "complete_task",
    "transfer_task",
    "delegate_task",
    "resolve_delegation",
    "add_signer",
    "remove_signer",
    "return_case",
    "withdraw_task",
    "urge_task",
    "acknowledge_circulation",
)
OF_CASES: Final = (
    "circulate_case",
    "withdraw_case",
    "jump_case",
    "suspend_case",
    "resume_case",
    "merge_cases",
    "split_case",
    "void_case",
    "attach_file",
)


def of_task(task: Task, case: Case, asker: Asker) -> frozenset[str]:
    """Names of actions that the asker may perform on the task now."""
    if task.state == TaskState.COMPLETED:
        may_withdraw = task.completed_by_id == asker.account_id and case.state == CaseState.RUNNING
        return frozenset({"withdraw_task"} if may_withdraw and step_powers(task).withdraw else ())
    if task.state != TaskState.OPEN or case.state != CaseState.RUNNING:
        return frozenset()
    names = set(_as_its_person(task, asker))
    if asker.holds_at("cases.urge_task", task.unit_id) or case.opened_by_id == asker.account_id:
        names.add("urge_task")
    if task.kind == TaskKind.ADDED and task.owner_id == asker.account_id:
        names.add("remove_signer")
    return frozenset(names)


def _as_its_person(task: Task, asker: Asker) -> set[str]:
    post = Post(task.unit_id, task.role, task.assignee_id, TaskKind(task.kind))
    if standing_of(post, asker, "cases.complete_task") is None:
        return set()
    if task.kind == TaskKind.CIRCULATED:
        return {"acknowledge_circulation"}
    if task.kind == TaskKind.DELEGATED:
        return {"resolve_delegation", "transfer_task"}
    powers = step_powers(task)
    names = {"complete_task", "claim_task" if task.assignee_id is None else "release_task"}
    names |= {"transfer_task"} if powers.transfer else set()
    names |= {"delegate_task"} if powers.delegate and task.kind != TaskKind.ADDED else set()
    names |= {"add_signer"} if powers.add_signer else set()
    names |= {"return_case"} if powers.returns is None or powers.returns else set()
    return names


def step_powers(task: Task) -> Powers:
    """What the model allows at the task's step."""
    node = library.plan(task.plan).nodes.get(task.node)
    return node.work.powers if node and node.work else Powers()


def of_case(case: Case, asker: Asker) -> frozenset[str]:
    """Names of actions that the asker may perform on the case now."""
    names: set[str] = set()
    if case.ended_at is not None:
        return frozenset({"circulate_case"} if _holds(case, asker, "circulate_case") else ())
    is_running = case.state == CaseState.RUNNING
    for name in ("circulate_case", "attach_file", "void_case"):
        if _holds(case, asker, name):
            names.add(name)
    if case.opened_by_id == asker.account_id:
        names |= {"attach_file"}
        names |= {"withdraw_case"} if is_running else set()
    for name in ("jump_case", "suspend_case", "merge_cases", "split_case"):
        if is_running and _holds(case, asker, name):
            names.add(name)
    if case.state == CaseState.SUSPENDED and _holds(case, asker, "resume_case"):
        names.add("resume_case")
    return frozenset(names)


def _holds(case: Case, asker: Asker, name: str) -> bool:
    units = asker.units(f"cases.{name}")
    return isinstance(units, str) or not units.isdisjoint(case.reader_units)
