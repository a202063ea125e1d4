"""What is done to a whole case: opening it, showing it around, stopping it, joining and splitting, ending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import handing_in, handing_over, opening, places, splitting, store
from chengshu.engines.cases.interpreter import approval
from chengshu.engines.cases.state import Task, TaskKind, TaskState, Token, TokenState
from chengshu.engines.cases.who import holds_at_one, require_at_one
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput


@action(title=_("Open a case"), at=Reach.ANYWHERE)
def open_case(
    *,
    definition: str,
    unit_id: int | None = None,
    title: str = "",
    variables: Mapping[str, Any] | None = None,
    simulated: bool = False,
    applicant_id: int | None = None,
) -> int:
    """Open a case by the deployed version of a definition and run it to its first waiting steps.

    :param definition: key, such as ``sample.seal_use``
    :param unit_id: whose case it is; the definition's own unit unless given, else one where the asker may open cases
    :param title: shown in every list; the model's own title expression, or the definition's name, unless given
    :param variables: what the start form hands to the process; the platform itself may add names of its own
    :param applicant_id: account of the person on whose behalf it is opened: the case is theirs to read, to supplement
        and to withdraw; the asker's own unless given
    :return: the case's id
    :raises Missing: if nothing is deployed under this key
    :raises Refused: if the unit is neither the definition's own nor one of the asker's power; if it is opened for
        somebody else without that power at the unit
    :raises InvalidInput: ``variables`` if one of them is not named by the start form, or they are too large
    """
    return opening.open_new(
        opening.checked(
            definition=definition,
            unit_id=unit_id,
            title=title,
            variables=variables,
            simulated=simulated,
            applicant_id=applicant_id,
        )
    )


@action(title=_("Open many cases at once"), at=Reach.ANYWHERE)
def open_cases(*, items: Sequence[Mapping[str, Any]]) -> list[int]:
    """Open up to ``handing_over.MOST`` cases in one transaction: all of them, or none.

    Each is opened as ``open_case`` opens it, under its permission, and has an audit entry of its own.

    :param items: for each case ``definition``, and where wanted ``unit_id``, ``title`` and ``variables``
    :return: the ids of the cases, in the order of the items
    :raises InvalidInput: ``items`` if there are too many, or some cannot be opened; its data names each of those by
        position (from 0) with code, field, message and hint
    """
    return handing_over.open_all(items)


@action(title=_("Circulate a case"), at=Reach.ANYWHERE)
def circulate_case(*, case_id: int, to: Sequence[int], note: str = "", task_id: int | None = None) -> None:
    """传阅: have people read a case; it never waits for them.

    :param to: account ids; who still has the case to read gets no second copy
    :param task_id: the task at which it is circulated; its step may forbid it
    """
    readers = [places.require_account(account_id, "to") for account_id in to]
    with store.at_case(case_id, must_run=False) as work:
        _require_here(work, "cases.circulate_case")
        approval.circulate_case(work.run, to=readers, by=work.doer.account_id, task_id=task_id, reason=note)


@action(title=_("Withdraw an application"), at=Reach.SELF)
def withdraw_case(*, case_id: int, reason: str) -> None:
    """撤回申请: whoever opened the case takes it back before it is decided; it ends with status 14.

    :raises Refused: to anybody else
    """
    _given(reason)
    with store.at_case(case_id, must_run=False) as work:
        approval.withdraw_case(work.run, by=work.doer.account_id, reason=reason)


@action(title=_("Move a case to another step"), at=Reach.SELF)
def jump_case(*, case_id: int, to: str, reason: str, from_node: str = "") -> None:
    """跳转: continue at another step, whatever lies between; by right, or where the step itself allows it.

    :param to: node id, one of ``places_to_jump(case_id)``
    :param from_node: which of several open steps is left; may be empty when there is one
    """
    _given(reason)
    with store.at_case(case_id) as work:
        by_right = holds_at_one(current_asker(), "cases.jump_case", work.columns["reader_units"])
        task = _task_left(work, from_node)
        if task is not None:
            if not by_right:
                work.stand_for(task, "complete_task")
            approval.jump_case(
                work.run, task.id, to=to, by=work.doer.account_id, by_right=by_right, reason=reason
            )
            return
        _require_here(work, "cases.jump_case")
        work.run.move_token(_token_left(work, from_node).id, to, by=work.doer.account_id)


@action(title=_("Suspend a case"), at=Reach.ANYWHERE)
def suspend_case(*, case_id: int, reason: str) -> None:
    """挂起: nothing may be done in it and none of its timers fires until it is resumed."""
    _given(reason)
    with store.at_case(case_id) as work:
        _require_here(work, "cases.suspend_case")
        approval.suspend_case(work.run, by=work.doer.account_id, reason=reason)


@action(title=_("Resume a case"), at=Reach.ANYWHERE)
def resume_case(*, case_id: int, reason: str = "") -> None:
    """恢复: go on with a suspended case; what fell due meanwhile happens now."""
    with store.at_case(case_id, must_run=False) as work:
        _require_here(work, "cases.resume_case")
        approval.resume_case(work.run, by=work.doer.account_id, reason=reason)


@action(title=_("Merge cases"), at=Reach.ANYWHERE)
def merge_cases(*, case_id: int, into: int, reason: str) -> None:
    """并案: end this case, to be dealt with in another; both say so."""
    _given(reason)
    works = {}
    for one in sorted({case_id, into}):
        works[one] = store.take(one)
        _require_here(works[one], "cases.merge_cases")
    lead, other = works[into], works[case_id]
    approval.merge_cases(lead.run, other.run, by=lead.doer.account_id, reason=reason)
    other.columns["merged_into_id"] = into
    store.write(lead)
    store.write(other)


@action(title=_("Split a case"), at=Reach.ANYWHERE)
def split_case(
    *,
    case_id: int,
    title: str,
    reason: str,
    variables: Mapping[str, Any] | None = None,
    from_node: str = "",
) -> int:
    """拆分: open a second case that stands where this one stands, with the same data; returns its id.

    :param variables: what differs in the new case
    """
    _given(reason)
    handing_in.insist_small(variables)
    with store.at_case(case_id) as work:
        _require_here(work, "cases.split_case")
        task = _task_left(work, from_node)
        if task is None:
            raise Conflict(
                _("The case stands at no step that could be split."),
                code="cases.cannot_split",
                hint=_("Wait until a step is open."),
            )
        return splitting.split(work, task.id, title=title, reason=reason, variables=variables)


@action(title=_("Void a case"), at=Reach.ANYWHERE)
def void_case(*, case_id: int, reason: str) -> None:
    """作废: end a case that should not be; its history stays."""
    _given(reason)
    with store.at_case(case_id, must_run=False) as work:
        _require_here(work, "cases.void_case")
        approval.void_case(work.run, by=work.doer.account_id, reason=reason)


def _task_left(work: store.Work, from_node: str) -> Task | None:
    """The open task that is left; None when there is none.

    :raises InvalidInput: ``from_node`` if there are several
    """
    open_tasks = [
        task
        for task in work.state.tasks.values()
        if task.state == TaskState.OPEN and task.kind != TaskKind.CIRCULATED and from_node in ("", task.node)
    ]
    if len({task.node for task in open_tasks}) > 1:
        raise _several(sorted({task.name for task in open_tasks}))
    return open_tasks[0] if open_tasks else None


def _token_left(work: store.Work, from_node: str) -> Token:
    standing = [
        token
        for token in work.state.tokens.values()
        if token.state in (TokenState.WAITING, TokenState.FAULTY) and from_node in ("", token.node)
    ]
    if len(standing) != 1:
        raise _several(sorted({token.node for token in standing}))
    return standing[0]


def _several(names: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        _("Say which of the open steps is meant: %(names)s.") % {"names": ", ".join(names)},
        field="from_node",
        code="cases.which_step",
        hint=_("Choose one of them."),
    )


def _require_here(work: store.Work, permission: str) -> None:
    """The permission must be held at one of the case's units; to have taken part is not enough."""
    require_at_one(current_asker(), permission, work.columns["reader_units"], work.columns["unit_id"])


def _given(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            _("Say why."), field="reason", code="cases.reason_missing", hint=_("A sentence is enough.")
        )
