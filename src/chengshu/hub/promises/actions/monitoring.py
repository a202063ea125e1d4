"""Double monitoring as it is done: a checkpoint is opened with what is known, filled in by the unit, and submitted.

Lights, forecasts and likelihoods are proposed when a checkpoint is opened and every time it is saved; what the unit
says about them stands beside them. A submitted checkpoint no longer changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import NoticeMissing, published_calendar
from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.hub.promises.entry import Unfinished, read_amount
from chengshu.hub.promises.evaluation import curves, monitoring, rules
from chengshu.hub.promises.evaluation.monitoring import Light, Likelihood
from chengshu.hub.promises.judging import Promise, as_seen, is_proven, promises_of
from chengshu.hub.promises.measured import WORDS, read_value, value_unit
from chengshu.hub.promises.models import BudgetYear, Form, Indicator, Monitoring, MonitoringLine
from chengshu.hub.promises.money import money_at

LONGEST_TEXT = 2000
COMPUTED = _(
    "The platform computes this promise; a value that somebody types in is not taken. Leave it as it was filled in."
)
DEVIATING = (Light.YELLOW.value, Light.RED.value)


@dataclass(frozen=True, slots=True)
class LineEntry:
    """What the unit says of one indicator, as typed."""

    actual: str = ""
    likelihood: str = ""
    reason_code: str = ""
    reason: str = ""
    remark: str = ""


@dataclass(frozen=True)
class FormEntry:
    """What the unit says of a checkpoint, as typed; ``lines`` by indicator ref, amounts in 万元."""

    lines: Mapping[str, LineEntry]
    paid: str = ""
    forecast_paid: str = ""
    explanation: str = ""


@action(title=_("Open a monitoring checkpoint"), at=lambda *, form, **_rest: form.unit_id)
def open_monitoring(*, form: Form, as_of: date) -> Monitoring:
    """Open a checkpoint of a form, prefilled with the proven values and payments known by that day.

    :param as_of: the last day the checkpoint covers
    :raises Conflict: if this checkpoint of the form is open already, or the form holds no version in force
    """
    return _open(form, as_of)


@action(
    title=_("Open a monitoring checkpoint of all forms"),
    at=lambda *, budget_year, **_rest: budget_year.unit_id,
)
def open_monitorings(*, budget_year: BudgetYear, as_of: date) -> list[Monitoring]:
    """Open a checkpoint of every form of a department's year that has none on that day yet."""
    _require_day(as_of, budget_year.year)
    opened = set(
        Monitoring.objects.filter(form__budget_year=budget_year, as_of=as_of).values_list(
            "form_id", flat=True
        )
    )
    forms = budget_year.forms.exclude(pk__in=opened).select_related("budget_year", "project", "current")
    return [_open(form, as_of) for form in forms if form.current_id]


@action(title=_("Fill in a monitoring checkpoint"), at=lambda *, monitoring, **_rest: monitoring.unit_id)
def save_monitoring(*, monitoring: Monitoring, entry: FormEntry) -> Monitoring:
    """Keep what the unit says so far; lights and forecasts are proposed anew from it.

    :raises Unfinished: naming every field that cannot be read; nothing is stored then
    :raises Conflict: if the checkpoint was submitted
    """
    known = _open_one(monitoring)
    errors = _fill_in(known, entry)
    if errors:
        raise Unfinished(errors, "monitoring.fields")
    return known


@action(title=_("Submit a monitoring checkpoint"), at=lambda *, monitoring, **_rest: monitoring.unit_id)
def submit_monitoring(*, monitoring: Monitoring) -> Monitoring:
    """Hand in a checkpoint that says why whatever deviates does so.

    :raises Unfinished: naming every field that still needs an answer
    """
    known = _open_one(monitoring)
    if errors := missing_in(known):
        raise Unfinished(errors, "monitoring.unfinished")
    known.submitted_at = timezone.now()
    known.submitted_by_id = current_asker().account_id
    known.save()
    return known


def missing_in(checkpoint: Monitoring) -> dict[str, Words]:
    """What a checkpoint still lacks before it can be submitted, by field."""
    errors: dict[str, Words] = {}
    others = {
        str(row["code"])
        for row in rules.at(checkpoint.as_of)["scoring.deviation_reasons"].rows
        if row.get("text_required")
    }
    computed = _computed_of(checkpoint)
    for line in checkpoint.lines.select_related("indicator"):
        ref = line.indicator.ref
        if not line.actual and line.indicator_id in computed:
            if not line.remark.strip():
                errors[f"remark-{ref}"] = _(
                    "%(ref)s: the platform has no value yet; say why in the remark."
                ) % {"ref": ref}
        elif not line.actual:
            errors[f"actual-{ref}"] = _("%(ref)s: not reported yet. A missing value is not a zero.") % {
                "ref": ref
            }
        if line.light in DEVIATING and not line.reason_code:
            errors[f"reason_code-{ref}"] = _("%(ref)s deviates: choose the reason.") % {"ref": ref}
        elif line.reason_code in others and not line.reason.strip():
            errors[f"reason-{ref}"] = _("%(ref)s: another reason must be explained in words.") % {"ref": ref}
    if checkpoint.paid is None:
        errors["paid"] = _("Payments are not reported yet.")
    if {checkpoint.budget_light, checkpoint.goal_light} & set(
        DEVIATING
    ) and not checkpoint.explanation.strip():
        errors["explanation"] = _(
            "A light is yellow or red: write the explanation or the plan of rectification."
        )
    return errors


