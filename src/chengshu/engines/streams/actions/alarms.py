"""What people do about alarms: acknowledge, end, suppress."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.events import AlarmAcknowledged, AlarmCleared
from chengshu.engines.streams.models_rules import Alarm, AlarmReason, AlarmState, AlarmStep, AlarmStepKind
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit

LONGEST_SUPPRESSION = timedelta(days=30)


@action(title=_("Acknowledge an alarm"), at=lambda *, alarm, **_rest: alarm.unit_id)
def acknowledge_alarm(*, alarm: Alarm, note: str = "") -> Alarm:
    """Say that one has seen it and deals with it: it does not escalate any more.

    :raises Conflict: if it is not waiting for that
    """
    alarm = _locked(alarm, AlarmState.RAISED, AlarmState.CLEARED)
    alarm.acknowledged_at, alarm.acknowledged_by_id = timezone.now(), current_asker().account_id
    alarm.state = AlarmState.ACKNOWLEDGED if alarm.state == AlarmState.RAISED else AlarmState.CLOSED
    alarm.save()
    _note(alarm, AlarmStepKind.ACKNOWLEDGED, note)
    emit(AlarmAcknowledged(alarm.pk, alarm.rule.key, alarm.unit_id))
    return alarm


@action(title=_("End an alarm by hand"), at=lambda *, alarm, **_rest: alarm.unit_id)
def clear_alarm(*, alarm: Alarm, note: str) -> Alarm:
    """End an alarm whose condition still holds; it is raised anew only once the condition has ceased and come back.

    :raises InvalidInput: if the note says nothing
    :raises Conflict: if it is over
    """
    _said(note)
    alarm = _locked(alarm, AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.SUPPRESSED)
    alarm.state, alarm.cleared_at = AlarmState.CLOSED, timezone.now()
    alarm.save()
    _note(alarm, AlarmStepKind.ENDED, note)
    emit(AlarmCleared(alarm.pk, alarm.rule.key, alarm.unit_id, True))
    return alarm


@action(title=_("Suppress an alarm"), at=lambda *, alarm, **_rest: alarm.unit_id)
def suppress_alarm(*, alarm: Alarm, until: datetime, note: str) -> Alarm:
    """Hide an alarm up to a moment; if its condition holds then, it is raised again.

    :raises InvalidInput: if the moment is past or more than 30 days ahead, or the note says nothing
    :raises Conflict: if it is over
    """
    _said(note)
    if not timezone.now() < until <= timezone.now() + LONGEST_SUPPRESSION:
        raise InvalidInput(_("At most 30 days from now."), field="until")
    alarm = _locked(alarm, AlarmState.RAISED, AlarmState.ACKNOWLEDGED)
    alarm.state, alarm.reason, alarm.suppressed_until = AlarmState.SUPPRESSED, AlarmReason.HAND, until
    alarm.save()
    _note(alarm, AlarmStepKind.HIDDEN, note)
    return alarm


def _locked(alarm: Alarm, *states: AlarmState) -> Alarm:
    found = Alarm.objects.select_for_update(of=("self",)).select_related("rule").get(pk=alarm.pk)
    if found.state not in states:
        raise Conflict(
            _("The alarm is not in a state that allows this."),
            code="streams.alarm_state",
            hint=_("Somebody else may have been faster: look at it again."),
        )
    return found


def _said(note: str) -> None:
    if not 2 <= len(note.strip()) <= 300:
        raise InvalidInput(_("Say why."), field="note", hint=_("2 to 300 characters."))


def _note(alarm: Alarm, kind: AlarmStepKind, note: str) -> None:
    AlarmStep.objects.create(
        alarm=alarm,
        unit_id=alarm.unit_id,
        kind=kind,
        at=timezone.now(),
        note=storable(note.strip()[:300]),
        account_id=current_asker().account_id,
    )
