"""A self-evaluation as typed, read and scored: what the rules say of it and what is wrong with which field.

Reads the evaluation's rows, writes nothing. Fields are named as the page names them: ``actual-P04#1``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.entry import read_amount
from chengshu.hub.promises.evaluation import rules as rulebook
from chengshu.hub.promises.evaluation.measures import Achievement, Kind
from chengshu.hub.promises.evaluation.scoring import SatisfactionMethod
from chengshu.hub.promises.evaluation.self_evaluation import (
    Blocker,
    Budget,
    Deviation,
    Evaluation,
    EvaluationInput,
    IndicatorInput,
    evaluate,
)
from chengshu.hub.promises.evaluation.weights import Family
from chengshu.hub.promises.judging import Promise, promises_of
from chengshu.hub.promises.measured import Value, read_value
from chengshu.hub.promises.models import Commitment, Indicator, SelfEvaluation, SelfEvaluationLine

_FAMILIES = {"1": Family.OUTPUT, "2": Family.BENEFIT, "3": Family.SATISFACTION, "4": Family.COST}
_PRINTED = (("产出", "1"), ("效益", "2"), ("满意", "3"), ("成本", "4"))
_FIELD_OF = {
    "indicator.unreported": "actual",
    "indicator.evidence": "actual",
    "deviation.missing": "reason_code",
    "deviation.reason": "reason_code",
    "deviation.explanation": "reason",
    "deviation.remedy": "measure",
    "deviation.due": "due",
    "scoring.interval": "points",
}


@dataclass(frozen=True, slots=True)
class LineTyped:
    """What the unit typed for one indicator."""

    actual: str = ""
    points: str = ""
    weight: str = ""
    reason_code: str = ""
    reason: str = ""
    measure: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class FormTyped:
    """What the unit typed for the form; amounts in 万元."""

    adjusted: str = ""
    paid: str = ""
    satisfaction: str = SatisfactionMethod.PROPORTION.value
    achieved_goal: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One line as far as it can be read."""

    actual: Decimal | None = None
    done: bool | None = None
    achievement: Achievement | None = None
    points: Decimal | None = None
    weight: Decimal | None = None
    due: date | None = None


@dataclass(frozen=True)
class Appraisal:
    """The scored form, what was read of each line, and every error by field."""

    result: Evaluation
    given: Mapping[str, Given]
    promises: Mapping[str, Promise]
    adjusted: Decimal | None
    paid: Decimal | None
    errors: Mapping[str, Words]


def typed_form(evaluation: SelfEvaluation) -> FormTyped:
    """What was typed for the form so far."""
    known = {field.name for field in fields(FormTyped)}
    return FormTyped(**{k: v for k, v in evaluation.weights.get("typed", {}).items() if k in known})


def typed_line(line: SelfEvaluationLine) -> LineTyped:
    """What was typed for a line so far."""
    known = {field.name for field in fields(LineTyped)}
    return LineTyped(**{k: v for k, v in line.breakdown.get("typed", {}).items() if k in known})


def rules_of(evaluation: SelfEvaluation) -> rulebook.Rules:
    """The rules of the day the evaluation was started."""
    return rulebook.at(date.fromisoformat(evaluation.weights["rules_on"]))


def family_of(commitment: Commitment) -> Family | None:
    """The first-level family of a commitment: by its code, else by its printed name; None if neither says."""
    for code in (commitment.family, commitment.l1_code):
        if code[:1] in _FAMILIES:
            return _FAMILIES[code[:1]]
    found = [digit for word, digit in _PRINTED if word in commitment.l1_name + commitment.l2_name]
    return _FAMILIES[found[0]] if found else None


def appraise(evaluation: SelfEvaluation) -> Appraisal:
    """Read and score an evaluation as it is typed now."""
    errors: dict[str, Words] = {}
    typed = typed_form(evaluation)
    adjusted = _amount(typed.adjusted, "adjusted", errors)
    paid = _amount(typed.paid, "paid", errors)
    promises = {p.indicator.ref: p for p in promises_of(Indicator.objects.filter(form_id=evaluation.form_id))}
    given: dict[str, Given] = {}
    inputs: list[IndicatorInput] = []
    for line in evaluation.lines.select_related("indicator"):
        ref = line.indicator.ref
        given[ref] = _read(line, promises[ref], errors)
        if one := _input(line, promises[ref], given[ref], errors):
            inputs.append(one)
    result = evaluate(
        EvaluationInput(
            Budget(
                evaluation.initial_budget,
                adjusted if adjusted is not None else evaluation.initial_budget,
                paid,
            ),
            tuple(inputs),
            rules_of(evaluation),
            satisfaction=_satisfaction(typed.satisfaction, errors),
        )
    )
    for blocker in result.blockers:
        errors.setdefault(_field(blocker), _named(blocker))
    return Appraisal(result, given, promises, adjusted, paid, errors)


