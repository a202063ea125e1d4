"""What this scene brings to the cockpit: how many notes wait, and the latest of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.hub.cockpit.api import Feed, Figure, Happening, Panel, register_feeds, register_panels
from chengshu.scenes.sample.models import NoteState
from chengshu.scenes.sample.queries import notes


def _mark() -> str:
    """Notes are left, acknowledged and answered; each of these moves one of the three."""
    found = notes().aggregate(last=Max("id"), answered=Max("answered_at"), seen=Count("acknowledged_at"))
    return str(sorted(found.items()))


def _waiting() -> Sequence[Figure]:
    return [Figure(NoteState(state).label, notes(state).count()) for state in NoteState.values]


def _latest(most: int) -> Sequence[Happening]:
    return [
        Happening(
            title=note.subject,
            when=note.left_at,
            href=reverse("sample:note", args=[note.pk]),
            note=note.unit.shown_name,
            simulated=note.simulated,
        )
        for note in notes(NoteState.OPEN)[:most]
    ]


register_panels(
    Panel(
        name="sample.notes",
        title=_("Notes to a unit"),
        permission="sample.view",
        mark=_mark,
        read=_waiting,
        href=lambda: reverse("sample:notes"),
    )
)
register_feeds(
    Feed(
        name="sample.notes",
        title=_("Notes that wait for an answer"),
        permission="sample.view",
        mark=_mark,
        read=_latest,
        href=lambda: reverse("sample:notes"),
    )
)
