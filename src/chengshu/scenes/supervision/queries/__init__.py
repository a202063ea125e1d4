"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from chengshu.engines.cases import api as cases
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision.actions.cards import last_is, open_cards, waiting_cards, with_last
from chengshu.scenes.supervision.models import (
    BadRating,
    Card,
    CardLevel,
    Inspection,
    InspectionFinding,
    Publication,
    Rating,
    SampleDraw,
    StepKind,
    SuggestionLetter,
    Visit,
)
from chengshu.scenes.supervision.words import no_such


def has_new_engine_cards() -> bool:
    """Whether the case engine raised cards that are not here yet."""
    raised = {card.card_id for card in cases.cards(open_only=True, most=500)}
    return bool(
        raised - set(Card.objects.filter(engine_card_id__in=raised).values_list("engine_card_id", flat=True))
    )


def has_late_cards(now: datetime) -> bool:
    """Whether a yellow card ran out of its time for correction."""
    return waiting_cards(now).exists()


def has_near_limits() -> bool:
    return bool(cases.cases(light="yellow", size=1).items)


def has_open_warnings() -> bool:
    return open_cards().filter(level=CardLevel.WARNING).exists()


def unfollowed_bad_ratings() -> list[int]:
    """Bad ratings without a case."""
    followed = BadRating.objects.values("rating_id")
    return list(
        Rating.objects.filter(level__lte=2).exclude(pk__in=followed).values_list("pk", flat=True)[:200]
    )


def cards(
    *, level: str = "", trigger: str = "", unit_id: int | None = None, state: str = ""
) -> QuerySet[Card]:
    """Cards with their last step, newest first.

    :param state: ``open``, ``ended``, or a kind of step that is the last
    """
    found = open_cards() if state == "open" else with_last(Card.objects.all())
    found = found.select_related("unit")
    if state == "appealed":
        found = last_is(found, StepKind.APPEALED)
    if level:
        found = found.filter(level=level)
    if trigger:
        found = found.filter(trigger=trigger)
    return found.filter(unit_id=unit_id) if unit_id else found


def card_by_id(card_id: int) -> Card:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(with_last(Card.objects.select_related("unit", "raised_by", "precursor")), card_id)


def letters() -> QuerySet[SuggestionLetter]:
    return SuggestionLetter.objects.select_related("unit")


def letter_by_id(letter_id: int) -> SuggestionLetter:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(SuggestionLetter.objects.select_related("unit", "content"), letter_id)


def ratings(*, level: str = "", unit_id: int | None = None, channel: str = "") -> QuerySet[Rating]:
    """Ratings, newest first."""
    found = Rating.objects.select_related("unit", "follow_up")
    if level.isdigit():
        found = found.filter(level=int(level))
    if channel:
        found = found.filter(channel=channel)
    return found.filter(unit_id=unit_id) if unit_id else found


def rating_by_id(rating_id: int) -> Rating:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Rating.objects.select_related("unit", "follow_up"), rating_id)


def inspections() -> QuerySet[Inspection]:
    return Inspection.objects.select_related("unit")


def inspection_by_id(inspection_id: int) -> Inspection:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Inspection.objects.select_related("unit"), inspection_id)


def visit_by_id(visit_id: int) -> Visit:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Visit.objects.select_related("inspection", "visited_unit"), visit_id)


def findings() -> QuerySet[InspectionFinding]:
    """Findings that the asker may see: the visited unit from their release on."""
    return InspectionFinding.objects.select_related("visited_unit")


def finding_by_id(finding_id: int) -> InspectionFinding:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(findings(), finding_id)


def draw_by_id(draw_id: int) -> SampleDraw:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(SampleDraw.objects.all(), draw_id)


def publications() -> QuerySet[Publication]:
    return Publication.objects.all()


def publication_by_slug(slug: str) -> Publication:
    """
    :raises Missing: if there is none
    """
    found = Publication.objects.select_related("content").filter(slug=slug).first()
    if found is None:
        raise no_such()
    return found


def units_seen() -> list[Unit]:
    """Units of which the asker sees a card or a rating, for filters."""
    with_cards = Card.objects.values("unit_id")
    return list(Unit.objects.filter(pk__in=with_cards).order_by("path"))


Row = TypeVar("Row", bound=Model)


def _one(found: QuerySet[Row], pk: int) -> Row:
    row = found.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise no_such()
    return row
