"""What people do with a task of theirs, each under its own name and permission.

No permission is asked for beforehand: the task says whose it is, and ``who`` finds out whether the asker is that
person, carries its post — which takes the permission at its unit — or stands in for somebody. The database asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import handing_in, places, store
from chengshu.engines.cases.interpreter import approval
from chengshu.engines.cases.models import Happening, Task
from chengshu.engines.cases.state import TaskKind, TaskState
from chengshu.engines.cases.who import Post, holds_at_one, standing_of
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused, TooMany
from chengshu.foundation.identity.models import Account

URGED_AGAIN_AFTER = timedelta(hours=1)
DECIDED = ("outcome", "result", "agreed", "disagreed", "share")
"""What the engine says of a step after ``<step>_``."""


@action(title=_("Claim a task"), at=Reach.SELF)
def claim_task(*, task_id: int) -> None:
    """Take an open task of one's post on; it leaves everybody else's list.

    Who stands in for somebody takes it on for them: it stays with the giver when the delegation ends.

    :raises Refused: if it is for another post
    :raises Conflict: if somebody has it already (says who), or it is ended
    """
    with store.at_task(task_id, "claim_task", whose=_claimable) as work:
        _insist_apart(work, task_id)
        approval.claim_task(work.run, task_id, by=_in_the_name_of(work) or work.doer.person)


@action(title=_("Put a task back"), at=Reach.SELF)
def release_task(*, task_id: int) -> None:
    """Put a claimed task back for the others of the post.

    :raises Conflict: if nobody else could take it: it was given to this very person
    """
    with store.at_task(task_id, "release_task") as work:
        approval.release_task(work.run, task_id, by=_in_the_name_of(work))


@action(title=_("Complete a task"), at=Reach.SELF)
def complete_task(
    *, task_id: int, outcome: str = "", opinion: str = "", variables: Mapping[str, Any] | None = None
) -> None:
    """Finish a task and let the case go on.

    :param outcome: key of one of ``outcomes_of(task_id)``; may be empty where the step offers none
    :param opinion: what the person says to it; some outcomes need one
    :param variables: what the form hands to the process
    :raises Refused: if the task is somebody else's; ``task.same_person`` if the model keeps it apart from a step that
        the asker has done in this case
    :raises Conflict: ``task.completed`` if it is completed already: says who did it and when
    :raises InvalidInput: ``outcome``, ``opinion``, or ``variables`` if they would say how another step was decided,
        are not named by the step's form, or are too large
    """
    handing_in.insist_small(variables)
    with store.at_task(task_id, "complete_task") as work:
        handing_in.insist_named(work.task(task_id).form, variables)
        _insist_free_names(work, work.task(task_id).plan, variables or {})
        _insist_apart(work, task_id)
        work.run.complete_task(
            task_id,
            by=work.doer.account_id,
            on_behalf_of=work.doer.on_behalf_of,
            outcome=outcome,
            opinion=opinion,
            variables=variables,
        )


@action(title=_("Transfer a task"), at=Reach.SELF)
def transfer_task(*, task_id: int, to: int, reason: str = "") -> None:
    """转办: hand a task over for good.

    :param to: account id of whoever has it from now on
    :raises InvalidInput: ``to`` if there is no such active account, or it is the same person
    """
    with store.at_task(task_id, "transfer_task") as work:
        receiver = places.require_account(to, "to")
        approval.transfer_task(work.run, task_id, to=receiver, by=_in_the_name_of(work), reason=reason)


@action(title=_("Delegate a task"), at=Reach.SELF)
def delegate_task(*, task_id: int, to: int, reason: str = "") -> None:
    """委托: hand a task over to come back: once resolved, it is its owner's again, who completes it.

    :param to: account id of whoever is asked for an opinion
    """
    with store.at_task(task_id, "delegate_task") as work:
        receiver = places.require_account(to, "to")
        approval.delegate_task(work.run, task_id, to=receiver, by=_in_the_name_of(work), reason=reason)


@action(title=_("Answer a delegated task"), at=Reach.SELF)
def resolve_delegation(*, task_id: int, opinion: str = "") -> None:
    """Give a delegated task back to its owner with one's opinion."""
    with store.at_task(task_id, "resolve_delegation") as work:
        approval.resolve_delegation(work.run, task_id, by=_in_the_name_of(work), opinion=opinion)


