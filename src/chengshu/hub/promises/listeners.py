"""What the promises hear: a number was computed, or one is wanted."""

from __future__ import annotations

import logging

from chengshu.engines.indicators.api import IndicatorObserved, evaluate, observation
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.events.bus import listens
from chengshu.hub.promises.actions.computed import take_computed_values
from chengshu.hub.promises.events import PromiseBound
from chengshu.hub.promises.models import Binding, BindingKind, BudgetYear
from chengshu.hub.promises.wanted import wanted_periods

log = logging.getLogger("chengshu.promises")


@listens(IndicatorObserved)
def take_over(event: IndicatorObserved) -> None:
    """Bring the promises bound to this indicator up to date, where it was computed for a period that they ask for."""
    years = _years_with(event.indicator)
    if not years:
        return
    period = observation(event.observation).period
    for year in years:
        if period in wanted_periods(year.year):
            take_computed_values(budget_year=year, source_name=event.indicator, period=period)


@listens(PromiseBound)
def compute_now(event: PromiseBound) -> None:
    """Compute what a new binding asks, so that the promise need not wait for the next round."""
    binding = Binding.objects.select_related("indicator__form__budget_year").filter(pk=event.binding).first()
    if binding is None or binding.kind != BindingKind.INDICATOR or binding.valid_to is not None:
        return
    year = binding.indicator.form.budget_year
    for period in wanted_periods(year.year):
        try:
            evaluate(
                name=binding.source_name,
                version=binding.source_version,
                period=period,
                parameters=binding.parameters.get("source", {}),
            )
        except ChengshuError as error:
            log.warning("%s: %s", binding, error)
            return
    take_computed_values(budget_year=year, source_name=binding.source_name)


def _years_with(source_name: str) -> list[BudgetYear]:
    bound = Binding.objects.filter(kind=BindingKind.INDICATOR, valid_to=None, source_name=source_name)
    return list(BudgetYear.objects.filter(pk__in=bound.values("indicator__form__budget_year")))
