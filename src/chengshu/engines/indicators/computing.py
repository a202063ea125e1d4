"""Computes a number now, as the platform, over all records. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from time import monotonic

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition, Kind
from chengshu.engines.indicators.figures import ONE, Figure, Row, exact, figure_of, kept, parts_of, row_of
from chengshu.engines.indicators.linting import lint_query
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.registry import definition as registered
from chengshu.engines.indicators.registry import in_force
from chengshu.engines.indicators.results import Change, Comparison, Computed
from chengshu.engines.indicators.running import query_parameters, reading
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import Conflict, InvalidInput

AT_ONCE = 5000
_DRAWN = ("label", "url")
MOST_CHANGES = 200


def compute(
    *,
    name: str,
    period: Period,
    parameters: Mapping[str, str] | None = None,
    version: str = "",
) -> Computed:
    """What an indicator is for a period, by the records as they are now.

    :param version: the one in force on the last day of the period, or else the latest, if empty
    :raises Missing: if there is no such indicator
    :raises InvalidInput: if a parameter is unknown or one is missing
    :raises Conflict: if the query fails, or its answer cannot be
    """
    return computed_by(chosen_version(name, version, period), period, parameters or {})


def chosen_version(name: str, version: str, period: Period) -> IndicatorDefinition:
    """The version asked for; else the one in force at the end of the period; else the latest."""
    return registered(name, version) if version else in_force(name, period.last_day) or registered(name)


def computed_by(definition: IndicatorDefinition, period: Period, given: Mapping[str, str]) -> Computed:
    """The same by one definition; of a template for the subject that is given."""
    definition = definition.for_one()
    parameters = checked_parameters(definition, given)
    _require_reading(definition)
    started = monotonic()
    with asking(system("indicators", current_asker().channel)):
        rows = [row for _subject, row in _read(definition, period, parameters)]
        stated = _stated(definition, period, parameters) if definition.sql.strip() else None
    return _computed(definition, period, parameters, rows, stated, started)


def computed_for_all(
    definition: IndicatorDefinition, period: Period, given: Mapping[str, str], subjects: Iterable[str]
) -> dict[str, Computed]:
    """A template for all these subjects with one query; each is what :func:`computed_by` would make of it.

    :raises Conflict: if the query fails, or its answer cannot be
    """
    parameters = checked_parameters(definition, {**given, SUBJECT: ""})
    _require_reading(definition)
    started, one = monotonic(), definition.for_one()
    rows: dict[str, list[Row]] = {subject: [] for subject in subjects}
    with asking(system("indicators", current_asker().channel)):
        for subject, row in _read(definition, period, parameters):
            if subject in rows:
                rows[subject].append(row)
    return {
        subject: _computed(one, period, {**parameters, SUBJECT: subject}, found, None, started)
        for subject, found in rows.items()
    }


def _computed(
    definition: IndicatorDefinition,
    period: Period,
    parameters: Mapping[str, str],
    found: Iterable[Row],
    stated: Figure | None,
    started: float,
) -> Computed:
    rows = _ordered(definition, found)
    figure = _agreed(definition, figure_of(definition, rows), stated)
    roll = tuple(row.line for row in rows)
    return Computed(
        name=definition.name,
        version=definition.version,
        definition_digest=definition.digest,
        unit=definition.unit,
        parameters=parameters,
        period=period,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        records=len(rows),
        simulated=sum(row.simulated for row in rows),
        records_digest=digest_of(roll),
        roll=roll,
        query=definition.records_sql.strip(),
        duration_ms=int((monotonic() - started) * 1000),
        reason=figure.reason,
        parts=parts_of(definition, rows),
    )


def digest_of(roll: Sequence[str]) -> str:
    """SM3 over the lines of a roll."""
    return sm3("\n".join(roll).encode())


def checked_parameters(definition: IndicatorDefinition, given: Mapping[str, str]) -> dict[str, str]:
    """Every declared parameter as text.

    :raises InvalidInput: if one is unknown, or one without a default is missing
    """
    if unknown := sorted(set(given) - set(definition.parameters)):
        raise InvalidInput(
            _("The indicator “%(name)s” has no parameter %(unknown)s.")
            % {"name": definition.name, "unknown": ", ".join(unknown)},
            field="parameters",
            code="indicators.parameter",
            hint=_("Its parameters are: %(known)s.") % {"known": ", ".join(definition.parameters) or "—"},
        )
    found = {name: given.get(name, one.default) for name, one in definition.parameters.items()}
    if lacking := sorted(name for name, value in found.items() if value is None):
        raise InvalidInput(
            _("The indicator “%(name)s” needs %(lacking)s.")
            % {"name": definition.name, "lacking": ", ".join(lacking)},
            field="parameters",
            code="indicators.parameter_missing",
            hint=_("Give a value for each."),
        )
    return {name: str(value).replace("\x00", "") for name, value in sorted(found.items())}


def _require_reading(definition: IndicatorDefinition) -> None:
    """:raises Conflict: if a query does anything but read; registration refuses it too, evidence may be older"""
    for sql in definition.queries:
        problems = list(lint_query(sql))
        if problems:
            raise Conflict(
                problems[0].message,
                code=f"indicators.{problems[0].code}",
                hint=_("Correct the definition of %(name)s.") % {"name": definition.name},
            )


def _ordered(definition: IndicatorDefinition, found: Iterable[Row]) -> list[Row]:
    """Every examined record in the order of its key."""
    rows = sorted(found, key=lambda row: row.key.encode())
    for earlier, later in pairwise(rows):
        if earlier.key == later.key:
            raise Conflict(
                _("The record “%(key)s” is counted twice.") % {"key": later.key[:60]},
                code="indicators.counted_twice",
                hint=_("Correct the records query of %(name)s; a join may double its rows.")
                % {"name": definition.name},
            )
    return rows


def _read(
    definition: IndicatorDefinition, period: Period, parameters: Mapping[str, str]
) -> Iterator[tuple[str, Row]]:
    """Every record as the query finds it, with the subject that it is of."""
    try:
        with reading(definition.timeout_seconds) as cursor:
            cursor.execute(definition.records_sql, query_parameters(definition, period, parameters))
            columns = {column.name: at for at, column in enumerate(cursor.description or ())}
            of = columns.get(SUBJECT)
            while batch := cursor.fetchmany(AT_ONCE):
                for values in batch:
                    yield "" if of is None else str(values[of]), row_of(definition, columns, values)
    except DatabaseError as error:
        raise _failed(definition, error) from error


def _stated(definition: IndicatorDefinition, period: Period, parameters: Mapping[str, str]) -> Figure:
    """What the definition's own aggregate says."""
    try:
        with reading(definition.timeout_seconds) as cursor:
            cursor.execute(definition.sql, query_parameters(definition, period, parameters))
            columns = [column.name for column in cursor.description or ()]
            answer = cursor.fetchone()
    except DatabaseError as error:
        raise _failed(definition, error) from error
    found = dict(zip(columns, answer or (), strict=False))
    if "value" in found:
        value = None if found["value"] is None else exact(found["value"])
        return Figure(value, Decimal(0), Decimal(0))
    return figure_of(
        replace(definition, kind=Kind.RATE),
        [Row("", exact(found["numerator"] or 0), exact(found["denominator"] or 0), None, False)],
    )


