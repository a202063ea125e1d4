"""What people do with their long work."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict
from chengshu.foundation.files.actions import keep_content
from chengshu.foundation.files.names import safe_name
from chengshu.foundation.jobs.models import JobRecord, JobState


@action(title=_("Keep the result of a job"), at=Reach.SELF)
def keep_result(*, record: JobRecord, path: Path, name: str, media_type: str) -> JobRecord:
    """Take a file into the store as the result of a job."""
    record.result_content = keep_content(path, media_type)
    record.result_name = safe_name(name)
    record.save(update_fields=["result_content", "result_name"])
    return record


@action(title=_("Cancel a job"), at=Reach.SELF)
def cancel_job(*, record: JobRecord) -> JobRecord:
    """Stop a job: one that waits never starts, one that runs stops at its next report.

    :raises Conflict: if it has ended already
    """
    if record.is_final:
        raise Conflict(
            _("This work has ended already."), code="job.ended", hint=_("Look at its result in the list.")
        )
    record.cancel_requested = True
    if record.state == JobState.WAITING:
        record.state, record.finished_at = JobState.CANCELLED, timezone.now()
    record.save(update_fields=["cancel_requested", "state", "finished_at"])
    return record
