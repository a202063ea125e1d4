"""Rules and alarms in words: what pages show of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.streams.models_rules import (
    Alarm,
    AlarmLevel,
    AlarmReason,
    AlarmRule,
    AlarmState,
    AlarmStep,
    AlarmStepKind,
)
from chengshu.engines.streams.things import Kind, Property
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Column, TimelineEvent

Metrics = Mapping[str, Property]
"""What is known of each metric, by its key."""

COLUMNS = (
    Column("title", gettext_lazy("Alarm"), header=True),
    Column("level", gettext_lazy("Level"), "fit"),
    Column("device", gettext_lazy("Device")),
    Column("raised_at", gettext_lazy("Since"), "datetime"),
    Column("state", gettext_lazy("State"), "fit"),
)
LEVEL_TONES = {1: "negative", 2: "negative", 3: "caution", 4: "info"}
STATE_TONES = {
    AlarmState.RAISED: "negative",
    AlarmState.ACKNOWLEDGED: "caution",
    AlarmState.SUPPRESSED: "neutral",
    AlarmState.CLEARED: "info",
    AlarmState.CLOSED: "positive",
}
STEP_TONES = {
    AlarmStepKind.RAISED: "negative",
    AlarmStepKind.ESCALATED: "negative",
    AlarmStepKind.FLAPPING: "caution",
    AlarmStepKind.CLEARED: "positive",
    AlarmStepKind.ACKNOWLEDGED: "info",
}
COMPARES: dict[str, Words] = {
    "above": gettext_lazy("above"),
    "at_least": gettext_lazy("at least"),
    "below": gettext_lazy("below"),
    "at_most": gettext_lazy("at most"),
}
FUNCTIONS: dict[str, Words] = {
    "mean": gettext_lazy("mean"),
    "sum": gettext_lazy("sum"),
    "min": gettext_lazy("smallest value"),
    "max": gettext_lazy("largest value"),
    "count": gettext_lazy("number of readings"),
}


def listed(alarm: Alarm, behind: Alarm | None = None) -> dict[str, Any]:
    """A row of the list.

    :param behind: the alarm of a device above it for which this one is suppressed
    """
    state = AlarmState(alarm.state)
    return {
        "title": alarm.rule.title,
        "href": reverse("streams:alarm", args=[alarm.pk]),
        "unit": alarm.unit.shown_name,
        "level": AlarmLevel(alarm.level).label,
        "level_tone": LEVEL_TONES[alarm.level],
        "device": alarm.device,
        "subject": subject(alarm),
        "value": alarm.value,
        "raised_at": alarm.raised_at,
        "state": state.label,
        "state_tone": STATE_TONES[state],
        "step": alarm.step,
        "flapping": alarm.flapping,
        "reason": AlarmReason(alarm.reason).label if alarm.reason else "",
        "behind": _above(behind) if behind else None,
    }


def _above(alarm: Alarm) -> dict[str, str]:
    return {
        "title": alarm.rule.title,
        "subject": subject(alarm),
        "href": reverse("streams:alarm", args=[alarm.pk]),
    }


def subject(alarm: Alarm) -> str:
    """What the alarm is about."""
    if alarm.device:
        return f"{alarm.device.code} {alarm.device.title}"
    if alarm.subject_kind == "area":
        return _("Grid cell %(code)s") % {"code": alarm.subject_id}
    return _("All devices of the rule")


def facts(alarm: Alarm, metrics: Metrics) -> list[tuple[Words, Any]]:
    """Terms and values of the page of one alarm.

    :param metrics: what is known of each metric, as ``queries.metrics_in_use`` says it
    """
    rule = alarm.rule
    pairs: list[tuple[Words, Any]] = [
        (_("Rule"), _("%(title)s (number %(number)s)") % {"title": rule.title, "number": rule.number}),
        (_("Condition"), condition_words(rule.condition, metrics)),
        (_("Unit"), alarm.unit.shown_name),
    ]
    if alarm.device:
        pairs.append((_("Place"), alarm.device.place or "—"))
    if alarm.value is not None:
        pairs.append((_("Value when raised"), f"{alarm.value:g}"))
    if alarm.acknowledged_by:
        pairs.append((_("Acknowledged by"), alarm.acknowledged_by.title or alarm.acknowledged_by.username))
    return pairs


def history(alarm: Alarm) -> list[TimelineEvent]:
    """What happened to an alarm, the newest first."""
    steps = alarm.steps.select_related("account").order_by("-at", "-id")
    return [_event(step) for step in steps]


def _event(step: AlarmStep) -> TimelineEvent:
    kind = AlarmStepKind(step.kind)
    title = str(kind.label)
    if kind is AlarmStepKind.ESCALATED:
        title = _("Escalated, step %(number)s") % {"number": step.number}
    who = (step.account.title or step.account.username) if step.account else _("The platform")
    note = step.note or (AlarmReason(step.reason).label if step.reason else "")
    return TimelineEvent(title, step.at, who, note, STEP_TONES.get(kind, "neutral"))


def rule_row(rule: AlarmRule, metrics: Metrics) -> dict[str, Any]:
    """A row of the list of rules."""
    return {
        "title": rule.title,
        "href": reverse("streams:rule", args=[rule.key]),
        "key": rule.key,
        "number": rule.number,
        "level": AlarmLevel(rule.level).label,
        "level_tone": LEVEL_TONES[rule.level],
        "condition": condition_words(rule.condition, metrics),
        "devices": rule.group.title if rule.group else rule.model.title if rule.model else _("All"),
        "unit": rule.unit.shown_name,
    }


def rule_facts(rule: AlarmRule, metrics: Metrics) -> list[tuple[Words, Any]]:
    """Terms and values of the page of one rule."""
    absence = rule.condition["kind"] == "absence"
    return [
        (_("Condition"), condition_words(rule.condition, metrics)),
        (_("Unit"), _("%(unit)s and the units below it") % {"unit": rule.unit.shown_name}),
        (_("Thing model"), rule.model.title if rule.model else _("All")),
        (_("Group"), rule.group.title if rule.group else _("All")),
        (_("Alarms of devices below"), _("go behind it") if absence or rule.hides_children else _("stay")),
        (_("What to do first"), rule.advice or "—"),
    ]


def number_row(rule: AlarmRule, metrics: Metrics) -> dict[str, Any]:
    """One number in the history of a rule."""
    return {
        "number": rule.number,
        "title": rule.title,
        "level": AlarmLevel(rule.level).label,
        "level_tone": LEVEL_TONES[rule.level],
        "condition": condition_words(rule.condition, metrics),
        "defined_at": rule.defined_at,
        "retired_at": rule.retired_at,
    }


def condition_words(condition: Mapping[str, Any], metrics: Metrics) -> str:
    """The condition as one sentence, with the metric's title and unit; one that no model knows by its key."""
    known = {
        "threshold": _threshold,
        "windowed": _windowed,
        "together": _together,
        "one_of": _one_of,
        "swing": _swing,
        "absence": _absence,
    }
    key = str(condition.get("metric", ""))
    metric = metrics.get(key) or Property(key, key, Kind.NUMBER)
    return known[str(condition["kind"])](condition, metric)


