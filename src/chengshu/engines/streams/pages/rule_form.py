"""The form of an alarm rule: the fields of each kind of condition, what was typed, and a condition made of it.

Durations are typed in seconds. A field that was left empty is not part of the condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.streams import queries
from chengshu.engines.streams.rules.reading import COUNTS, KINDS, NUMBERS
from chengshu.engines.streams.showing_alarms import COMPARES, FUNCTIONS
from chengshu.engines.streams.things import Kind
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Option

TITLES: dict[str, Words] = {
    "threshold": gettext_lazy("Limit"),
    "one_of": gettext_lazy("State words"),
    "swing": gettext_lazy("Rise or fall"),
    "windowed": gettext_lazy("Over a time"),
    "together": gettext_lazy("Several devices"),
    "absence": gettext_lazy("Silence"),
}
MEANINGS: dict[str, Words] = {
    "threshold": gettext_lazy("A value crosses a limit and recovers at another one (hysteresis)."),
    "one_of": gettext_lazy("A metric that takes words says one of those given."),
    "swing": gettext_lazy("A value rises or falls by so much within a time."),
    "windowed": gettext_lazy(
        "The mean, sum, smallest, largest or number of the values of a time crosses a limit."
    ),
    "together": gettext_lazy("So many devices cross the limit at once, or the mean of all of them does."),
    "absence": gettext_lazy(
        "A device is silent for much longer than usual; alarms of the devices below it go behind this one."
    ),
}
DIRECTIONS: dict[str, Words] = {
    "any": gettext_lazy("rises or falls"),
    "rise": gettext_lazy("rises"),
    "fall": gettext_lazy("falls"),
}
WORDY = (Kind.CHOICE, Kind.TEXT)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the condition as the page draws it."""

    name: str
    label: Words
    kind: str = "decimal"
    hint: Words = ""
    unit: Words = ""
    required: bool = True
    options: Sequence[Option] = ()
    usual: str = ""
    """What stands there before anything was typed."""

    @property
    def width(self) -> str:
        return "medium" if self.kind in ("select", "text") else "short"


def condition_fields(kind: str, given: Mapping[str, str]) -> list[FormField]:
    """The fields of one kind of condition, in the order in which they are filled in."""
    return {
        "threshold": _threshold,
        "one_of": _one_of,
        "swing": _swing,
        "windowed": _windowed,
        "together": _together,
        "absence": _absence,
    }[kind](given.get("metric", ""))


def _metric(chosen: str, *, wordy: bool = False, required: bool = True) -> FormField:
    """Metrics of the thing models in use; one that was typed before stays even if none knows it any more."""
    known = {
        one.key: f"{one.title}{f' ({one.unit})' if one.unit else ''} · {one.key}"
        for one in queries.metrics_in_use().values()
        if not required or (one.kind in WORDY) == wordy
    }
    if chosen and chosen not in known:
        known[chosen] = chosen
    options = [Option(key, label) for key, label in known.items()]
    hint: Words = _("From the thing models in use; limits are in the unit shown.")
    if not required:
        options.insert(0, Option("", _("Any message")))
        hint = ""
    return FormField("metric", _("Metric"), "select", hint, required=required, options=options)


def _named(words: Mapping[str, Words], *keys: str) -> list[Option]:
    return [Option(key, words[key]) for key in keys or words]


def _compare() -> FormField:
    return FormField("compare", _("The value is"), "select", options=_named(COMPARES), usual="above")


def _limit() -> FormField:
    return FormField("limit", _("Limit value"), hint=_("In the unit of the metric."))


def _clear() -> FormField:
    return FormField(
        "clear",
        _("Recovered at"),
        hint=_("The value must come back to here before the alarm ends; the limit itself if left empty."),
        required=False,
    )


def _seconds(
    name: str, label: Words, hint: Words = "", *, required: bool = False, usual: str = ""
) -> FormField:
    return FormField(name, label, hint=hint, unit=_("seconds"), required=required, usual=usual)


