"""Keeping each promise's standing up to date: computed anew by whatever changes it, stored so that boards read one row.

``restand`` is called inside the actions of this app; ``refresh_standings`` is the daily recalculation, since a day
that passes changes verdicts too.
"""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.audit.changes import record_many
from chengshu.hub.promises.judging import Promise, judge, promises_of
from chengshu.hub.promises.models import BindingKind, BudgetYear, Form, Indicator, Observation, Standing

_KEPT_UP = ("verdict", "reason", "binding_kind", "observation_id", "simulated", "as_of")


@action(title=_("Recalculate the standings"), at=lambda *, budget_year, **_rest: budget_year.unit_id)
def refresh_standings(*, budget_year: BudgetYear, as_of: date | None = None) -> int:
    """Judge every promise of a department's year again; returns how many standings changed.

    :param as_of: the day at whose end is judged; today if None
    """
    return restand(Indicator.objects.filter(form__budget_year=budget_year), as_of)


def restand_form(form: Form, as_of: date | None = None) -> int:
    """Judge the promises of a form again, inside an action that changed it."""
    return restand(Indicator.objects.filter(form=form), as_of)


def restand(indicators: QuerySet[Indicator], as_of: date | None = None) -> int:
    """Judge these promises again, inside an action that changed them; returns how many standings changed."""
    day = as_of or timezone.localdate()
    promises = promises_of(indicators)
    known = {
        s.indicator_id: s for s in Standing.objects.filter(indicator__in=[p.indicator.pk for p in promises])
    }
    new: list[Standing] = []
    changed: list[Standing] = []
    for promise in promises:
        standing = known.get(promise.indicator.pk)
        if standing is None:
            standing = Standing(indicator=promise.indicator, unit_id=promise.indicator.unit_id)
            _fill(standing, promise, day)
            new.append(standing)
        elif _fill(standing, promise, day):
            changed.append(standing)
    Standing.objects.bulk_create(new)
    Standing.objects.bulk_update(changed, [name.removesuffix("_id") for name in _KEPT_UP])
    record_many("change", [*new, *changed])
    return len(new) + len(changed)


def _fill(standing: Standing, promise: Promise, day: date) -> bool:
    """Write the verdict into the standing; whether anything but the day differs from before."""
    before = [getattr(standing, name) for name in _KEPT_UP]
    judged = judge(promise, day)
    standing.verdict, standing.reason = judged.state.value, judged.reason.code[:60]
    standing.binding_kind = promise.binding.kind if promise.binding else BindingKind.UNBOUND
    standing.observation_id = _observation_id(
        promise, judged.observation.evidence if judged.observation else ()
    )
    standing.simulated = judged.is_tainted
    standing.as_of = day
    return before != [getattr(standing, name) for name in _KEPT_UP]


def _observation_id(promise: Promise, digests: tuple[str, ...]) -> int | None:
    matching: list[Observation] = [o for o in promise.observations if o.evidence_digest in digests]
    return matching[-1].pk if matching else None