def _read(line: SelfEvaluationLine, promise: Promise, errors: dict[str, Words]) -> Given:
    ref, typed, found = line.indicator.ref, typed_line(line), promise.measured
    value = Value()
    if typed.actual.strip() and found is not None:
        try:
            value = read_value(found.measure, typed.actual, field=f"actual-{ref}")
        except InvalidInput as error:
            errors[f"actual-{ref}"] = f"{ref}: {error.message} {error.hint}"
    if promise.is_computed:
        value = _computed_value(promise, value, typed.actual, errors)
    return Given(
        value.number,
        value.done,
        value.achievement,
        _points(typed.points, f"points-{ref}", errors),
        _points(typed.weight, f"weight-{ref}", errors),
        _day(typed.due, f"due-{ref}", errors),
    )


def _computed_value(promise: Promise, value: Value, typed: str, errors: dict[str, Words]) -> Value:
    """What the platform computed, whatever was typed; anything else that was typed is an error."""
    seen = promise.latest
    known = Value(seen.value, "" if seen.value is not None else seen.value_text) if seen else Value()
    if typed.strip() and value != known:
        errors[f"actual-{promise.indicator.ref}"] = _(
            "%(ref)s is computed by the platform: a value that somebody types in is not taken."
        ) % {"ref": promise.indicator.ref}
    return known


def _input(
    line: SelfEvaluationLine, promise: Promise, given: Given, errors: dict[str, Words]
) -> IndicatorInput | None:
    commitment, found, ref = promise.commitment, promise.measured, line.indicator.ref
    if commitment is None or found is None:
        return None
    family = family_of(commitment)
    if family is None:
        errors[f"weight-{ref}"] = _("%(ref)s has no family: correct the printed indicator first.") % {
            "ref": ref
        }
        return None
    if found.measure.kind is Kind.QUAL and given.achievement and given.points is None:
        errors.setdefault(f"points-{ref}", _("%(ref)s: enter the points for this grade.") % {"ref": ref})
    return IndicatorInput(
        ref,
        commitment.name,
        family,
        found.measure,
        actual=given.actual,
        done=given.done,
        achievement=given.achievement,
        given_points=given.points,
        has_evidence=promise.latest is not None,
        weight=given.weight,
        deviation=_deviation(typed_line(line), given),
    )


def _deviation(typed: LineTyped, given: Given) -> Deviation | None:
    if not any((typed.reason_code, typed.reason.strip(), typed.measure.strip(), typed.due.strip())):
        return None
    return Deviation(typed.reason_code, typed.reason, typed.measure, given.due)


def _satisfaction(typed: str, errors: dict[str, Words]) -> SatisfactionMethod:
    try:
        return SatisfactionMethod(typed)
    except ValueError:
        errors["satisfaction"] = _("This is none of the possible answers.")
        return SatisfactionMethod.PROPORTION


def _amount(text: str, name: str, errors: dict[str, Words]) -> Decimal | None:
    if not text.strip():
        if name == "adjusted":
            errors[name] = _("The adjusted annual budget is missing.")
        return None
    try:
        return read_amount(text, name)
    except InvalidInput as error:
        errors[name] = f"{error.message} {error.hint}"
        return None


def _points(text: str, name: str, errors: dict[str, Words]) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    whole, _point, fraction = plain.partition(".")
    if (
        plain.isascii()
        and whole.isdigit()
        and len(whole) <= 3
        and (not fraction or (fraction.isdigit() and len(fraction) <= 2))
    ):
        return Decimal(plain)
    errors[name] = _("“%(text)s” is no number of points: write 0 to 100 with at most two decimals.") % {
        "text": plain[:40]
    }
    return None


def _day(text: str, name: str, errors: dict[str, Words]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        errors[name] = _("“%(text)s” is not a day.") % {"text": text.strip()[:40]}
        return None


def _field(blocker: Blocker) -> str:
    """The field at which a blocker is shown."""
    if blocker.ref == Family.EXECUTION:
        return "paid"
    if not blocker.ref:
        return "weights" if blocker.code.startswith("weights") else "form"
    return f"{_FIELD_OF.get(blocker.code, 'actual')}-{blocker.ref}"


def _named(blocker: Blocker) -> str:
    return (
        f"{blocker.ref}: {blocker.text}"
        if blocker.ref and blocker.ref != Family.EXECUTION
        else str(blocker.text)
    )
