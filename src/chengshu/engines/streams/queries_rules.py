"""Reading rules, alarms and maintenance; row security shows each asker its own units' rows."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models_rules import Alarm, AlarmRule, AlarmState, MaintenanceWindow
from chengshu.foundation.errors import Missing

OPEN = (AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.CLEARED)


def alarms(*, state: str = "open", level: int = 0, words: str = "") -> QuerySet[Alarm]:
    """Alarms with rule, device and unit, the gravest first, then the newest.

    :param state: one of ``AlarmState``, ``open`` for all that waits for somebody, or ``all``
    :param words: beginning of a device's code
    """
    rows = Alarm.objects.select_related("rule", "device", "unit").order_by("level", "-raised_at", "-id")
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state in AlarmState.values:
        rows = rows.filter(state=state)
    if level:
        rows = rows.filter(level=level)
    return rows.filter(device__code__istartswith=words) if words else rows


def alarm_by_id(alarm_id: int) -> Alarm:
    """One alarm.

    :raises Missing: if there is none that the asker may see
    """
    found = (
        Alarm.objects.select_related("rule", "device", "unit", "acknowledged_by").filter(pk=alarm_id).first()
    )
    if found is None:
        raise Missing(
            _("There is no such alarm, or you may not see it."),
            code="streams.no_alarm",
            hint=_("Start from the list of alarms."),
        )
    return found


def alarm_counts() -> Mapping[str, int]:
    """How many alarms are in each state; closed ones are not counted."""
    rows = Alarm.objects.exclude(state=AlarmState.CLOSED).order_by().values_list("state")
    counted = dict(rows.annotate(count=Count("id")))
    return {state: counted.get(state, 0) for state in AlarmState.values}


def rules_in_force() -> QuerySet[AlarmRule]:
    return AlarmRule.objects.filter(retired_at=None).select_related("unit", "model", "group")


def rule_history(key: str) -> QuerySet[AlarmRule]:
    """Every number of a rule, the newest first."""
    return AlarmRule.objects.filter(key=key).select_related("unit", "model", "group")


def maintenance_ahead() -> QuerySet[MaintenanceWindow]:
    """Windows that run or are to come."""
    rows = MaintenanceWindow.objects.filter(called_off_at=None, ends_at__gt=timezone.now())
    return rows.select_related("device", "group", "unit").order_by("starts_at")
