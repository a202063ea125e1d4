"""What the platform itself does for promises: binds those that a definition names, and takes over what was computed.

A person's binding, or unbinding, is never overridden. A value is taken over once; late data brings another one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import definitions, latest
from chengshu.engines.indicators.data import IndicatorDefinition, ObservationView, Period, Proves
from chengshu.foundation.action import action
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.hub.promises.actions.bindings import bind, to_indicator
from chengshu.hub.promises.actions.evidence import Computation, keep_computed
from chengshu.hub.promises.evaluation.measures import Kind
from chengshu.hub.promises.judging import Promise, promises_of
from chengshu.hub.promises.measured import DONE, NOT_DONE, Measured, Value, read_value
from chengshu.hub.promises.models import Binding, BindingKind, BudgetYear, Indicator, Observation
from chengshu.hub.promises.wanted import wanted_periods

log = logging.getLogger("chengshu.promises")


@dataclass
class Declared:
    """What binding by definition did: promises bound anew, and those that could not be, with the reason."""

    bound: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@action(
    title=_("Bind promises as the indicators declare"), at=lambda *, budget_year, **_rest: budget_year.unit_id
)
def bind_declared(*, budget_year: BudgetYear) -> Declared:
    """Bind every promise of a year that an indicator names and that no person has bound, or unbound.

    Where several versions name one promise, the latest proves it.
    """
    done = Declared()
    declared = dict(_declared_for(budget_year.year))
    found = Indicator.objects.filter(form__budget_year=budget_year, ref__in=declared)
    for promise in promises_of(found.select_related("form__budget_year")):
        definition, proves = declared[promise.indicator.ref]
        if _is_a_persons(promise.binding):
            continue
        try:
            binding = to_indicator(
                promise.indicator, definition.name, definition.version, proves.parameters, proves.way
            )
        except InvalidInput as error:
            done.refused[promise.indicator.ref] = f"{definition.name}: {error}"
            log.warning("%s cannot be proven by %s: %s", promise.indicator.ref, definition.name, error)
            continue
        if not _is_the_same(promise.binding, binding):
            binding.reason = str(_("Declared by the indicator's definition."))
            bind(promise.indicator, binding, by_platform=True)
            done.bound.append(promise.indicator.ref)
    return done


def _declared_for(year: int) -> Iterator[tuple[str, tuple[IndicatorDefinition, Proves]]]:
    for definition in sorted(definitions(), key=lambda each: each.valid_from):
        for proves in definition.promises:
            if proves.year == year:
                yield proves.promise, (definition, proves)


def _is_a_persons(binding: Binding | None) -> bool:
    return binding is not None and (
        binding.created_by_id is not None or binding.kind == BindingKind.ATTESTATION
    )


def _is_the_same(before: Binding | None, binding: Binding) -> bool:
    names = ("kind", "source_name", "source_version", "parameters")
    return before is not None and all(getattr(before, name) == getattr(binding, name) for name in names)


@action(title=_("Take over computed values"), at=lambda *, budget_year, **_rest: budget_year.unit_id)
def take_computed_values(
    *, budget_year: BudgetYear, source_name: str = "", period: Period | None = None
) -> int:
    """Make what the indicators computed the actual values of the promises bound to them; returns how many are new.

    :param source_name: only of promises bound to this indicator; of all if empty
    :param period: only what was computed for this one; for every period that is asked for if None
    """
    bindings = Binding.objects.filter(
        indicator__form__budget_year=budget_year, kind=BindingKind.INDICATOR, valid_to=None
    )
    if source_name:
        bindings = bindings.filter(source_name=source_name)
    promises = promises_of(Indicator.objects.filter(pk__in=bindings.values("indicator")))
    return sum(_take(promise, period) for promise in promises)


def _take(promise: Promise, period: Period | None) -> int:
    """How many values of this promise are new."""
    binding, found = promise.binding, promise.measured
    if binding is None or binding.kind != BindingKind.INDICATOR or found is None or not found.is_clear:
        return 0
    known = {
        seen.evidence.get("observation")
        for seen in Observation.objects.filter(indicator=promise.indicator, attestation=None)
    }
    views = computed_for(promise, period)
    if known and period is not None and any(view.value is None for view in views):
        views = computed_for(promise)  # whether nothing is the last word can only be told beside the others
    new = [
        view
        for view in views
        if view.id not in known and (view.value is not None or (known and view is views[-1]))
    ]
    return sum(_kept(promise, found, view) for view in new)


def _kept(promise: Promise, found: Measured, view: ObservationView) -> bool:
    try:
        value = _value_of(found, view.value)
        keep_computed(promise, view.period.last_day, value, _computation(view), view.simulated)
    except ChengshuError as error:
        log.warning("%s: %s was not taken over: %s", promise.indicator.ref, view.name, error)
        return False
    return True


def computed_for(promise: Promise, period: Period | None = None) -> list[ObservationView]:
    """The last answers to what the promise's binding asks: at each month's end, and the latest; oldest first.

    :param period: only for this one
    """
    binding = promise.binding
    if binding is None or binding.kind != BindingKind.INDICATOR:
        return []
    answers = [
        latest(
            name=binding.source_name,
            version=binding.source_version,
            period=asked,
            parameters=binding.parameters.get("source", {}),
        )
        for asked in ([period] if period else wanted_periods(promise.year))
    ]
    return [answer for answer in answers if answer is not None]


def _value_of(found: Measured, number: Decimal | None) -> Value:
    """A computed number as a value of the promise's measure; done or not where it asks only that."""
    if number is None:
        return Value()
    if found.measure.kind is Kind.BOOL:
        return Value(word=DONE if number > 0 else NOT_DONE)
    return read_value(found.measure, f"{number:f}")


def _computation(view: ObservationView) -> Computation:
    return Computation(
        query=view.evidence["definition"]["records_sql"],
        parameters=dict(view.evidence["parameters"]),
        records_digest=view.records_digest,
        record_count=view.records,
        software=view.evidence["software"],
        told={
            "observation": view.id,
            "observation_digest": view.evidence_digest,
            "period": str(view.period),
            "numerator": view.numerator,
            "denominator": view.denominator,
            "nothing_because": view.reason,
        },
    )
