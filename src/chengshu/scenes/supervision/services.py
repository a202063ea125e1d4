"""What the process of a bad rating asks for: whether somebody may look into it, and a note of how far it is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from chengshu.engines.cases.api import ServiceCall, service
from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Appointment, Unit
from chengshu.scenes.supervision.actions import note_rating_step
from chengshu.scenes.supervision.models import BadRatingState, Rating

WORKER = "supervision services"


@service("supervision.name_handler")
def name_handler(call: ServiceCall) -> dict[str, Any]:
    """Whether an account may look into a bad rating: active, of the rated unit or above, and not rated itself."""
    with asking(system(WORKER, "worker")):
        rating = Rating.objects.select_related("unit").get(pk=int(call.payload["rating"]))
        username = str(call.payload.get("handler") or "").strip()
        accepted = may_look_into(rating, username)
        if accepted:
            note_rating_step(rating_id=rating.pk, state=BadRatingState.VERIFYING, handler=username)
    return {"handler_accepted": accepted}


@service("supervision.note_rating")
def note_rating(call: ServiceCall) -> None:
    """Keep the register of bad ratings in step with the case."""
    with asking(system(WORKER, "worker")):
        note_rating_step(
            rating_id=int(call.payload["rating"]),
            state=str(call.payload["state"]),
            treatment=str(call.payload.get("treatment") or ""),
        )


def may_look_into(rating: Rating, username: str) -> bool:
    """谁办理谁负责, and nobody judges a rating of themselves."""
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None or account.pk in rating.rated_people:
        return False
    return is_appointed(account.pk, rating.unit)


def is_appointed(account_id: int, unit: Unit) -> bool:
    """Whether an account has a post today in a unit or in one above it."""
    today = timezone.localdate()
    above = [key for key in unit.path.split("/") if key]
    held = Appointment.objects.filter(account_id=account_id, starts_on__lte=today)
    return held.filter(Q(ends_on=None) | Q(ends_on__gte=today), post__unit__key__in=above).exists()
