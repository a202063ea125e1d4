"""What this part hears: cases of this scene take on a status, say something, or are accepted by silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView
from chengshu.foundation.calendar import local_day
from chengshu.foundation.events.bus import listens, registered_events
from chengshu.hub.services import api as services
from chengshu.hub.services.events import ApplicationDelivered
from chengshu.scenes.approvals.environment import following
from chengshu.scenes.approvals.environment.events import DeferralSettled

_EVENTS: Final = registered_events()
"""The case engine's events by name: it is entered through its doors only, and they hand out no classes."""


@listens(_EVENTS["cases.CaseStatusChanged"])
def follow_status(event: Any) -> None:
    """Do what the new status of a case brings with it."""
    case = _ours(event.case)
    if case is not None:
        following.follow_status(case, event.status, local_day(datetime.fromisoformat(event.at)))


@listens(_EVENTS["cases.MessageThrown"])
def follow_message(event: Any) -> None:
    """Do what a case asks for by a message."""
    if event.called.startswith("approvals_"):
        case = _ours(event.case)
        if case is not None:
            following.follow_message(case, event.called, event.payload, local_day(timezone.now()))


@listens(_EVENTS["cases.DeemedAccepted"])
def follow_silence(event: Any) -> None:
    """Nobody asked for a supplement in time: the application counts as accepted, and its case goes on as such."""
    if _ours(event.case_id) is not None:
        following.tell(event.case_id, "deemed_accepted")


@listens(ApplicationDelivered)
def follow_delivery(event: ApplicationDelivered) -> None:
    """What was handed out at a counter need not be handed out by the case again."""
    following.follow_delivery(services.application(event.application))


@listens(DeferralSettled)
def follow_deferral(event: DeferralSettled) -> None:
    """A deferred material came in at a counter: the case goes on once it was the last."""
    following.tell_case_if_supplied(event.case)


def _ours(case_id: int) -> CaseView | None:
    case = cases.case_view(case_id)
    return case if following.is_ours(case) else None
