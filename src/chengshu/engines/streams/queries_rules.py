"""Reading rules, alarms and maintenance; row security shows each asker its own units' rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Device
from chengshu.engines.streams.models_rules import (
    Alarm,
    AlarmReason,
    AlarmRule,
    AlarmState,
    MaintenanceWindow,
)
from chengshu.engines.streams.rules.alarms import DEEPEST
from chengshu.foundation.errors import Missing

HOLDS = (AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.SUPPRESSED)
"""States of an alarm whose condition has not ceased."""
MOST_BEHIND = 50
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


def hides_below() -> Q:
    """Rules whose alarms those of the devices below go behind."""
    return Q(rule__hides_children=True) | Q(rule__condition__kind="absence")


def hidden_behind(alarms: Sequence[Alarm]) -> dict[int, Alarm]:
    """For each alarm that is suppressed for a device above it, by id, the open alarm there that the asker may see."""
    above = {
        alarm.pk: alarm.device.parent_id
        for alarm in alarms
        if alarm.state == AlarmState.SUPPRESSED and alarm.reason == AlarmReason.PARENT and alarm.device
    }
    found: dict[int, Alarm] = {}
    for _level in range(DEEPEST):
        numbers = {parent for parent in above.values() if parent}
        if not numbers:
            break
        open_there = Alarm.objects.filter(hides_below(), device__in=numbers, state__in=HOLDS)
        nearest = {
            row.device_id: row for row in open_there.select_related("rule", "device").order_by("-raised_at")
        }
        found |= {alarm: nearest[parent] for alarm, parent in above.items() if parent in nearest}
        parents = dict(Device.objects.filter(pk__in=numbers).values_list("pk", "parent_id"))
        above = {
            alarm: parents.get(parent) for alarm, parent in above.items() if parent and alarm not in found
        }
    return found


def alarms_behind(alarm: Alarm) -> list[Alarm]:
    """Alarms of the devices below that are suppressed for this one or another alarm of its device."""
    if alarm.device is None or alarm.state not in HOLDS:
        return []
    if not (alarm.rule.hides_children or alarm.rule.condition["kind"] == "absence"):
        return []
    below, level = set[int](), [alarm.device.pk]
    for _level in range(DEEPEST):
        level = list(
            Device.objects.filter(parent__in=level).exclude(pk__in=below).values_list("pk", flat=True)
        )
        below |= set(level)
        if not level:
            break
    rows = Alarm.objects.filter(device__in=below, state=AlarmState.SUPPRESSED, reason=AlarmReason.PARENT)
    return list(rows.select_related("rule", "device", "unit").order_by("level", "-raised_at")[:MOST_BEHIND])


def alarm_counts() -> Mapping[str, int]:
    """How many alarms are in each state; closed ones are not counted."""
    rows = Alarm.objects.exclude(state=AlarmState.CLOSED).order_by().values_list("state")
    counted = dict(rows.annotate(count=Count("id")))
    return {state: counted.get(state, 0) for state in AlarmState.values}


def rules_in_force() -> QuerySet[AlarmRule]:
    return AlarmRule.objects.filter(retired_at=None).select_related("unit", "model", "group")


def rules_retired() -> QuerySet[AlarmRule]:
    """The last number of every rule of which none is in force."""
    later = AlarmRule.objects.filter(key=OuterRef("key"), number__gt=OuterRef("number"))
    last = AlarmRule.objects.exclude(retired_at=None).filter(~Exists(later))
    return last.select_related("unit", "model", "group")


def rule_by_key(key: str) -> AlarmRule:
    """The last number of a rule.

    :raises Missing: if there is none of this key
    """
    found = rule_history(key).order_by("-number").first()
    if found is None:
        raise Missing(
            _("There is no such alarm rule."), code="streams.no_rule", hint=_("Start from the list of rules.")
        )
    return found


def open_alarms_of(rule: AlarmRule) -> QuerySet[Alarm]:
    """What this number of a rule has raised and nobody has closed, suppressed ones too, the newest first."""
    rows = Alarm.objects.filter(rule=rule).exclude(state=AlarmState.CLOSED)
    return rows.select_related("rule", "device", "unit").order_by("-raised_at", "-id")


def open_alarms_by_rule() -> Mapping[int, int]:
    """How many alarms of each number of a rule wait for somebody."""
    rows = Alarm.objects.filter(state__in=OPEN).order_by().values_list("rule")
    return dict(rows.annotate(count=Count("id")))


def rule_history(key: str) -> QuerySet[AlarmRule]:
    """Every number of a rule, the newest first."""
    return AlarmRule.objects.filter(key=key).select_related("unit", "model", "group")


def maintenance_ahead() -> QuerySet[MaintenanceWindow]:
    """Windows that run or are to come."""
    rows = MaintenanceWindow.objects.filter(called_off_at=None, ends_at__gt=timezone.now())
    return rows.select_related("device", "group", "unit").order_by("starts_at")


def maintenance_over() -> QuerySet[MaintenanceWindow]:
    """Windows that have ended or were called off, the latest first."""
    rows = MaintenanceWindow.objects.filter(Q(ends_at__lte=timezone.now()) | ~Q(called_off_at=None))
    return rows.select_related("device", "group", "unit").order_by("-starts_at", "-id")


def maintenance_by_id(window_id: int) -> MaintenanceWindow:
    """One window.

    :raises Missing: if there is none that the asker may see
    """
    found = MaintenanceWindow.objects.select_related("unit").filter(pk=window_id).first()
    if found is None:
        raise Missing(
            _("There is no such maintenance window, or you may not see it."),
            code="streams.no_window",
            hint=_("Start from the list of windows."),
        )
    return found
