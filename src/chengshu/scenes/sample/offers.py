"""What this scene tells links of its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import Fact, describe_event
from chengshu.scenes.sample.models import Note


def about_note(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Unit and subject of the note; None if the asker may not see it."""
    found = Note.objects.filter(pk=facts["note"]).first()
    return None if found is None else {"unit": found.unit_id, "subject": found.subject}


_ADDS = (Fact("unit", "number", _("Unit of the note (id)")), Fact("subject", "string", _("Subject")))

describe_event(
    "sample.NoteLeft", _("A note was left"), titles={"note": _("Note (id)")}, adds=_ADDS, about=about_note
)
describe_event(
    "sample.NoteAnswered",
    _("A note was answered"),
    titles={"note": _("Note (id)")},
    adds=_ADDS,
    about=about_note,
)
