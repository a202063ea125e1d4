"""What this scene hears."""

from __future__ import annotations

from chengshu.foundation.events.bus import listens
from chengshu.scenes.sample.actions import acknowledge_note
from chengshu.scenes.sample.events import NoteLeft
from chengshu.scenes.sample.models import Note


@listens(NoteLeft)
def acknowledge(event: NoteLeft) -> None:
    """Confirm to whoever left the note that it has arrived."""
    acknowledge_note(note=Note.objects.get(pk=event.note))
