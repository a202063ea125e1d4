"""Operations on a case as a whole: on hold, withdrawn, void, joined with another, split in two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter.completing import open_task_of
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.interpreter.scopes import open_frame, terminate_case
from chengshu.engines.cases.state import CaseRow, CaseState, State, TaskKind, TokenState
from chengshu.foundation.errors import Conflict, InvalidInput, Refused

WITHDRAWN = "14"
"""National status code of a case that the applicant has withdrawn (撤回)."""
DECIDED = frozenset({"2", "4", "5", "11", "12", "13", "14", "15"})
"""National status codes after which a case cannot be withdrawn: refused, decided, withdrawn, revoked."""


def suspend_case(run: Run, *, by: int | None, reason: str = "") -> None:
    """Put the case on hold (挂起): nothing of it can be done, no timer fires, until it is resumed.

    :raises Conflict: it is on hold already, or has ended
    """
    with run.operation(by):
        run.set_case(state=CaseState.SUSPENDED)
        run.note("case_suspended", reason=reason)


def resume_case(run: Run, *, by: int | None, reason: str = "") -> None:
    """Go on with a case on hold (恢复). Timers that fell due meanwhile fire now; none is put off.

    :raises Conflict: it is not on hold
    """
    with run.operation(by, even_suspended=True):
        if run.case.state is not CaseState.SUSPENDED:
            raise Conflict(_("This case is not suspended."), code="cases.not_suspended")
        run.set_case(state=CaseState.RUNNING)
        run.note("case_resumed", reason=reason)


def withdraw_case(run: Run, *, by: int | None, reason: str = "") -> None:
    """The applicant takes the whole case back before it is decided; its status becomes 14.

    :raises Refused: somebody else filed it
    :raises Conflict: it is decided or has ended
    """
    run.require_open()
    if by is not None and by != run.case.opened_by:
        raise Refused(
            _("Only the applicant can withdraw this case."),
            code="cases.not_the_applicant",
            hint=_("An authority that wants to end it voids or rejects it."),
        )
    if run.case.status in DECIDED:
        raise Conflict(
            _("This case is decided and can no longer be withdrawn."),
            code="cases.decided",
            hint=_("File a new case, or ask for review."),
        )
    run.actor = by
    run.set_case(status=WITHDRAWN)
    terminate_case(run, outcome="withdrawn", reason=reason, kind="case_withdrawn")
    run.finish()


def void_case(run: Run, *, by: int | None, reason: str) -> None:
    """Declare the case void (作废): it ends, keeps its number and history, and counts for nothing.

    :raises InvalidInput: no reason is given
    :raises Conflict: it has ended
    """
    run.require_open()
    if not reason.strip():
        raise InvalidInput(
            _("Say why the case is void."),
            field="reason",
            code="cases.reason_missing",
            hint=_("The reason stays in the file of the case."),
        )
    run.actor = by
    terminate_case(run, outcome="void", reason=reason, state=CaseState.VOID, kind="case_voided")
    run.finish()


def merge_cases(lead: Run, other: Run, *, by: int | None, reason: str = "") -> None:
    """Join ``other`` to ``lead`` (并案): the lead goes on for both, the other ends.

    The lead's variable ``merged_cases`` names every case that was joined to it.

    :raises InvalidInput: they are the same case
    :raises Conflict: one of them is suspended, decided or has ended
    """
    if lead.case.id == other.case.id:
        raise InvalidInput(_("A case cannot be joined to itself."), field="other", code="cases.same_case")
    for run in (lead, other):
        run.require_running()
        if run.case.status in DECIDED:
            raise Conflict(
                _("A decided case cannot be joined to another."),
                code="cases.decided",
                hint=_("Leave it as it is."),
            )
    joined = [*lead.case.variables.get("merged_cases", ()), other.case.id]
    joined += other.case.variables.get("merged_cases", ())
    with lead.operation(by):
        lead.set_case_variable("merged_cases", joined)
        lead.note("cases_merged", other=other.case.id, reason=reason)
    other.actor = by
    other.note("merged_into", other=lead.case.id)
    terminate_case(other, outcome="merged", reason=reason)
    other.finish()


def split_case(
    run: Run,
    task_id: int,
    *,
    case_id: int,
    by: int | None,
    reason: str = "",
    title: str = "",
    variables: Mapping[str, Any] | None = None,
) -> Run:
    """Make a part of the case a case of its own (拆分): it begins at the same step, with the same data.

    :param case_id: id of the new case
    :param variables: what differs in the new case, as JSON
    :returns: the run of the new case; its ``delta`` and ``state`` are to be written beside this one's
    :raises Conflict: the case stands at several places at once, or inside a part of the process
    """
    task = open_task_of(run, task_id)
    run.require_running()
    token = run.state.tokens[task.token]
    step = run.parent_of(token) if run.is_instance(token) else token
    root = run.root
    if step.parent != root.id or len(run.inside(root)) > 1 or task.kind is TaskKind.CIRCULATED:
        raise Conflict(
            _("The case stands at several steps at once and cannot be split here."),
            code="cases.cannot_split",
            hint=_("Split it before the branches part, or after they have met."),
        )
    twin = _twin(run, case_id, title, variables or {})
    twin.actor = by
    new_root = twin.new_token(None, root.plan, "", state=TokenState.SCOPE)
    twin.note("split_from", new_root, other=run.case.id, reason=reason)
    open_frame(twin, new_root)
    twin.later("enter", twin.new_token(new_root, step.plan, step.node, via=step.via))
    twin.finish()
    with run.operation(by):
        run.note("case_split", other=case_id, reason=reason)
    return twin


def _twin(run: Run, case_id: int, title: str, variables: Mapping[str, Any]) -> Run:
    case = run.case
    row = CaseRow(
        id=case_id,
        plan=case.plan,
        status=case.status,
        variables={**case.variables, **variables},
        unit_id=case.unit_id,
        opened_by=case.opened_by,
        title=title or case.title,
    )
    return Run(
        State(row), run.library, now=run.now, ids=run.ids, limits=run.limits, account_of=run.account_of
    )
