"""What this scene hears."""

from __future__ import annotations

from chengshu.foundation.events.bus import Event, listens, registered_events
from chengshu.hub.services.events import ApplicationFiled
from chengshu.hub.services.models import Application
from chengshu.scenes.supervision.actions import follow_rating, raise_signs
from chengshu.scenes.supervision.events import RatingLeft
from chengshu.scenes.supervision.rating_codes import BAD

CaseStatusChanged: type[Event] = registered_events()["cases.CaseStatusChanged"]
"""Of the case engine, by its name: an engine's own modules are closed."""
TOLD = frozenset({"4", "5", "6", "13"})
"""Statuses that may break a rule: a no, or a supplement asked for."""


@listens(CaseStatusChanged)
def look_through_history(event: Event) -> None:
    """A no without a reason, a second supplement: seen as they happen."""
    facts = vars(event)
    if facts["status"] in TOLD:
        raise_signs(case_id=facts["case"])


@listens(ApplicationFiled)
def look_at_channel(event: ApplicationFiled) -> None:
    """An online matter at a window is a lead."""
    if event.channel != "window":
        return
    case_id = Application.objects.filter(pk=event.application).values_list("case_id", flat=True).first()
    if case_id is not None:
        raise_signs(case_id=case_id)


@listens(RatingLeft)
def follow_bad_rating(event: RatingLeft) -> None:
    """A bad rating becomes a case."""
    if event.level in BAD:
        follow_rating(rating_id=event.rating)
