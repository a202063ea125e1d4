"""The application follows its case: status, moments, papers. The platform does this on the engine's events."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.events.bus import emit
from chengshu.hub.services import asked, bundling, filing
from chengshu.hub.services.events import ApplicationAccepted, ApplicationClosed, ApplicationDecided
from chengshu.hub.services.models import Application, Progress
from chengshu.hub.services.queries import applications

ACCEPTED: Final = "3"


@action(
    title=_("Record a change of status"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def record_status(*, application_id: int, status: str, at: datetime) -> bool:
    """Note that the case took on a status; told the same twice, nothing changes. Returns whether it was news.

    :param at: when the case took it on; what is told late does not overtake what came after it
    """
    application = applications.row(application_id, lock=True)
    if Progress.objects.filter(application=application, status=status, at=at).exists():
        return False
    latest = application.progress.aggregate(latest=Max("at"))["latest"]
    Progress(application=application, status=status, at=at).save()
    if latest is None or at >= latest or status in asked.DECIDED:
        application.status = status
    _note_moments(application, status, at)
    _case_number, application.due_at = filing.case_facts(application.case_id or 0)
    application.save()
    follow_parent(application)
    return True


@action(
    title=_("Record when an application is due"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def record_due(*, application_id: int) -> None:
    """Note the moment at which the clocks of the case are due now, after a pause, an extension or a supplement."""
    application = applications.row(application_id, lock=True)
    _case_number, application.due_at = filing.case_facts(application.case_id or 0)
    application.save()
    follow_parent(application)


@action(
    title=_("End an application"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def end_application(*, application_id: int, state: str) -> bool:
    """The case ended: without anything to deliver the application is closed; else delivery closes it.

    :param state: ``completed``, ``terminated`` or ``void``
    """
    application = applications.row(application_id, lock=True)
    if application.closed_at is not None:
        return False
    if state == "completed" and application.status in asked.DECIDED:
        return False
    close(application, timezone.now())
    application.save()
    follow_parent(application)
    return True


def _note_moments(application: Application, status: str, at: datetime) -> None:
    if status == ACCEPTED and application.accepted_at is None:
        application.accepted_at = at
        emit(ApplicationAccepted(application=application.pk))
    if status in asked.DECIDED and application.decided_at is None:
        application.decided_at = at
        emit(ApplicationDecided(application=application.pk, status=status))
    if status in asked.OVER:
        close(application, at)


def close(application: Application, at: datetime) -> None:
    """Nothing more happens to it; the caller saves."""
    if application.closed_at is None:
        application.closed_at = at
        emit(ApplicationClosed(application=application.pk, status=application.status))


def follow_parent(child: Application) -> None:
    """The bundle's own application says what its parts came to."""
    if child.parent_id is None:
        return
    parent = Application.objects.select_for_update().get(pk=child.parent_id)
    parts = list(parent.children.all())
    status = bundling.aggregated([part.status for part in parts])
    if status != parent.status:
        parent.status = status
        Progress(application=parent, status=status, at=timezone.now()).save()
    parent.accepted_at = parent.accepted_at or bundling.earliest([part.accepted_at for part in parts])
    if all(part.decided_at or part.closed_at for part in parts) and parent.decided_at is None:
        parent.decided_at = timezone.now()
        emit(ApplicationDecided(application=parent.pk, status=status))
    parent.due_at = bundling.latest([part.due_at for part in parts])
    if all(part.delivered_at or part.closed_at for part in parts):
        parent.delivered_at = bundling.latest([part.delivered_at for part in parts])
        close(parent, timezone.now())
    parent.save()
