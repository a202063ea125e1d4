"""What files need now and then."""

from __future__ import annotations

from datetime import timedelta

from chengshu.foundation.files.actions import purge_uploads
from chengshu.foundation.files.uploads import ABANDONED_AFTER_S
from chengshu.foundation.files.verification import remove_orphans
from chengshu.foundation.jobs.periodic import periodic


@periodic(every=timedelta(hours=1))
def forget_abandoned_uploads() -> None:
    """Free the room of uploads that nobody continued for a day."""
    purge_uploads(older_than_s=ABANDONED_AFTER_S)


@periodic(every=timedelta(days=1))
def remove_contents_without_files() -> None:
    """Contents whose transaction never committed."""
    remove_orphans()