def _computed_of(checkpoint: Monitoring) -> set[int]:
    """The indicators of a checkpoint that the platform computes."""
    promises = promises_of(Indicator.objects.filter(form_id=checkpoint.form_id))
    return {promise.indicator.pk for promise in promises if promise.is_computed}


def _open(form: Form, as_of: date) -> Monitoring:
    year = form.budget_year.year
    _require_day(as_of, year)
    if form.current_id is None:
        raise Conflict(
            _("The form “%(form)s” holds no version in force.") % {"form": form.ref},
            code="monitoring.no_version",
        )
    if Monitoring.objects.filter(form=form, as_of=as_of).exists():
        raise Conflict(
            _("This checkpoint of “%(form)s” is open already.") % {"form": form.ref},
            code="monitoring.open",
            hint=_("Fill it in, or choose another day."),
        )
    money = money_at(form, as_of)
    checkpoint = Monitoring(
        form=form,
        version_id=form.current_id,
        unit_id=form.unit_id,
        as_of=as_of,
        initial_budget=money.initial,
        adjusted_budget=money.adjusted,
        paid=money.paid,
    )
    checkpoint.save()
    for promise in promises_of(Indicator.objects.filter(form=form)):
        if promise.commitment is not None:
            line = MonitoringLine(monitoring=checkpoint, indicator=promise.indicator, unit_id=form.unit_id)
            line.actual = _known_value(promise, as_of)
            _propose(line, promise, as_of)
            line.save()
    _read_together(checkpoint)
    checkpoint.forecast_paid = _forecast_paid(checkpoint)
    checkpoint.save()
    return checkpoint


def _known_value(promise: Promise, as_of: date) -> str:
    """The latest proven value by that day, as it would be typed; empty if there is none."""
    seen = [o for o in promise.observations if o.as_of <= as_of and is_proven(o) and not o.simulated]
    found = promise.measured
    latest = max(seen, key=lambda o: (o.as_of, o.pk), default=None)
    if latest is None or found is None or as_seen(latest, found) is None:
        return ""
    return latest.value_text if latest.value is None else f"{latest.value.normalize():f}"


def _propose(line: MonitoringLine, promise: Promise, as_of: date) -> monitoring.Progress | None:
    """Light, share, forecast and, where the unit has not said, likelihood of a line, from its value."""
    line.light, line.progress, line.expected_share, line.forecast = Light.GREY.value, None, None, ""
    found = promise.measured
    if found is None or not line.actual:
        return None
    value = read_value(found.measure, line.actual, field=f"actual-{promise.indicator.ref}")
    progress = monitoring.progress_of(
        found.measure,
        monitoring.Reported(value.number, value.done, value.achievement),
        period=curves.year(promise.year),
        as_of=as_of,
        rules=rules.at(as_of),
        plan=promise.plan,
    )
    line.light = progress.light.value
    line.expected_share = progress.expected.quantize(Decimal("0.0001"))
    line.progress = _bounded(progress.ratio)
    if progress.forecast.value is not None:
        line.forecast = f"{progress.forecast.value.normalize():f}{value_unit(found.measure)}"
    if not line.likelihood and progress.likelihood is not None:
        line.likelihood = progress.likelihood.value
    return progress


def _bounded(ratio: Decimal | None) -> Decimal | None:
    """A ratio as its column can hold it."""
    return None if ratio is None else min(ratio, Decimal(99999)).quantize(Decimal("0.0001"))


def _fill_in(checkpoint: Monitoring, entry: FormEntry) -> dict[str, Words]:
    errors: dict[str, Words] = {}
    promises = {p.indicator.ref: p for p in promises_of(Indicator.objects.filter(form_id=checkpoint.form_id))}
    for line in checkpoint.lines.select_related("indicator"):
        ref = line.indicator.ref
        if ref in entry.lines:
            errors |= _fill_line(line, entry.lines[ref], promises[ref], checkpoint.as_of)
    errors |= _fill_money(checkpoint, entry)
    checkpoint.explanation = entry.explanation.strip()
    errors |= _too_long("explanation", checkpoint.explanation)
    if not errors:
        _read_together(checkpoint)
        checkpoint.save()
    return errors


