"""The Chinese way of approving, as laws on tasks and tokens. The door to every operation beside completing a task.

    claim_task · release_task            签收 · 退签      take a task of one's unit, give it back
    transfer_task                        转办             hand it over for good
    delegate_task · resolve_delegation   委托             hand it over for an opinion; it comes back to its owner
    add_signer · remove_signer           加签 · 减签      before or after oneself, inside a countersign too
    circulate_case · acknowledge_circulation  传阅        to be read; never holds anything up
    return_case                          退回             to a step done before, with or without doing all again
    withdraw_task                        撤回             take back one's last completion
    jump_case                            跳转             move the case by right
    urge_task                            催办
    suspend_case · resume_case           挂起 · 恢复
    withdraw_case                        撤件             by the applicant, before the decision
    void_case                            作废
    merge_cases · split_case             并案 · 拆分

Every operation takes a ``Run`` first, checks before it changes anything, and leaves the case at rest. What it refuses
it refuses with ``Conflict`` (not in this state), ``Refused`` (not by this person, or not at this step) or
``InvalidInput`` (not with this value). Whether the asker holds the permission at all is the store's question.
The laws themselves are written down, with a situation for each, in ``conformance/approval``.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.completing import open_task_of
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.returning import (
    jump_case,
    places_to_return,
    return_case,
)
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.interpreter.signers import (
    add_signer,
    new_holder,
    remove_signer,
    require_holder,
    require_power,
)
from chengshu.engines.cases.interpreter.taking_back import withdraw_task
from chengshu.engines.cases.interpreter.whole import (
    merge_cases,
    resume_case,
    split_case,
    suspend_case,
    void_case,
    withdraw_case,
)
from chengshu.engines.cases.state import Task, TaskKind, TaskState
from chengshu.foundation.errors import Conflict, InvalidInput

__all__ = [
    "acknowledge_circulation",
    "add_signer",
    "circulate_case",
    "claim_task",
    "delegate_task",
    "jump_case",
    "merge_cases",
    "places_to_return",
    "release_task",
    "remove_signer",
    "resolve_delegation",
    "resume_case",
    "return_case",
    "split_case",
    "suspend_case",
    "transfer_task",
    "urge_task",
    "void_case",
    "withdraw_case",
    "withdraw_task",
]


def claim_task(run: Run, task_id: int, *, by: int) -> None:
    """Take a task that nobody holds (签收).

    :raises Conflict: somebody holds it already
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        if task.assignee_id is not None and task.assignee_id != by:
            raise Conflict(
                _("Somebody else has taken “%(name)s” already.") % {"name": task.name},
                code="cases.task_taken",
                hint=_("Take another one, or ask its holder to hand it over."),
            )
        if task.assignee_id is None:
            run.change_task(task, assignee_id=by, data={**task.data, "claimed": True})
            run.note("task_claimed", task=task)


def release_task(run: Run, task_id: int, *, by: int | None) -> None:
    """Give a claimed task back to its unit.

    :raises Conflict: it was given to this very person, or nobody holds it
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        require_holder(task, by)
        if not task.data.get("claimed"):
            raise Conflict(
                _("“%(name)s” was given to this person and cannot go back to the unit.")
                % {"name": task.name},
                code="cases.task_not_claimed",
                hint=_("Hand it over to somebody else instead."),
            )
        rest = {key: value for key, value in task.data.items() if key != "claimed"}
        run.change_task(task, assignee_id=None, data=rest)
        run.note("task_released", task=task)


def transfer_task(
    run: Run,
    task_id: int,
    *,
    to: int | None = None,
    unit_id: int | None = None,
    role: str = "",
    by: int | None,
    reason: str = "",
) -> None:
    """Hand a task over for good (转办): to a person, or to a role at a unit.

    :raises Refused: the step does not allow it, or the task is somebody else's
    :raises Conflict: it is delegated, or the person signs this countersign already
    :raises InvalidInput: nobody is named, or the holder
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        require_power(run, task, "transfer", _("handing over"))
        _not_delegated(task)
        require_holder(task, by)
        if to is None and unit_id is None and not role:
            raise InvalidInput(_("Say to whom."), field="to", code="cases.nobody_named")
        if to is not None:
            new_holder(run, task, to)
        before = task.assignee_id
        rest = {key: value for key, value in task.data.items() if key not in ("claimed", "assignee")}
        values = {"unit_id": unit_id, "unit": ""} if unit_id is not None else {}
        run.change_task(task, assignee_id=to, data=rest, **values, **({"role": role} if role else {}))
        run.note("task_transferred", task=task, to=to, reason=reason, source=before)