@action(title=_("Add a signer"), at=Reach.SELF)
def add_signer(
    *,
    task_id: int,
    signer: int,
    position: Literal["before", "after"] = "after",
    weight: int | None = None,
    reason: str = "",
) -> None:
    """加签: somebody else signs before the task's person, or after; the step ends when all have signed.

    :param signer: account id
    :param weight: of the vote in a weighted countersign; 1 unless said
    """
    with store.at_task(task_id, "add_signer", may_be_held=True) as work:
        approval.add_signer(
            work.run,
            task_id,
            to=places.require_account(signer, "signer"),
            side=position,
            weight=weight,
            by=_in_the_name_of(work),
            reason=reason,
        )


@action(title=_("Remove a signer"), at=Reach.SELF)
def remove_signer(*, task_id: int, reason: str = "") -> None:
    """减签: take an open signer's task away; the last one cannot be taken away.

    :param task_id: the signer's task
    :raises Refused: to anybody but who added the signer, and whoever may move the case by right
    """
    with store.at_task(task_id, "remove_signer", whose=_added_by_the_asker, may_be_held=True) as work:
        approval.remove_signer(work.run, task_id, by=_in_the_name_of(work), reason=reason)


@action(title=_("Return a case"), at=Reach.SELF)
def return_case(*, task_id: int, to: str, reason: str, rerun: bool = True) -> None:
    """退回: send the case back from this task to a step it has passed; whoever did that step has it again.

    :param to: node id, one of ``places_to_return(task_id)``
    :param rerun: walk forward again through every step between; without it, the returned-to step, once done, goes
        straight back to this one
    :raises InvalidInput: ``reason`` if none is given
    """
    _given(reason)
    with store.at_task(task_id, "return_case") as work:
        done = _done_before(work.case_id)
        approval.return_case(
            work.run,
            task_id,
            to=to,
            visited={(plan, node) for plan, node, _account in done},
            rerun=rerun,
            by=_in_the_name_of(work),
            reason=reason,
            assignee=next((account for _plan, node, account in done if node == to), None),
        )


@action(title=_("Withdraw a completed task"), at=Reach.SELF)
def withdraw_task(*, task_id: int, reason: str = "") -> None:
    """撤回: take one's own last completion back while nobody has acted on what followed."""
    with store.at_task(task_id, "withdraw_task", ended=True) as work:
        if work.ended is None:
            raise Conflict(
                _("This task is still open."),
                code="task.open",
                hint=_("Complete it before you take it back."),
            )
        approval.withdraw_task(work.run, work.ended, by=work.doer.account_id, reason=reason)


@action(title=_("Urge a task"), at=Reach.SELF)
def urge_task(*, task_id: int, note: str = "") -> None:
    """催办: remind whoever has the task; counted and shown in their list.

    :raises Refused: to anybody but the applicant and those who hold this power at the task's unit
    :raises TooMany: if it was urged within the last hour
    """
    with store.at_task(task_id, "urge_task", whose=_to_be_urged) as work:
        last = Happening.objects.filter(case_id=work.case_id, kind="task_urged", task_id=task_id)
        at = last.order_by("-seq").values_list("at", flat=True).first()
        if at is not None and (rest := at + URGED_AGAIN_AFTER - timezone.now()) > timedelta():
            raise TooMany(
                _("This task was urged less than an hour ago."),
                retry_after_s=int(rest.total_seconds()) + 1,
                code="task.urged_just_now",
                hint=_("Give them a little time, or ring them up."),
            )
        approval.urge_task(work.run, task_id, by=work.doer.account_id, reason=note)


@action(title=_("Acknowledge a circulated case"), at=Reach.SELF)
def acknowledge_circulation(*, task_id: int, note: str = "") -> None:
    """传阅已阅: say that one has read it; also after the case has ended."""
    with store.at_task(task_id, "acknowledge_circulation", must_run=False) as work:
        approval.acknowledge_circulation(work.run, task_id, by=_in_the_name_of(work), opinion=note)


def _in_the_name_of(work: store.Work) -> int | None:
    """Whose task it is, for the rules; the history names who acts, and for whom."""
    if work.doer.on_behalf_of is not None:
        work.run.stand_in = work.doer.account_id
    return work.doer.holder