def _limit(condition: Mapping[str, Any], unit: str) -> str:
    return f"{COMPARES[condition['compare']]} {_measured(condition['limit'], unit)}"


def _measured(value: float, unit: str) -> str:
    return f"{value:g} {unit}".rstrip()


def _threshold(condition: Mapping[str, Any], metric: Property) -> str:
    words = f"{metric.title} {_limit(condition, metric.unit)}"
    if condition.get("for_ms"):
        words = _("%(words)s for %(time)s") % {"words": words, "time": duration(condition["for_ms"])}
    if condition.get("clear") is not None:
        words = _("%(words)s, until it is back at %(clear)s") % {
            "words": words,
            "clear": _measured(condition["clear"], metric.unit),
        }
    return words


def _windowed(condition: Mapping[str, Any], metric: Property) -> str:
    function = condition["function"]
    return _("%(function)s of %(metric)s over %(time)s %(limit)s") % {
        "function": FUNCTIONS[function],
        "metric": metric.title,
        "time": duration(condition["within_ms"]),
        "limit": _limit(condition, "" if function == "count" else metric.unit),
    }


def _together(condition: Mapping[str, Any], metric: Property) -> str:
    if condition["function"] == "count":
        return _("%(metric)s %(limit)s on at least %(needed)s devices at once") % {
            "metric": metric.title,
            "limit": _limit(condition, metric.unit),
            "needed": condition.get("needed", 1),
        }
    return _("%(function)s of %(metric)s over all devices %(limit)s") % {
        "function": FUNCTIONS[condition["function"]],
        "metric": metric.title,
        "limit": _limit(condition, metric.unit),
    }


def _one_of(condition: Mapping[str, Any], metric: Property) -> str:
    return _("%(metric)s is %(words)s") % {
        "metric": metric.title,
        "words": " / ".join(condition["words"]),
    }


def _swing(condition: Mapping[str, Any], metric: Property) -> str:
    directions = {"rise": _("rises"), "fall": _("falls"), "any": _("rises or falls")}
    return _("%(metric)s %(moves)s by %(by)s within %(time)s") % {
        "metric": metric.title,
        "moves": directions[condition.get("direction", "any")],
        "by": _measured(condition["by"], metric.unit),
        "time": duration(condition["within_ms"]),
    }


def _absence(condition: Mapping[str, Any], _metric: Property) -> str:
    return _("silent for %(factor)s times its interval, at least %(time)s") % {
        "factor": f"{condition.get('factor', 3):g}",
        "time": duration(condition.get("at_least_ms", 300_000)),
    }


def duration(milliseconds: int) -> str:
    """Milliseconds in the largest unit that divides them."""
    for size, words in ((3_600_000, _("%(count)s h")), (60_000, _("%(count)s min"))):
        if milliseconds % size == 0 and milliseconds:
            return words % {"count": milliseconds // size}
    return _("%(count)s s") % {"count": f"{milliseconds / 1000:g}"}