def delegate_task(run: Run, task_id: int, *, to: int, by: int | None, reason: str = "") -> None:
    """Hand a task over for an opinion (委托); its owner keeps the decision and gets it back.

    It may be delegated on; each opinion goes back one hand.

    :raises Refused: the step does not allow it, or the task is somebody else's
    :raises Conflict: nobody owns it yet, or the person signs this countersign already
    :raises InvalidInput: the holder is named
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        require_power(run, task, "delegate", _("delegating"))
        require_holder(task, by)
        owner = task.assignee_id if task.assignee_id is not None else by
        if owner is None:
            raise Conflict(
                _("Nobody holds “%(name)s” who could get it back.") % {"name": task.name},
                code="cases.task_unowned",
                hint=_("Take it first."),
            )
        new_holder(run, task, to)
        owners = [*task.data.get("owners", ()), owner]
        data = {**task.data, "owners": owners, "kind": task.data.get("kind", task.kind.value)}
        run.change_task(task, kind=TaskKind.DELEGATED, owner_id=owner, assignee_id=to, data=data)
        run.note("task_delegated", task=task, to=to, reason=reason, source=owner)


def resolve_delegation(run: Run, task_id: int, *, by: int | None, opinion: str = "") -> None:
    """Give the opinion asked for; the task goes back to whom it came from.

    :raises Conflict: the task was not delegated
    :raises Refused: it was delegated to somebody else
    """
    with run.operation(by):
        task = open_task_of(run, task_id)
        if task.kind is not TaskKind.DELEGATED:
            raise Conflict(
                _("“%(name)s” was not delegated.") % {"name": task.name}, code="cases.task_not_delegated"
            )
        require_holder(task, by)
        *owners, owner = task.data["owners"]
        data = {key: value for key, value in task.data.items() if key not in ("owners", "kind")}
        kind = TaskKind(task.data["kind"])
        if owners:
            data, kind = {**data, "owners": owners, "kind": task.data["kind"]}, TaskKind.DELEGATED
        run.change_task(
            task, kind=kind, assignee_id=owner, owner_id=owners[-1] if owners else None, data=data
        )
        run.note("delegation_resolved", task=task, to=owner, opinion=opinion)


def urge_task(run: Run, task_id: int, *, by: int | None, reason: str = "") -> None:
    """Urge whoever has the task (催办); it is counted and shown, and changes nothing else."""
    with run.operation(by):
        task = open_task_of(run, task_id)
        run.change_task(task, urged=task.urged + 1)
        run.note("task_urged", task=task, reason=reason)


def circulate_case(
    run: Run, *, to: Sequence[int], by: int | None, task_id: int | None = None, reason: str = ""
) -> list[int]:
    """Give the case to people to read (传阅). It holds nothing up and outlasts the end of the case.

    :param task_id: the task at which it is circulated, whose step may forbid it
    :returns: the new tasks; who still has the case to read gets no second one
    :raises Refused: the step does not allow it
    :raises InvalidInput: nobody is named
    """
    with run.operation(by, even_suspended=True):
        at = open_task_of(run, task_id) if task_id is not None else None
        if at is not None:
            require_power(run, at, "circulate", _("circulating"))
        if not to:
            raise InvalidInput(_("Say to whom."), field="to", code="cases.nobody_named")
        reading = {t.assignee_id for t in run.state.tasks.values() if _is_being_read(t)}
        tasks = [_to_read(run, reader, at) for reader in dict.fromkeys(to) if reader not in reading]
        run.note("circulated", task=at, to=[task.assignee_id for task in tasks], reason=reason)
    return [task.id for task in tasks]


def _is_being_read(task: Task) -> bool:
    return task.kind is TaskKind.CIRCULATED and task.state is TaskState.OPEN


def _to_read(machine: Machine, reader: int, at: Task | None) -> Task:
    root = machine.root
    return machine.add_task(
        Task(
            id=machine.ids(),
            token=root.id,
            plan=at.plan if at else root.plan,
            node=at.node if at else "",
            name=at.name if at else machine.plan(root.plan).name,
            kind=TaskKind.CIRCULATED,
            unit_id=machine.case.unit_id,
            assignee_id=reader,
            opened_at=machine.now,
        )
    )


def acknowledge_circulation(run: Run, task_id: int, *, by: int | None, opinion: str = "") -> None:
    """Mark as read what was circulated, also after the case has ended.

    :raises Conflict: the task is not one to read, or was marked already
    :raises Refused: it was given to somebody else
    """
    task = open_task_of(run, task_id)
    if task.kind is not TaskKind.CIRCULATED:
        raise Conflict(
            _("“%(name)s” is to be done, not only read.") % {"name": task.name},
            code="cases.task_not_circulated",
        )
    require_holder(task, by)
    run.actor = by
    stand_in = run.stand_in if run.stand_in != by else None
    run.change_task(
        task,
        state=TaskState.COMPLETED,
        completed_by=stand_in or by,
        on_behalf_of=by if stand_in else None,
        completed_at=run.now,
        opinion=opinion,
        outcome="read",
    )
    run.note("circulation_acknowledged", task=task, opinion=opinion)
    run.finish()


def _not_delegated(task: Task) -> None:
    if task.kind is TaskKind.DELEGATED:
        raise Conflict(
            _("“%(name)s” was delegated for an opinion; its owner decides.") % {"name": task.name},
            code="cases.task_delegated",
            hint=_("Give the opinion; the task then goes back to its owner."),
        )