def _agreed(definition: IndicatorDefinition, figure: Figure, stated: Figure | None) -> Figure:
    """The number of the rows, which the definition's own aggregate must not contradict.

    :raises Conflict: if it does
    """
    if stated is None:
        return figure
    if definition.kind == Kind.INDEX:
        return replace(figure, value=None if stated.value is None else kept(definition, stated.value))
    if _differ(figure.value, stated.value):
        raise Conflict(
            _("The number of %(name)s, %(stated)s, is not what its records say, %(counted)s.")
            % {"name": definition.name, "stated": stated.value, "counted": figure.value},
            code="indicators.disagree",
            hint=_("Correct one of its two queries, or leave the aggregate out."),
        )
    return figure


def _differ(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > ONE / 1000


def _failed(definition: IndicatorDefinition, error: DatabaseError) -> Conflict:
    return Conflict(
        _("The query of %(name)s failed: %(error)s")
        % {"name": definition.name, "error": str(error).strip().split("\n")[0]},
        code="indicators.query",
        hint=_("Check it with: ./chengshu indicators check"),
    )


def compare(
    *, name: str, first: str, second: str, period: Period, parameters: Mapping[str, str] | None = None
) -> Comparison:
    """The same period by two versions; parameters that a version does not know are left out for it.

    :raises Missing: if there is no such version
    """
    computed = []
    for version in (first, second):
        definition = registered(name, version)
        given = {key: value for key, value in (parameters or {}).items() if key in definition.parameters}
        computed.append(computed_by(definition, period, given))
    changes = differences(computed[0].roll, computed[1].roll)
    return Comparison(computed[0], computed[1], tuple(changes[:MOST_CHANGES]), len(changes))


def differences(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """What came, went or changed between two rolls, in the order of the keys."""
    old, new = (dict(line.split("\t", 1) for line in roll) for roll in (before, after))
    changes = [
        Change(
            "added" if key not in old else "gone" if key not in new else "changed",
            key,
            old.get(key, ""),
            new.get(key, ""),
        )
        for key in old.keys() | new.keys()
        if old.get(key) != new.get(key)
    ]
    return sorted(changes, key=lambda change: change.key)
