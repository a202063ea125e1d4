"""What the worker does for the promises: every hour it binds and takes over what the indicators declare and computed;
every night, where each promise stands is judged anew."""

from __future__ import annotations

from datetime import time, timedelta

from chengshu.foundation.jobs.periodic import periodic
from chengshu.hub.promises.actions.computed import bind_declared, take_computed_values
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.models import BudgetYear


@periodic(daily_at=time(0, 20))
def refresh_every_standing() -> None:
    for budget_year in BudgetYear.objects.order_by("year"):
        refresh_standings(budget_year=budget_year)


@periodic(every=timedelta(hours=1))
def take_over_what_was_computed() -> None:
    for budget_year in BudgetYear.objects.order_by("year"):
        bind_declared(budget_year=budget_year)
        take_computed_values(budget_year=budget_year)
