"""What a scene says of an indicator: a dated definition in words, unit and SQL. Nothing here touches a database.

One query lists the records that count; the number follows from its rows and nothing else, so that what is shown and
what can be looked into are the same. A change of meaning is a new version under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Words

FIRST_YEAR = 2025
"""Budget year whose promises are meant where a definition names none."""
PERIOD_PARAMETERS = ("since", "until", "first_day", "last_day")
"""Given to every query: the first moment, the first moment after the end, and both days as dates."""


class Kind(StrEnum):
    """How the rows make a number. ``counted``, ``part``, ``whole`` and ``amount`` are columns of the records query."""

    COUNT = "count"
    """Rows that are counted; none at all when no row was examined."""
    SUM = "sum"
    """Sum of ``amount`` over the counted rows."""
    RATE = "rate"
    """Percent of the rows that are counted, or of ``whole`` that is ``part``; nothing over nothing is no number."""
    MEAN = "mean"
    """Arithmetic mean of ``amount`` over the counted rows."""
    MEDIAN = "median"
    P90 = "p90"
    P95 = "p95"
    """The ``amount`` that 95 % of the counted rows do not exceed (nearest rank)."""
    P99 = "p99"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    DISTINCT = "distinct"
    """Different ``thing``s among the counted rows: companies, not their applications."""
    INDEX = "index"
    """A composed number: ``sql`` computes it, the records are what it rests on."""


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    EXACT = "exact"
    NONE = "none"


class Grain(StrEnum):
    """The finest period for which the number means something."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query may be asked with beside the period.

    :param default: used when none is given; None: one must be given
    """

    title: Words
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Proves:
    """A promise of a budget year that this indicator can prove.

    :param ref: its number in the printed tables, such as ``P27#4`` or ``D21``; ``P27-04`` is understood too
    :param parameters: what the indicator is asked with for this promise
    :param way: how the promise is measured beside its printed text: ``statistic``, ``share_target``, ``nature``,
        ``due_on``, ``monthly``
    """

    ref: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    way: Mapping[str, str] = field(default_factory=dict)
    year: int = FIRST_YEAR

    @property
    def promise(self) -> str:
        """The number as the tables' reader spells it: ``P27#4``, ``D21``."""
        form, _sign, number = self.ref.replace("-", "#").partition("#")
        return f"{form}#{int(number)}" if number else form


SUBJECT = "subject"
"""Parameter of a template, and the column of its records that says of which subject a record is."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The things that a template is asked of: one definition, one indicator for each of them.

    :param title: what such a thing is, such as a matter
    :param sql: one SELECT with a row for each: ``subject`` (stable key), ``title``; perhaps ``unit`` (key of the unit
        that sees its numbers; else the owner) and ``url`` (a path of its page)
    """

    title: Words
    sql: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which value on a number is blue, yellow, orange or red (notice, caution, serious, grave), from a day on.

    The limit itself belongs to the colour. Where higher is better a colour begins below, else above. None: there is no
    such colour.

    :param source: the document, decision or reasoning that sets them
    """

    valid_from: date
    source: str
    blue: Decimal | None = None
    yellow: Decimal | None = None
    orange: Decimal | None = None
    red: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDefinition:
    """One dated definition. See the engine's README for the columns of ``records_sql``.

    :param name: ``<scene>.<what>``, stable through all versions
    :param meaning: what counts and what does not, for people
    :param unit: a symbol of ``units.UNITS``, such as ``%``, ``件``, ``WD``
    :param owner: key of the unit that answers for the number
    :param records_sql: one read-only SELECT: one row per examined record
    :param sql: the same number as a single row (``value``, or ``numerator`` and ``denominator``); optional, and refused
        at evaluation when it disagrees with the records. Required for ``Kind.INDEX``
    :param dimensions: columns of ``records_sql`` by which the number may be broken down, with their titles
    :param no_simulation: why no record can be simulated, where the query has no column ``simulated``
    :param subjects: makes it a template: one indicator for each of these; ``records_sql`` then has a column ``subject``
    :param thresholds: dated; those that the owner sets on the page come before them
    :param valid_until: last day on which this version is the one in force; None: still
    """

    name: str
    version: str = "1"
    title: Words
    meaning: Words
    unit: str
    kind: Kind | str
    owner: str
    records_sql: str
    sql: str = ""
    direction: Direction | str = Direction.HIGHER
    grain: Grain | str = Grain.MONTH
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    dimensions: Mapping[str, Words] = field(default_factory=dict)
    proves: tuple[Proves | str, ...] = ()
    valid_from: date = date(FIRST_YEAR, 1, 1)
    valid_until: date | None = None
    no_simulation: str = ""
    timeout_seconds: int = 30
    subjects: Subjects | None = None
    thresholds: tuple[Thresholds, ...] = ()
    late_after_hours: int = 3
    """A number not looked after for so long is late; the worker looks every hour."""

    def __post_init__(self) -> None:
        if self.subjects is not None and SUBJECT not in self.parameters:
            asked = {**self.parameters, SUBJECT: Parameter(self.subjects.title)}
            object.__setattr__(self, "parameters", asked)

    @property
    def asked_sql(self) -> str:
        """The records query as it is run for one question: of a template, for one subject."""
        if self.subjects is None:
            return self.records_sql
        return f"SELECT * FROM (\n{self.records_sql}\n) AS of_all WHERE of_all.subject::text = %(subject)s"

    @property
    def queries(self) -> tuple[str, ...]:
        """Everything that it asks the database."""
        of_subjects = self.subjects.sql if self.subjects else ""
        return tuple(sql for sql in (self.records_sql, self.sql, of_subjects) if sql.strip())

    def for_one(self) -> IndicatorDefinition:
        """The same for one subject, as its evidence keeps it: no template any more."""
        if self.subjects is None:
            return self
        return replace(self, records_sql=self.asked_sql, subjects=None)

    @property
    def promises(self) -> tuple[Proves, ...]:
        return tuple(Proves(each) if isinstance(each, str) else each for each in self.proves)

    @property
    def digest(self) -> str:
        """SM3 over everything that decides the number; titles may change without making another indicator."""
        facts: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "unit": self.unit,
            "kind": str(self.kind),
            "direction": str(self.direction),
            "records_sql": self.asked_sql.strip(),
            "sql": self.sql.strip(),
            "parameters": {name: parameter.default for name, parameter in self.parameters.items()},
        }
        return sm3(canonical(facts))

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