def _insist_apart(work: store.Work, task_id: int) -> None:
    """Who did a step, for whomever, does not do one that the model keeps apart from it (审查与决定分离)."""
    task, doer = work.task(task_id), work.doer
    plan = work.run.plan(task.plan)
    node = plan.nodes.get(task.node)
    steps = node.work.assign.apart_from if node is not None and node.work is not None else ()
    people = {doer.account_id, doer.on_behalf_of} - {None}
    if not steps or not people:
        return
    called = {plan.nodes[step].called for step in steps if step in plan.nodes} - {""}
    done = Task.objects.filter(case_id=work.case_id, state=TaskState.COMPLETED.value)
    for mine in done.filter(Q(completed_by_id__in=people) | Q(on_behalf_of_id__in=people)).order_by("-pk"):
        if mine.node in steps or work.run.plan(mine.plan).process_id in called:
            raise Refused(
                _("You did “%(step)s” in this case; somebody else must do this step.") % {"step": mine.name},
                code="task.same_person",
                hint=_("Leave it to another person of the post, or transfer it."),
            )


def _insist_free_names(work: store.Work, plan: str, variables: Mapping[str, Any]) -> None:
    """What the engine itself says of a decision, such as ``approve_outcome``, nobody may hand in."""
    nodes = {**work.run.plan(work.run.case.plan).nodes, **work.run.plan(plan).nodes}
    for name in variables:
        step, _underscore, said = name.rpartition("_")
        if name.startswith("#") or name == "merged_cases" or (said in DECIDED and step in nodes):
            raise InvalidInput(
                _("“%(name)s” is set by the process itself.") % {"name": name},
                field="variables",
                code="cases.name_kept",
                hint=_("Choose another name for the value."),
            )


def _claimable(work: store.Work, task_id: int) -> None:
    """Say who has it, when somebody has."""
    task = work.task(task_id)
    asker = current_asker()
    if task.assignee_id is not None and task.assignee_id != asker.account_id:
        raise Conflict(
            _("%(who)s has this task already.") % {"who": places.account_name(task.assignee_id)},
            code="task.taken",
            hint=_("Take another one, or ask for it to be transferred."),
        )
    if asker.account_id is None:
        raise Refused(_("The platform itself takes no tasks on."), code="task.no_account")
    work.stand_for(task, "claim_task")


def _added_by_the_asker(work: store.Work, task_id: int) -> None:
    """Only who added a signer takes them away again: those whom the process itself asks cannot be voted out."""
    asker, signer = current_asker(), work.task(task_id)
    if holds_at_one(asker, "cases.jump_case", work.columns["reader_units"]):
        return
    adder = work.state.tasks.get(
        work.state.tokens[signer.token].local.get("#by") or signer.data.get("of") or 0
    )
    if signer.kind is TaskKind.ADDED and adder is not None:
        post = Post(adder.unit_id, adder.role, adder.assignee_id, adder.kind)
        if (doer := standing_of(post, asker, "cases.remove_signer")) is not None:
            work.doer = doer
            return
    raise Refused(
        _("Only whoever added a signer may take them away again."),
        code="task.not_your_signer",
        hint=_("Ask whoever added the signer; those whom the process asks stay."),
    )


def _to_be_urged(work: store.Work, task_id: int) -> None:
    asker, task = current_asker(), work.task(task_id)
    if asker.account_id is not None and work.run.case.opened_by == asker.account_id:
        return
    if not holds_at_one(asker, "cases.urge_task", [task.unit_id or 0]):
        raise Refused(
            _("You may not urge this task."),
            code="task.not_to_be_urged",
            hint=_("The applicant and the unit's own people may."),
        )


def _done_before(case_id: int) -> list[tuple[str, str, int | None]]:
    """(plan, node, whose it was) of the steps that were done, the latest first; nobody where the account is closed."""
    own = Task.objects.filter(case_id=case_id, state=TaskState.COMPLETED).exclude(
        kind__in=[TaskKind.ADDED, TaskKind.CIRCULATED]
    )
    done = list(
        own.order_by("-completed_at", "-id").values_list(
            "plan", "node", Coalesce("on_behalf_of_id", "completed_by_id")
        )
    )
    active = set(
        Account.objects.filter(pk__in={who for *_step, who in done if who}, is_active=True).values_list(
            "pk", flat=True
        )
    )
    return [(plan, node, who if who in active else None) for plan, node, who in done]


def _given(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            _("Say why."), field="reason", code="cases.reason_missing", hint=_("A sentence is enough.")
        )
