"""What the worker does for the promises: every night, where each of them stands is judged anew."""

from __future__ import annotations

from datetime import time

from chengshu.foundation.jobs.periodic import periodic
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.models import BudgetYear


@periodic(daily_at=time(0, 20))
def refresh_every_standing() -> None:
    for budget_year in BudgetYear.objects.order_by("year"):
        refresh_standings(budget_year=budget_year)
