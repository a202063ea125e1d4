"""What can be done with a task or a case besides deciding it: each act as a button, its dialog and its fields.

Which of them are offered is told by the engine (``may``); what they do is told here in one sentence each, because
nobody should have to try an act to learn its effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words

FieldName = Literal[
    "reason",
    "note",
    "person",
    "readers",
    "place",
    "way",
    "position",
    "signer",
    "number",
    "title",
    "ground",
    "held",
    "notice",
    "until",
    "amount",
    "document",
    "items",
]
Of = Literal["task", "case"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    :param key: the name of the engine's action, which is also the permission it needs
    :param effect: what it does, as one sentence that is shown before it is done
    :param fields: what the dialog asks for
    :param is_grave: cannot be undone by another act
    """

    key: str
    of: Of
    label: Words
    effect: Words
    done: Words
    fields: tuple[FieldName, ...] = ()
    icon: str = "dash"
    is_grave: bool = False
    is_frequent: bool = False


ACTS: Final[tuple[Act, ...]] = (
    Act(
        "claim_task",
        "task",
        _("Claim"),
        _("You take this step on; nobody else of your post needs to."),
        _("The step is yours."),
        icon="check",
        is_frequent=True,
    ),
    Act(
        "return_case",
        "task",
        _("Send back"),
        _(
            "The case goes back to the step you choose. Your reason is shown there and stays in the file;"
            " what was decided in between is kept in the history."
        ),
        _("The case was sent back."),
        ("place", "way", "reason"),
        "previous",
        is_frequent=True,
    ),
    Act(
        "add_signer",
        "task",
        _("Add a signer"),
        _(
            "One more person decides here. Before: this step waits for their answer. After: the case goes to them"
            " once you have decided, and only then on."
        ),
        _("The signer is added."),
        ("person", "position", "reason"),
        "plus",
        is_frequent=True,
    ),
    Act(
        "remove_signer",
        "task",
        _("Remove a signer"),
        _("The signer you choose no longer needs to decide; this stays in the history with your reason."),
        _("The signer is removed."),
        ("signer", "reason"),
        "minus",
    ),
    Act(
        "transfer_task",
        "task",
        _("Hand over"),
        _("The step becomes somebody else's for good; it leaves your list."),
        _("The step is handed over."),
        ("person", "reason"),
        "next",
        is_frequent=True,
    ),
    Act(
        "delegate_task",
        "task",
        _("Ask for an opinion"),
        _("Somebody else works on this step and gives it back to you with their opinion; you decide."),
        _("The step is with them; it comes back to you with an opinion."),
        ("person", "reason"),
        "users",
    ),
    Act(
        "circulate_case",
        "case",
        _("Circulate"),
        _("The people you name may read the case and are asked to acknowledge it. Nothing waits for them."),
        _("The case is circulated."),
        ("readers", "note"),
        "eye",
    ),
    Act(
        "acknowledge_circulation",
        "task",
        _("Acknowledge as read"),
        _("You confirm that you have read this case; it leaves your list."),
        _("Acknowledged."),
        ("note",),
        "check",
        is_frequent=True,
    ),
    Act(
        "urge_task",
        "task",
        _("Urge"),
        _("Whoever has this step sees on top of their list that it was urged, and by whom."),
        _("The step was urged."),
        ("note",),
        "bell",
    ),
    Act(
        "release_task",
        "task",
        _("Give back to the post"),
        _("The step goes back to everybody who holds the post; anybody of them can claim it."),
        _("The step is free to be claimed again."),
        (),
        "users",
    ),
    Act(
        "withdraw_task",
        "task",
        _("Take back"),
        _("Your decision is undone as long as nobody after you has acted, and the step is yours again."),
        _("Your decision is taken back; the step is yours again."),
        ("reason",),
        "previous",
    ),
    Act(
        "jump_case",
        "case",
        _("Move to another step"),
        _(
            "The case leaves the steps where it stands and goes to the one you choose, without the steps between."
            " Whoever may do this answers for it: reason and name are in the history."
        ),
        _("The case was moved."),
        ("place", "reason"),
        "next",
        is_grave=True,
    ),
    Act(
        "suspend_case",
        "case",
        _("Suspend"),
        _("Nobody can work on the case until it is resumed. Its legal limits go on running."),
        _("The case is suspended."),
        ("reason",),
        "minus",
    ),
    Act(
        "resume_case",
        "case",
        _("Resume"),
        _("The case goes on where it was suspended."),
        _("The case goes on."),
        (),
        "next",
    ),
    Act(
        "merge_cases",
        "case",
        _("Merge into another case"),
        _("This case ends and goes on as part of the other one; its file stays readable from there."),
        _("The cases are merged."),
        ("number", "reason"),
        "link",
        is_grave=True,
    ),
    Act(
        "split_case",
        "case",
        _("Split off a case"),
        _("A second case of the same kind is opened from this one and goes its own way; both stay linked."),
        _("The case was split."),
        ("title", "reason"),
        "sort",
    ),
    Act(
        "pause_clock",
        "case",
        _("Pause the limits"),
        _(
            "The limits stand still on a ground that the law names, from now on. The applicant must have been told in"
            " writing how long it takes (Administrative Licensing Law, Article 45)."
        ),
        _("The limits are paused."),
        ("ground", "notice", "until"),
        "clock",
    ),
    Act(
        "resume_clock",
        "case",
        _("Let the limits run again"),
        _("The limits go on from now, unless another ground still holds."),
        _("The limits run again."),
        ("held",),
        "clock",
    ),
    Act(
        "extend_clock",
        "case",
        _("Extend the legal limit"),
        _("The legal limit grows once, as far as its rule allows; the applicant is told the reason."),
        _("The legal limit is extended."),
        ("amount", "reason", "document"),
        "plus",
    ),
    Act(
        "give_supplement_notice",
        "case",
        _("Ask for a supplement"),
        _("The one notice that names everything that is missing; a second one is not allowed."),
        _("The notice is given."),
        ("notice", "items"),
        "file",
    ),
    Act(
        "withdraw_case",
        "case",
        _("Withdraw the application"),
        _("The case ends at your request, and every open step of it is taken away."),
        _("The application is withdrawn."),
        ("reason",),
        "cross",
        is_grave=True,
    ),
    Act(
        "void_case",
        "case",
        _("Declare void"),
        _("The case ends as if it had never had an effect; its file is kept with your reason."),
        _("The case is void."),
        ("reason",),
        "cross",
        is_grave=True,
    ),
)

_BY_KEY: Final = {act.key: act for act in ACTS}


def act_named(key: str) -> Act | None:
    return _BY_KEY.get(key)


def offered(may: Iterable[str], of: Of) -> list[Act]:
    """The acts of a task or case that are possible now, in their steady order."""
    allowed = set(may)
    return [act for act in ACTS if act.of == of and act.key in allowed]
