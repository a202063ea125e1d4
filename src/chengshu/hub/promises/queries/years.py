"""Which budget years an asker may see, and the row set that every list of promises starts from."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.hub.promises.models import BudgetYear, Commitment


def years() -> list[BudgetYear]:
    """The budget years within the asker's scope, latest first."""
    return list(known_years().order_by("-year", "department_name"))


def known_years() -> QuerySet[BudgetYear]:
    """The same in no order."""
    return BudgetYear.objects.select_related("unit")


def year_named(given: str, known: Sequence[BudgetYear]) -> BudgetYear | None:
    """The year that ``given`` names, the latest one when it names none; None when there is no year at all.

    :raises InvalidInput: if ``given`` is no number
    :raises Missing: if the asker sees no such year
    """
    if not given:
        return known[0] if known else None
    if not (given.isascii() and given.isdigit()):
        raise InvalidInput(
            _("“%(year)s” is not a year.") % {"year": given[:20]},
            field="year",
            code="year",
            hint=_("Give it as four digits, such as 2025."),
        )
    for year in known:
        if year.year == int(given[:9]):
            return year
    raise Missing(_("No budget year %(year)s is known to you.") % {"year": given[:9]}, code="year.missing")


def promises_in(budget_year: BudgetYear) -> QuerySet[Commitment]:
    """What the versions in force of a year's forms promise, one row per promise."""
    return Commitment.objects.filter(
        indicator__form__budget_year=budget_year, version=F("indicator__form__current")
    )
