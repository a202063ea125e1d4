"""Every kept observation computed again from the records, and why it differs where it does.

An observation whose number, records and digests all come out the same holds. Where they do not, something happened
that can be named: the definition is another one, the period still ran when it was computed, or its records were
written or corrected after it was over. What has no such reason is not explained, and that is what is looked for:
somebody changed what was kept, or a query does not answer the same twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max, Q

from chengshu.engines.indicators.computing import computed_by, differences, digest_of
from chengshu.engines.indicators.definitions import IndicatorDefinition, Kind
from chengshu.engines.indicators.figures import figure_of, row_read
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.observing import seal_of
from chengshu.engines.indicators.queries import definition_of, has_evidence, roll_of, view_of
from chengshu.engines.indicators.registry import versions_of
from chengshu.engines.indicators.results import Change, Computed, ObservationView
from chengshu.engines.indicators.sources import apps_of
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import ChengshuError, Conflict

MOST_NAMED = 5
LONGEST_ACTION = timedelta(minutes=10)
"""An action may commit so long after the time of its audit entry."""


class Cause(StrEnum):
    """Why an observation comes out as it does."""

    HOLDS = "holds"
    DEFINITION = "definition_changed"
    """By its own query it holds; the definition of this name and version is another one today, with another number."""
    REALITY = "reality"
    """Its period still ran when it was computed; what happened since changed the number."""
    LATE = "data_came_late"
    """Records of its period were written or corrected after both were over."""
    SEAL = "seal_broken"
    """Number and evidence do not fit their digest: somebody changed them."""
    ROLL = "records_broken"
    """The kept records do not fit their digest, or are gone."""
    ARITHMETIC = "arithmetic"
    """The kept records make another number."""
    QUERY = "query_fails"
    """Its query does not run any more although the definition is the same."""
    UNEXPLAINED = "unexplained"
    """The records differ although nothing was written to what the query reads."""

    @property
    def is_explained(self) -> bool:
        return self in (Cause.HOLDS, Cause.DEFINITION, Cause.REALITY, Cause.LATE)


@dataclass(frozen=True, slots=True)
class Rechecked:
    """One observation computed again."""

    observation: ObservationView
    cause: Cause
    now: str = ""
    """The number today; empty where there is none."""
    changed: int = 0
    changes: tuple[Change, ...] = ()
    """Some of the records that changed."""
    told: str = ""


def count_after(place: tuple[str, int]) -> int:
    """How many observations wait behind this place."""
    return IndicatorObservation.objects.filter(_behind(place)).count()


def recheck(after: tuple[str, int] = ("", 0)) -> Iterator[tuple[tuple[str, int], Rechecked]]:
    """Every observation behind a place, with its own place: question and number, to go on from there another time.

    Those of one question stand together, so that each question is asked of the records once. As the platform only.
    """
    written, answers = _last_writes(), dict[str, Computed | str]()
    asked = ""
    rows = IndicatorObservation.objects.filter(_behind(after)).order_by("question", "pk")
    for row in rows.iterator(chunk_size=200):
        if row.question != asked:
            asked, answers = row.question, {}
        yield (row.question, row.pk), _rechecked(row, answers, written)


def _behind(place: tuple[str, int]) -> Q:
    return Q(question__gt=place[0]) | Q(question=place[0], pk__gt=place[1])


def _last_writes() -> dict[str, datetime]:
    """App → when an action of it was last done."""
    found = AuditEntry.objects.filter(outcome="done").order_by().values("action").annotate(at=Max("at"))
    last: dict[str, datetime] = {}
    for entry in found:
        app = entry["action"].partition(".")[0]
        last[app] = max(entry["at"], last.get(app, entry["at"]))
    return last


def _rechecked(
    row: IndicatorObservation, answers: dict[str, Computed | str], written: dict[str, datetime]
) -> Rechecked:
    seen = view_of(row)
    if seal_of(seen) != row.evidence_digest or not has_evidence(seen):
        return Rechecked(seen, Cause.SEAL, told="number and evidence do not fit the kept digest")
    lines = [f"{key}\t{told}" for key, told in roll_of(seen).items()]
    if digest_of(lines) != seen.records_digest:
        return Rechecked(
            seen, Cause.ROLL, told=f"{len(lines)} of {seen.records} kept records are left or fit"
        )
    definition = definition_of(seen)
    if (told := _arithmetic(definition, seen, lines)) is not None:
        return Rechecked(seen, Cause.ARITHMETIC, told=told)
    now = _answer(definition, seen, answers)
    if isinstance(now, str):
        known = _registered(seen)
        cause = Cause.QUERY if known is not None and known.digest == _digest(seen) else Cause.DEFINITION
        return Rechecked(seen, cause, told=now)
    if now.value == seen.value and now.records_digest == seen.records_digest:
        return _by_the_definition_of_today(seen, answers)
    return _why(seen, definition, now, differences(lines, now.roll), written)


def _arithmetic(definition: IndicatorDefinition, seen: ObservationView, lines: list[str]) -> str | None:
    """What the kept records make, where that is something else than what was kept."""
    figure = figure_of(definition, [row_read(line) for line in lines])
    if definition.kind == Kind.INDEX:
        figure = replace(figure, value=seen.value)
    made = (figure.value, figure.numerator, figure.denominator)
    return (
        None
        if made == (seen.value, seen.numerator, seen.denominator)
        else "kept records make {} ({} / {})".format(*made)
    )


def _answer(
    definition: IndicatorDefinition, seen: ObservationView, answers: dict[str, Computed | str]
) -> Computed | str:
    """The number today by this definition; what was wrong, where there is none."""
    if definition.digest not in answers:
        try:
            answers[definition.digest] = computed_by(definition, seen.period, seen.parameters)
        except Conflict as problem:
            answers[definition.digest] = str(problem)
    return answers[definition.digest]


def _registered(seen: ObservationView) -> IndicatorDefinition | None:
    return next((each for each in versions_of(seen.name) if each.version == seen.version), None)


def _digest(seen: ObservationView) -> str:
    return str(seen.evidence["definition"]["sm3"])


def _by_the_definition_of_today(seen: ObservationView, answers: dict[str, Computed | str]) -> Rechecked:
    known = _registered(seen)
    if known is None or known.digest == _digest(seen):
        return Rechecked(seen, Cause.HOLDS, _written(seen), told="" if known else "its definition is gone")
    try:
        now = _answer(known.for_one(), seen, answers)
    except ChengshuError as problem:
        now = str(problem)
    if isinstance(now, str):
        return Rechecked(seen, Cause.DEFINITION, told=now)
    same = now.value == seen.value
    return Rechecked(
        seen, Cause.HOLDS if same else Cause.DEFINITION, _written(now), told="the definition is another one"
    )


def _why(
    seen: ObservationView,
    definition: IndicatorDefinition,
    now: Computed,
    changes: list[Change],
    written: dict[str, datetime],
) -> Rechecked:
    found = Rechecked(seen, Cause.UNEXPLAINED, _written(now), len(changes), tuple(changes[:MOST_NAMED]))
    if not _can_have_changed(seen, definition, written):
        return replace(found, told="nothing was written since to what its query reads")
    if seen.computed_at < seen.period.until:
        return replace(found, cause=Cause.REALITY, told="its period was not over when it was computed")
    return replace(found, cause=Cause.LATE, told="written or corrected after its period was over")


def _can_have_changed(
    seen: ObservationView, definition: IndicatorDefinition, written: dict[str, datetime]
) -> bool:
    """Whether something was written since to a table that the query reads."""
    read = apps_of(definition)
    since = seen.computed_at - LONGEST_ACTION
    return read is None or any(app in written and written[app] >= since for app in read)


def _written(found: ObservationView | Computed) -> str:
    return "" if found.value is None else f"{found.value:f}"