def _fill_line(line: MonitoringLine, entry: LineEntry, promise: Promise, as_of: date) -> dict[str, Words]:
    ref = promise.indicator.ref
    errors: dict[str, Words] = {}
    line.actual, line.likelihood = entry.actual.strip()[:200], entry.likelihood
    if promise.is_computed and line.actual != _known_value(promise, as_of):
        errors[f"actual-{ref}"] = COMPUTED
    line.reason_code, line.reason, line.remark = entry.reason_code, entry.reason.strip(), entry.remark.strip()
    errors |= _too_long(f"reason-{ref}", line.reason) | _too_long(f"remark-{ref}", line.remark)
    reasons = {str(row["code"]) for row in rules.at(as_of)["scoring.deviation_reasons"].rows}
    if line.reason_code and line.reason_code not in reasons:
        errors[f"reason_code-{ref}"] = _("The reason is none of the listed ones.")
    if line.likelihood and line.likelihood not in set(Likelihood):
        errors[f"likelihood-{ref}"] = _("This is none of the possible answers.")
    try:
        _propose(line, promise, as_of)
    except InvalidInput as error:
        errors[f"actual-{ref}"] = f"{error.message} {error.hint}".strip()
    if not errors:
        line.save()
    return errors


def _fill_money(checkpoint: Monitoring, entry: FormEntry) -> dict[str, Words]:
    errors: dict[str, Words] = {}
    for name, text in (("paid", entry.paid), ("forecast_paid", entry.forecast_paid)):
        try:
            setattr(checkpoint, name, read_amount(text, name) if text.strip() else None)
        except InvalidInput as error:
            errors[name] = f"{error.message} {error.hint}"
    return errors


def _read_together(checkpoint: Monitoring) -> None:
    """Both lights, what they say together, and by when an explanation is due."""
    known = rules.at(checkpoint.as_of)
    money = monitoring.budget_light(
        checkpoint.paid,
        checkpoint.adjusted_budget,
        period=curves.year(checkpoint.as_of.year),
        as_of=checkpoint.as_of,
        rules=known,
    )
    goal = monitoring.goal_light(Light(line.light) for line in checkpoint.lines.all())
    checkpoint.budget_light, checkpoint.goal_light = money.light.value, goal.value
    checkpoint.reading = monitoring.reading(money.light, goal, known).code
    checkpoint.response_due_on = (
        _due(money.light, goal, known) if not checkpoint.response_due_on else checkpoint.response_due_on
    )
    if {money.light, goal} <= {Light.GREEN, Light.GREY}:
        checkpoint.response_due_on = None


def _due(money: Light, goal: Light, known: rules.Rules) -> date | None:
    """The last day for the explanation that a yellow light asks for, counted from today in working days.

    None where no rule sets a time, or where the next year's working days are not published yet.
    """
    responses = [monitoring.response_to(light, known) for light in (money, goal)]
    days = [response.working_days for response in responses if response and response.working_days is not None]
    if not days:
        return None
    try:
        return published_calendar().add_wd(timezone.localdate(), min(days))
    except NoticeMissing:
        return None


def _forecast_paid(checkpoint: Monitoring) -> Decimal | None:
    """The payments to expect by the end of the year at the pace so far, never above the adjusted budget."""
    if checkpoint.paid is None or checkpoint.adjusted_budget <= 0:
        return None
    curve = curves.Linear(curves.year(checkpoint.as_of.year))
    expected = monitoring.forecast_of(
        checkpoint.paid, checkpoint.adjusted_budget, curve, checkpoint.as_of
    ).value
    if expected is None:
        return None
    return max(checkpoint.paid, min(expected, checkpoint.adjusted_budget)).quantize(Decimal("0.01"))


def _open_one(checkpoint: Monitoring) -> Monitoring:
    known = Monitoring.objects.select_for_update().get(pk=checkpoint.pk)
    if known.submitted_at is not None:
        raise Conflict(
            _("This checkpoint was submitted and no longer changes."),
            code="monitoring.submitted",
            hint=_("Report what is new at the next checkpoint."),
        )
    return known


def _require_day(as_of: date, year: int) -> None:
    if as_of.year != year:
        raise InvalidInput(
            _("This day is not in the budget year %(year)s.") % {"year": year},
            field="as_of",
            code="monitoring.other_year",
        )
    if as_of > timezone.localdate():
        raise InvalidInput(_("This day is still to come."), field="as_of", code="monitoring.future")


def _too_long(name: str, text: str) -> dict[str, Words]:
    if len(text) <= LONGEST_TEXT and "\x00" not in text:
        return {}
    return {name: _("At most %(most)s printable characters.") % {"most": LONGEST_TEXT}}


def line_value(line: MonitoringLine) -> str:
    """What a line reports, in words people read."""
    return str(WORDS.get(line.actual, line.actual))


__all__ = [
    "FormEntry",
    "LineEntry",
    "line_value",
    "missing_in",
    "open_monitoring",
    "open_monitorings",
    "save_monitoring",
    "submit_monitoring",
]
