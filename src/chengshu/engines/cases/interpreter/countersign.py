"""Countersigns (会签): several people decide one step together, by a rule.

A countersign is a multi-instance user task with ``<chengshu:approval>``. Its multi token keeps the list of signers and
the votes cast; each signer who has not signed is an instance token, open or still to come. As soon as the rule can no
longer come out otherwise the countersign is decided and the other tasks are taken away.

A vote counts as agreeing, disagreeing or neither by the tone of the outcome chosen; an outcome that the model does not
declare counts by its key; signing without an outcome is agreeing (圈阅视为同意, 党政机关公文处理工作条例 第二十二条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.interpreter.moving import cancel_all, rest_at
from chengshu.engines.cases.interpreter.plan import Approval, Node
from chengshu.engines.cases.state import Task, TaskState, Token, TokenState
from chengshu.foundation.errors import InvalidInput

AGREE: Final = "agree"
DISAGREE: Final = "disagree"
Result = Literal["", "agree", "disagree"]

_AGREEING = frozenset({"", AGREE, "approve", "approved", "yes"})
_DISAGREEING = frozenset({DISAGREE, "reject", "rejected", "refuse", "no"})


def open_countersign(
    machine: Machine, token: Token, node: Node, approval: Approval, items: Sequence[Any]
) -> None:
    """Ask every signer, or the first of a sequence.

    A countersign that comes back after a return asks the signers it had, those added meanwhile included.

    :raises InvalidInput: there are no signers, or fewer than must agree
    """
    signers: list[dict[str, Any]] = token.local.get("#signers") or [
        {"item": item, "order": (index + 1) * 1000, "kind": "signer"} for index, item in enumerate(items)
    ]
    _enough_signers(machine, token, node, approval, signers)
    rest_at(machine, token, TokenState.MULTI)
    token.total, token.done = len(signers), 0
    machine.keep(token, "#signers", signers)
    machine.keep(token, "#votes", [])
    if node.loop is not None and node.loop.results:
        machine.keep(token, "#results", [])
    for index, signer in enumerate(signers):
        instance = add_instance(machine, token, node, signer)
        if index and in_sequence(node):
            machine.rest(instance, TokenState.PENDING)
        else:
            machine.later("enter", instance)


def _enough_signers(
    machine: Machine, token: Token, node: Node, approval: Approval, signers: Sequence[Any]
) -> None:
    if not signers:
        raise InvalidInput(
            _("Nobody is to sign “%(name)s”.") % {"name": node.title},
            code="cases.no_signers",
            hint=_("Fill the list of signers, then retry."),
        )
    if approval.mode == "count" and (needed := _needed(machine, token, approval)) > len(signers):
        raise InvalidInput(
            _("“%(name)s” needs %(needed)s to agree, but only %(signers)s are asked.")
            % {"name": node.title, "needed": needed, "signers": len(signers)},
            code="cases.too_few_signers",
            hint=_("Add signers to the list, or lower the number, then retry."),
        )


def add_instance(machine: Machine, multi: Token, node: Node, signer: Mapping[str, Any]) -> Token:
    """The token of one signer, not yet asked."""
    local: dict[str, Any] = {"#who": who(signer["item"], node), "#signer": signer["kind"]}
    local["loopCounter"] = signer["order"] // 1000
    if "by" in signer:
        local["#by"] = signer["by"]
    if node.loop is not None and node.loop.item:
        local[node.loop.item] = signer["item"]
    return machine.new_token(multi, multi.plan, node.id, local=local, order=signer["order"])


def who(item: Any, node: Node) -> dict[str, Any]:
    """What an entry of the list says about its signer; a bare text or number is an account."""
    if isinstance(item, Mapping):
        known = {name: item[name] for name in ("account", "unit", "role", "weight", "veto") if name in item}
        return known if known or "assignee" not in item else {"account": item["assignee"]}
    assigned = node.work is not None and node.work.assign.assignee is not None
    return {} if item is None or assigned else {"account": item}


def in_sequence(node: Node) -> bool:
    approval = node.work.approval if node.work else None
    return (approval is not None and approval.mode == "sequential") or bool(
        node.loop and node.loop.sequential
    )


# -- voting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """The votes so far: numbers, and weights for the weighted rule."""

    agreed: int
    disagreed: int
    open: int
    weight_agreed: Decimal
    weight_open: Decimal
    weight_total: Decimal
    vetoed: bool

    @property
    def share(self) -> Decimal:
        """Weight of those who agree, of all; 0 when there is no weight at all."""
        return self.weight_agreed / self.weight_total if self.weight_total else Decimal(0)


def vote(machine: Machine, instance: Token, node: Node, task: Task) -> None:
    """A signer has signed: count it, ask whoever's turn it is, decide when the rule allows."""
    multi = machine.parent_of(instance)
    votes = [*multi.local["#votes"], _ballot(node, instance, task)]
    result = None
    if node.loop is not None and node.loop.results and node.loop.result is not None:
        result = feel.to_json(machine.value(node.loop.result, instance))
    machine.keep(multi, "#votes", votes)
    if "#results" in multi.local:
        machine.keep(multi, "#results", [*multi.local["#results"], result])
    machine.touch(multi)
    multi.done += 1
    machine.drop(instance)
    release_held(machine, multi, task.id)
    settle(machine, multi, node)


