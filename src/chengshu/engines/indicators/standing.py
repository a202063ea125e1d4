"""How each question stands: written at every evaluation, read to leave out what cannot have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.models import IndicatorObservation, IndicatorStanding
from chengshu.engines.indicators.periods import Period

SETTLED_AFTER = timedelta(days=31)
"""How long after its end a period is still computed anew, for what is recorded late."""
_LOCKS = 0x696E6469
"""An arbitrary first number of advisory locks; the second is the indicator's."""


def take_hold(name: str, *, patient: bool = True) -> bool:
    """Have this transaction alone compute an indicator until it ends; whether it does.

    A round asks about many indicators in one transaction. It may not be patient: two that wait for one another
    end in a deadlock.
    """
    function = "pg_advisory_xact_lock" if patient else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [_LOCKS, name])
        (taken,) = cursor.fetchone()
    return patient or bool(taken)


def settle(
    definition: IndicatorDefinition,
    period: Period,
    question: str,
    marks: Mapping[str, int] | None,
    *,
    parameters: Mapping[str, str],
    unit_id: int,
    observation: IndicatorObservation | None = None,
    problem: str = "",
) -> None:
    """Note that a question was just asked, and what its sources were before. Only inside an action of this app.

    :param marks: of the sources, before the records were read
    :param problem: why it got no answer; the last answer stays
    """
    now = timezone.now()
    before = IndicatorStanding.objects.filter(question=question).first()
    facts = {
        "name": definition.name,
        "version": definition.version,
        "unit_id": unit_id,
        "first_day": period.first_day,
        "last_day": period.last_day,
        "parameters": dict(parameters),
        "definition_digest": definition.digest,
        "marks": marks,
        "problem": problem,
    }
    if problem:
        since = before.failing_since if before and before.problem else None
        facts["failing_since"] = since or now
    else:
        facts |= {"observation": observation, "failing_since": None, "evaluated_at": now}
    if before is None:
        IndicatorStanding.objects.create(question=question, checked_at=now, **{"evaluated_at": now, **facts})
        return
    IndicatorStanding.objects.filter(pk=before.pk).update(checked_at=now, **facts)


def is_unchanged(
    standing: IndicatorStanding | None, definition: IndicatorDefinition, marks: Mapping[str, int] | None
) -> bool:
    """Whether reading the records again can only give what they gave: nothing wrote to what the definition reads."""
    return (
        standing is not None
        and marks is not None
        and not standing.problem
        and standing.marks == dict(marks)
        and standing.definition_digest == definition.digest
        and (standing.observation_id is None or _has_pack(standing))
    )


def _has_pack(standing: IndicatorStanding) -> bool:
    return bool(standing.observation and standing.observation.blinding)


def look_after(standings: Iterable[IndicatorStanding]) -> None:
    """Note that these still hold. Only inside an action of this app."""
    numbers = [standing.pk for standing in standings]
    IndicatorStanding.objects.filter(pk__in=numbers).update(checked_at=timezone.now())


def standings_of(names: Iterable[str]) -> dict[str, IndicatorStanding]:
    """Question → how it stands, for these indicators."""
    found = IndicatorStanding.objects.filter(name__in=set(names)).select_related("observation")
    return {one.question: one for one in found.defer("observation__evidence")}
