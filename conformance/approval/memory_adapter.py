"""The reference engine, in memory, behind the conformance suite's adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from runner import Action, OpenTask, Refusal


def _prepare() -> None:
    """Let messages be translated when no Django project has been set up, as on the command line."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)


_prepare()

from chengshu.engines.cases.interpreter import approval  # noqa: E402
from chengshu.engines.cases.interpreter.memory import MemoryCases  # noqa: E402
from chengshu.engines.cases.interpreter.run import Run  # noqa: E402
from chengshu.engines.cases.state import Task, TaskKind, TaskState  # noqa: E402
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused  # noqa: E402

_KINDS = {Conflict: "conflict", Refused: "refused", InvalidInput: "invalid", Missing: "missing"}


class MemoryAdapter:
    """``MemoryCases`` speaking the suite's five verbs; cases are their ids."""

    def __init__(self) -> None:
        self.cases = MemoryCases()

    def deploy(self, model: bytes) -> None:
        self.cases.deploy(model)

    def start(self, variables: Mapping[str, Any], by: str) -> int:
        return self.cases.start(variables=variables, by=by)

    def open_tasks(self, case: int) -> Sequence[OpenTask]:
        return [self._seen(task) for task in self.cases.open_tasks(case)]

    def _seen(self, task: Task) -> OpenTask:
        holder = self.cases.name_of(task.assignee_id)
        if task.kind is TaskKind.CIRCULATED:
            return OpenTask(task.node, holder, "reading")
        if task.state is TaskState.HELD:
            return OpenTask(task.node, holder, "held")
        return OpenTask(task.node, holder, "delegated" if task.kind is TaskKind.DELEGATED else "open")

    def state(self, case: int) -> str:
        return self.cases.state(case).case.state.value

    def variables(self, case: int) -> Mapping[str, Any]:
        return {**self.cases.variables(case), "status": self.cases.state(case).case.status}

    def history(self, case: int) -> Sequence[int]:
        return [happening.seq for happening in self.cases.history(case)]

    def perform(self, case: int, action: Action) -> Any:
        try:
            if action.do == "message":
                return self.cases.message(str(action.to), payload=action.variables)
            if action.do == "advance":
                return self.cases.advance(timedelta(days=action.days))
            return self._perform(case, action)
        except ChengshuError as error:
            kind = next((name for known, name in _KINDS.items() if isinstance(error, known)), "error")
            raise Refusal(kind, str(error)) from error

    def _perform(self, case: int, action: Action) -> Any:
        by = self.cases.person(action.by or None)
        if action.do == "merge":
            return self._merge(case, action.other, by)
        if action.do == "split":
            return self._split(case, action, by)
        if action.do == "withdraw_task":
            ended = self._last_completed(case, action)
            return self.cases.call(case, lambda run: approval.withdraw_task(run, ended, by=by))
        operation = _OPERATIONS[action.do]
        return self.cases.call(case, lambda run: operation(self, run, action, by))

    # -- finding --------------------------------------------------------------------------------------------------

    def task(self, run: Run, action: Action) -> int:
        """The task that the action means: the one at the node, the actor's own if several are."""
        case = run.case.id
        found = [task for task in self.cases.open_tasks(case) if task.node == action.task]
        if action.do == "acknowledge":
            found = [task for task in found if task.kind is TaskKind.CIRCULATED]
        else:
            found = [task for task in found if task.kind is not TaskKind.CIRCULATED]
        holder = action.holder or action.on_behalf_of or action.by
        own = [task for task in found if task.assignee_id == self.cases.person(holder or None)]
        chosen = own or ([] if action.holder else found)
        if not chosen:
            raise Missing(f"no task at {action.task}")
        return chosen[0].id

    def to(self, action: Action) -> int:
        person = self.cases.person(str(action.to))
        assert person is not None
        return person

    def _last_completed(self, case: int, action: Action) -> Task:
        ended = [task for task in self.cases.ended_tasks.values() if task.node == action.task]
        mine = [task for task in ended if task.completed_by == self.cases.person(action.holder or action.by)]
        if not mine:
            raise Missing(f"nothing completed at {action.task}")
        return max(mine, key=lambda task: task.id)

    # -- operations on two cases ----------------------------------------------------------------------------------

    def _merge(self, case: int, other: int, by: int | None) -> None:
        second = self.cases.run(other)
        self.cases.call(case, lambda run: approval.merge_cases(run, second, by=by))
        self.cases.keep(second)

    def _split(self, case: int, action: Action, by: int | None) -> int:
        new_id = self.cases.new_id()
        twin = self.cases.call(
            case,
            lambda run: approval.split_case(
                run, self.task(run, action), case_id=new_id, by=by, variables=action.variables
            ),
        )
        self.cases.adopt(twin.state)
        self.cases.keep(twin)
        return new_id


Operation = Callable[[MemoryAdapter, Run, Action, int | None], Any]


def _complete(own: MemoryAdapter, run: Run, action: Action, by: int | None) -> None:
    run.complete_task(
        own.task(run, action),
        by=by,
        outcome=action.outcome,
        opinion=action.opinion,
        variables=action.variables,
        on_behalf_of=own.cases.person(action.on_behalf_of or None),
    )


def _return(own: MemoryAdapter, run: Run, action: Action, by: int | None) -> None:
    approval.return_case(
        run,
        own.task(run, action),
        to=str(action.to),
        visited=own.cases.visited(run.case.id),
        rerun=action.rerun,
        by=by,
        reason=action.opinion,
    )


def _circulate(own: MemoryAdapter, run: Run, action: Action, by: int | None) -> None:
    readers = [own.cases.person(name) for name in action.to]
    task = own.task(run, action) if action.task else None
    approval.circulate_case(run, to=[reader for reader in readers if reader is not None], by=by, task_id=task)


_OPERATIONS: Mapping[str, Operation] = {
    "complete": _complete,
    "return": _return,
    "circulate": _circulate,
    "claim": lambda own, run, action, by: approval.claim_task(run, own.task(run, action), by=by or 0),
    "release": lambda own, run, action, by: approval.release_task(run, own.task(run, action), by=by),
    "transfer": lambda own, run, action, by: approval.transfer_task(
        run, own.task(run, action), to=own.to(action), by=by
    ),
    "delegate": lambda own, run, action, by: approval.delegate_task(
        run, own.task(run, action), to=own.to(action), by=by
    ),
    "resolve": lambda own, run, action, by: approval.resolve_delegation(
        run, own.task(run, action), by=by, opinion=action.opinion
    ),
    "add_signer": lambda own, run, action, by: approval.add_signer(
        run,
        own.task(run, action),
        to=own.to(action),
        side=action.side,
        by=by,
        weight=action.weight,  # type: ignore[arg-type]
    ),
    "remove_signer": lambda own, run, action, by: approval.remove_signer(run, own.task(run, action), by=by),
    "acknowledge": lambda own, run, action, by: approval.acknowledge_circulation(
        run, own.task(run, action), by=by
    ),
    "jump": lambda own, run, action, by: approval.jump_case(
        run, own.task(run, action), to=str(action.to), by=by, by_right=action.by_right
    ),
    "urge": lambda own, run, action, by: approval.urge_task(run, own.task(run, action), by=by),
    "suspend": lambda own, run, action, by: approval.suspend_case(run, by=by, reason=action.opinion),
    "resume": lambda own, run, action, by: approval.resume_case(run, by=by),
    "withdraw_case": lambda own, run, action, by: approval.withdraw_case(run, by=by, reason=action.opinion),
    "void": lambda own, run, action, by: approval.void_case(run, by=by, reason=action.opinion),
}
