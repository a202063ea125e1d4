"""What people read for codes and kinds: case states of the national machine, entries of the history."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words

STATUSES: Final[dict[str, Words]] = {
    "0": _("Filed, not received yet"),
    "1": _("Received"),
    "2": _("Taken back before acceptance"),
    "3": _("Accepted"),
    "4": _("No permit needed"),
    "5": _("Not accepted"),
    "6": _("Supplement asked for"),
    "7": _("Supplement received"),
    "8": _("Being handled"),
    "9": _("Special procedure begun"),
    "10": _("Special procedure ended"),
    "11": _("Decided: granted"),
    "12": _("Decided: granted, documents to follow"),
    "13": _("Decided: not granted"),
    "14": _("Withdrawn by the applicant"),
    "15": _("Revoked by the authority"),
}
"""The national status codes of approval cases (工程建设项目审批管理系统数据共享交换标准); used for all cases."""


def status_label(code: str) -> Words:
    """The name of a status code; an unknown code stands for itself."""
    return STATUSES.get(code, code)


HAPPENINGS: Final[dict[str, Words]] = {
    "case_started": _("Case opened"),
    "case_completed": _("Case completed"),
    "case_terminated": _("Case ended early"),
    "case_suspended": _("Case suspended"),
    "case_resumed": _("Case resumed"),
    "case_withdrawn": _("Application withdrawn"),
    "case_voided": _("Case declared void"),
    "cases_merged": _("Another case merged into this one"),
    "merged_into": _("Merged into another case"),
    "case_split": _("Case split"),
    "split_from": _("Split from another case"),
    "entered": _("Step reached"),
    "passed": _("Step passed"),
    "left": _("Step left"),
    "ended": _("Branch ended"),
    "joined": _("Branches joined"),
    "cancelled": _("Branch cancelled"),
    "event": _("Event happened"),
    "thrown": _("Message sent"),
    "error": _("Error handled"),
    "escalation": _("Escalated"),
    "incident": _("Step stopped by a fault"),
    "retried": _("Step retried"),
    "moved": _("Moved by an operator"),
    "status": _("Case status changed"),
    "clock": _("Clock changed"),
    "compensated": _("Step undone"),
    "job_created": _("Service asked for"),
    "job_done": _("Service answered"),
    "job_failed": _("Service failed"),
    "task_opened": _("Task opened"),
    "task_held": _("Task waits for other signers"),
    "task_released_from_hold": _("Task goes on"),
    "task_claimed": _("Task claimed"),
    "task_released": _("Task put back"),
    "task_completed": _("Task completed"),
    "task_cancelled": _("Task no longer needed"),
    "task_withdrawn": _("Task taken back"),
    "task_transferred": _("Task transferred"),
    "task_delegated": _("Task delegated"),
    "delegation_resolved": _("Delegated task answered"),
    "task_urged": _("Task urged"),
    "signer_added": _("Signer added"),
    "signer_removed": _("Signer removed"),
    "countersign_decided": _("Countersign decided"),
    "circulated": _("Case circulated"),
    "circulation_acknowledged": _("Circulated case read"),
    "case_returned": _("Case returned"),
    "came_back": _("Back at the returning step"),
    "completion_withdrawn": _("Completion withdrawn"),
    "case_jumped": _("Case moved by right"),
    "changed": _("Case changed"),
}
"""What the entries of a history are called; ``interpreter.history.KINDS`` says what each one holds."""


def happening_title(kind: str) -> Words:
    """What happened, in words; an unknown kind is shown as it is."""
    return HAPPENINGS.get(kind, kind.replace("_", " "))