def _ballot(node: Node, instance: Token, task: Task) -> dict[str, Any]:
    return {
        "task": task.id,
        "order": instance.order,
        "account": task.completed_by,
        "outcome": task.outcome,
        "agrees": agrees(node, task.outcome),
        "weight": weight_of(task.data),
        "veto": bool(task.data.get("veto")),
    }


def agrees(node: Node, outcome: str) -> bool | None:
    """True, False, or None for an abstention."""
    declared = {choice.key: choice.tone for choice in node.work.outcomes} if node.work else {}
    tone = declared.get(outcome)
    if tone in ("positive", "negative"):
        return tone == "positive"
    if outcome in _AGREEING:
        return True
    return False if outcome in _DISAGREEING else None


def weight_of(data: Mapping[str, Any]) -> Any:
    return data.get("weight", 1)


def settle(machine: Machine, multi: Token, node: Node) -> None:
    """Decide the countersign if it can no longer come out otherwise, else ask the next in turn."""
    approval = node.work.approval if node.work else None
    assert approval is not None
    tally = tally_of(machine, multi)
    result = verdict(approval, tally, _needed(machine, multi, approval))
    if result:
        _decide(machine, multi, node, result, tally)
    elif in_sequence(node):
        ask_next(machine, multi)


def tally_of(machine: Machine, multi: Token) -> Tally:
    votes = multi.local["#votes"]
    waiting = [Decimal(str(weight_of(instance.local.get("#who", {})))) for instance in machine.inside(multi)]
    agreed = [Decimal(str(ballot["weight"])) for ballot in votes if ballot["agrees"] is True]
    cast = sum((Decimal(str(ballot["weight"])) for ballot in votes), Decimal(0))
    against = [ballot for ballot in votes if ballot["agrees"] is False]
    return Tally(
        agreed=len(agreed),
        disagreed=len(against),
        open=len(waiting),
        weight_agreed=sum(agreed, Decimal(0)),
        weight_open=sum(waiting, Decimal(0)),
        weight_total=cast + sum(waiting, Decimal(0)),
        vetoed=any(ballot["veto"] for ballot in against),
    )


def verdict(approval: Approval, tally: Tally, needed: Decimal) -> Result:
    """What the rule says of the votes so far; empty while it is open.

    :param needed: the count or weight; 0 for the rule's own default (weighted: more than half)
    """
    if tally.vetoed or (approval.veto and tally.disagreed):
        return DISAGREE
    match approval.mode:
        case "all" | "sequential":
            return DISAGREE if tally.disagreed else _when_all_signed(tally)
        case "any":
            return AGREE if tally.agreed else _when_all_signed(tally)
        case "count":
            return _reached(Decimal(tally.agreed), Decimal(tally.open), needed)
        case "weighted":
            return _weighed(tally, needed)


