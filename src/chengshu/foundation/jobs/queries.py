"""Reading long work; row security shows each account its own."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.errors import Missing
from chengshu.foundation.jobs.models import JobRecord


def my_jobs() -> QuerySet[JobRecord]:
    """The asker's own long work, newest first."""
    asker = signed_in_asker()
    return JobRecord.objects.filter(account_id=asker.account_id or 0).select_related("result_content")


def my_job(pk: int) -> JobRecord:
    """One of the asker's own jobs.

    :raises Missing: if there is none, or it is somebody else's
    """
    found = my_jobs().filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Missing(_("There is no such work of yours."), code="job.missing")
    return found
