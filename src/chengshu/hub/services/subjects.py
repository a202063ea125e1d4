"""What forms of this part are filled in for, and where “my drafts” leads."""

from __future__ import annotations


def subject_of(application_id: int) -> str:
    """The subject under which an application's form is kept."""
    return f"application:{application_id}"