def _lasting() -> list[FormField]:
    return [
        _seconds("for_ms", _("Must last"), _("At once if left empty.")),
        _seconds("clear_for_ms", _("Must have recovered for"), _("At once if left empty.")),
    ]


def _within(name: str = "within_ms") -> FormField:
    return _seconds(name, _("Within"), _("One hour is 3600 seconds."), required=True, usual="3600")


def _readings() -> FormField:
    return FormField(
        "at_least", _("Readings needed"), hint=_("Fewer say nothing."), required=False, usual="1"
    )


def _threshold(metric: str) -> list[FormField]:
    return [_metric(metric), _compare(), _limit(), _clear(), *_lasting()]


def _one_of(metric: str) -> list[FormField]:
    words = FormField("words", _("State words"), "text", _("Several are separated by commas."))
    return [_metric(metric, wordy=True), words, *_lasting()]


def _swing(metric: str) -> list[FormField]:
    direction = FormField("direction", _("The value"), "select", options=_named(DIRECTIONS), usual="any")
    by = FormField("by", _("By at least"), hint=_("In the unit of the metric."))
    return [_metric(metric), direction, by, _within()]


def _windowed(metric: str) -> list[FormField]:
    function = FormField(
        "function", _("Of the values of the time"), "select", options=_named(FUNCTIONS), usual="mean"
    )
    return [_metric(metric), function, _within(), _compare(), _limit(), _clear(), _readings()]


def _together(metric: str) -> list[FormField]:
    functions: dict[str, Words] = {**FUNCTIONS, "count": _("number of devices")}
    grouped = [
        Option("rule", _("all devices of the rule")),
        Option("area", _("the devices of each grid cell")),
    ]
    function = _named(functions, "count", "mean", "min", "max")
    return [
        _metric(metric),
        FormField("by", _("Looked at together"), "select", options=grouped, usual="rule"),
        FormField("function", _("What counts"), "select", options=function, usual="count"),
        _compare(),
        _limit(),
        FormField(
            "needed",
            _("Devices across the limit"),
            hint=_("Only when devices are counted."),
            required=False,
            usual="2",
        ),
        _seconds("fresh_ms", _("A value counts for"), _("Older ones are left out."), usual="600"),
        FormField("at_least", _("Devices that must have reported"), required=False, usual="1"),
    ]


def _absence(metric: str) -> list[FormField]:
    factor_hint = _("The interval is learned from what the device sent; before that its heartbeat counts.")
    return [
        _metric(metric, required=False),
        FormField("factor", _("Silent for so many times its interval"), hint=factor_hint, usual="3"),
        _seconds("at_least_ms", _("But never sooner than"), required=True, usual="300"),
    ]


def typed_condition(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as ``rules.reading`` takes it; what cannot be read goes on as text, and is refused there."""
    found: dict[str, Any] = {"kind": kind}
    for one in condition_fields(kind, typed) if kind in KINDS else ():
        text = typed.get(one.name, "").strip()[:LONGEST]
        if text or one.name == "metric":
            found[one.name] = _read(kind, one.name, text)
    return found


def _read(kind: str, name: str, text: str) -> Any:
    if name == "words":
        separated = text.replace("，", ",").replace("、", ",").split(",")
        return [word.strip() for word in separated if word.strip()]
    if (kind, name) == ("together", "by"):
        return text
    try:
        if name.endswith("_ms"):
            return round(float(text) * 1000)
        if name in COUNTS:
            return int(text)
        return float(text) if name in NUMBERS else text
    except (ValueError, OverflowError):
        return text


def shown_condition(condition: Mapping[str, Any]) -> dict[str, str]:
    """A stored condition as the form shows it: the way back of ``typed_condition``."""
    return {name: _shown(name, value) for name, value in condition.items() if value is not None}


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "、".join(value)
    if name.endswith("_ms"):
        return f"{value / 1000:.3f}".rstrip("0").rstrip(".") if value else ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def usual(kind: str) -> dict[str, str]:
    """What an empty form begins with."""
    return {one.name: one.usual for one in condition_fields(kind, {}) if one.usual}
