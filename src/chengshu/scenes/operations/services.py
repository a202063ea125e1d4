"""What the process of a ticket asks for: a note of how far it is, with the moment of the step, and of limits missed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.api import ServiceCall, service
from chengshu.foundation.asking import asking, system
from chengshu.scenes.operations.actions import escalate_ticket, note_ticket, record_survey
from chengshu.scenes.operations.models import Ticket

WORKER: Final = "operations services"
NODES: Final = {
    "responded": "respond",
    "arrived": "arrive",
    "repaired": "repair",
    "reopened": "confirm",
    "closed": "confirm",
}
"""The step of the model whose completion a note is about."""


@service("operations.note")
def note(call: ServiceCall) -> None:
    """Keep the ticket in step with its case; a grade given with the confirmation answers the survey."""
    given = call.payload
    step = str(given["step"])
    with asking(system(WORKER, "worker")):
        ticket = note_ticket(
            ticket_id=int(given["ticket"]),
            step=step,
            at=_done_at(call.case_id, NODES[step]),
            on_site=str(given.get("way") or "") != "remote",
            cause=str(given.get("cause") or ""),
            remedy=str(given.get("remedy") or ""),
        )
        if step == "closed" and given.get("score"):
            _survey(ticket, given)


def _survey(ticket: Ticket, given: Any) -> None:
    record_survey(
        contract=ticket.contract,
        ticket=ticket,
        score=int(given["score"]),
        comment=str(given.get("comment") or "")[:500],
    )


def _done_at(case_id: int, node: str) -> datetime:
    """When the step was last completed: the worker may come later."""
    done = [
        task.completed_at
        for task in cases.case_view(case_id).tasks
        if task.node == node and task.completed_at is not None
    ]
    return max(done, default=timezone.now())


@service("operations.escalate")
def escalate(call: ServiceCall) -> None:
    """A limit of the contract ran out."""
    with asking(system(WORKER, "worker")):
        escalate_ticket(ticket_id=int(call.payload["ticket"]), kind=str(call.payload["kind"]))