def _when_all_signed(tally: Tally) -> Result:
    if tally.open:
        return ""
    return AGREE if tally.agreed else DISAGREE


def _reached(agreed: Decimal, still_open: Decimal, needed: Decimal) -> Result:
    if agreed >= needed:
        return AGREE
    return DISAGREE if agreed + still_open < needed else ""


def _weighed(tally: Tally, needed: Decimal) -> Result:
    if needed:
        return _reached(
            tally.weight_agreed, tally.weight_open, needed if needed > 1 else needed * tally.weight_total
        )
    if tally.weight_agreed * 2 > tally.weight_total:
        return AGREE
    return DISAGREE if (tally.weight_agreed + tally.weight_open) * 2 <= tally.weight_total else ""


def _needed(machine: Machine, token: Token, approval: Approval) -> Decimal:
    if approval.needed is None:
        return Decimal(0)
    value = machine.value(approval.needed, token)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value <= 0:
        raise InvalidInput(
            _("How many must agree is not a positive number: “%(text)s” gives %(value)s.")
            % {"text": approval.needed.text, "value": value},
            code="cases.countersign_number",
            hint=_("Fill in the number, then retry."),
        )
    return Decimal(value)


def _decide(machine: Machine, multi: Token, node: Node, result: Result, tally: Tally) -> None:
    cancel_all(machine, machine.inside(multi), "the countersign is decided")
    share = feel.to_json(round(tally.share, 4))
    scope = machine.parent_of(multi)
    values = {
        f"{node.id}_result": result,
        f"{node.id}_agreed": tally.agreed,
        f"{node.id}_disagreed": tally.disagreed,
        f"{node.id}_share": share,
        f"{node.id}_outcome": result,
        "outcome": result,
    }
    if node.loop is not None and node.loop.results:
        values[node.loop.results] = multi.local["#results"]
    for name, value in values.items():
        machine.set_variable(scope, name, value)
    machine.note(
        "countersign_decided",
        multi,
        result=result,
        agreed=tally.agreed,
        disagreed=tally.disagreed,
        share=share,
    )
    machine.later("leave", multi)


# -- turns --------------------------------------------------------------------------------------------------------


def ask_next(machine: Machine, multi: Token) -> None:
    """In a sequence, ask the next signer when nobody is being asked."""
    instances = sorted(machine.inside(multi), key=_turn)
    if any(instance.state is not TokenState.PENDING for instance in instances):
        return
    ask(machine, (instance for instance in instances[:1] if "#after" not in instance.local))


def ask(machine: Machine, instances: Iterable[Token]) -> None:
    for instance in instances:
        machine.rest(instance, TokenState.ACTIVE)
        machine.later("enter", instance)


def _turn(instance: Token) -> tuple[int, int]:
    return instance.order, instance.id


def release_held(machine: Machine, multi: Token, task_id: int) -> None:
    """A task is done or gone: whoever was added after it is asked, whoever it held up may go on."""
    followers = [instance for instance in machine.inside(multi) if instance.local.get("#after") == task_id]
    for instance in sorted(followers, key=_turn):
        machine.forget(instance, "#after")
    ask(machine, followers)
    for instance in machine.inside(multi):
        for task in machine.tasks_of(instance):
            unhold(machine, task, task_id)


def unhold(machine: Machine, task: Task, done_task_id: int) -> None:
    """Let a held task have its turn once the last of those before it is done or gone."""
    before = task.data.get("before", ())
    if done_task_id not in before:
        return
    rest = [other for other in before if other != done_task_id]
    machine.change_task(task, data={**task.data, "before": rest})
    if not rest and task.state is TaskState.HELD:
        machine.change_task(task, state=TaskState.OPEN)
        machine.note("task_released_from_hold", task=task)
