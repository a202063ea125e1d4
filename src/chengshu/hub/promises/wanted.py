"""Which numbers the promises want of the indicator engine: what each binding asks, at each month's end and today.

And the other way: which promises rest on an indicator.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone

from chengshu.engines.indicators.api import register_uses, register_wanted
from chengshu.engines.indicators.data import Period, Use, Wanted, budget_year, months_of, to_date
from chengshu.hub.promises.models import Binding, BindingKind


def wanted_periods(year: int, today: date | None = None) -> tuple[Period, ...]:
    """From the first of January to the end of each month that is over, and to today; none before the year begins.

    :param today: the present day if None
    """
    day = today or timezone.localdate()
    if day.year < year:
        return ()
    so_far = to_date(budget_year(year), day)
    ends = [month.last_day for month in months_of(so_far) if month.last_day < so_far.last_day]
    return (*(Period(so_far.first_day, end) for end in ends), so_far)


def wanted() -> Iterator[Wanted]:
    """What every binding in force asks."""
    bindings = Binding.objects.filter(kind=BindingKind.INDICATOR, valid_to=None)
    asked = bindings.values_list(
        "source_name", "source_version", "parameters", "indicator__form__budget_year__year"
    )
    for name, version, parameters, year in asked:
        for period in wanted_periods(year):
            settles = (period.first_day.month, period.last_day.month) != (1, 12)
            yield Wanted(name, version, period, parameters.get("source", {}), settles=settles)


register_wanted("promises", wanted)


def uses(indicator: str) -> Iterator[Use]:
    """The promises that rest on an indicator now, as far as the asker may see them."""
    found = Binding.objects.filter(kind=BindingKind.INDICATOR, valid_to=None, source_name=indicator)
    for binding in found.select_related("indicator").order_by("indicator__ref"):
        ref = binding.indicator.ref
        yield Use(ref, reverse("promises:indicator", kwargs={"slug": ref.replace("#", "-")}))


register_uses("promises", uses)
