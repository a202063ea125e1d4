"""What can be wrong with a definition: in itself (``lint``), and against its tables (``problems_in_database``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.colours import require_order
from chengshu.engines.indicators.definitions import (
    PERIOD_PARAMETERS,
    SUBJECT,
    Direction,
    Grain,
    IndicatorDefinition,
    Kind,
    Subjects,
)
from chengshu.engines.indicators.results import Problem
from chengshu.engines.indicators.running import columns_of, filler
from chengshu.engines.indicators.units import UNITS
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit

NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_QUOTED_OR_COMMENT = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/", re.S
)
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_PARAMETER = re.compile(r"%\((\w+)\)s")
WRITING = frozenset(
    (
        "insert", "update", "delete", "merge", "truncate", "drop", "alter", "create", "grant", "revoke", "copy", "call",
        "do", "lock", "vacuum", "analyze", "into", "reindex", "refresh", "listen", "notify", "prepare", "execute",
        "deallocate", "begin", "commit", "rollback", "savepoint", "reset", "discard",
    )
)  # fmt: skip
REACHING_OUT = frozenset(
    (
        "set_config", "pg_sleep", "pg_sleep_for", "pg_sleep_until", "nextval", "setval", "pg_read_file",
        "pg_read_binary_file", "pg_ls_dir", "pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_notify",
        "pg_advisory_lock", "pg_advisory_xact_lock", "query_to_xml", "database_to_xml", "dblink", "lo_import",
        "lo_export", "lo_create", "lo_unlink",
    )
)  # fmt: skip
CHANGING = frozenset(
    (
        "now", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "clock_timestamp",
        "statement_timestamp", "transaction_timestamp", "timeofday", "random", "gen_random_uuid", "pg_snapshot_xmin",
        "txid_current", "current_user",
    )
)  # fmt: skip
"""Words whose answer is another one tomorrow."""
_AMOUNTS = {
    Kind.SUM, Kind.MEAN, Kind.MEDIAN, Kind.P90, Kind.P95, Kind.P99, Kind.MAXIMUM, Kind.MINIMUM,
}  # fmt: skip


def lint(definition: IndicatorDefinition) -> list[Problem]:
    """What is wrong with a definition in itself; empty when nothing is."""
    return [*_words(definition), *_queries(definition), *_parameters(definition)]


def _words(given: IndicatorDefinition) -> Iterator[Problem]:
    if not NAME.fullmatch(given.name):
        yield Problem("name", _("A name is written scene.what_it_is, in small letters."))
    if not re.fullmatch(r"[0-9a-z][0-9a-z._-]{0,19}", given.version):
        yield Problem("version", _("A version is a short word, such as 1."))
    if not given.title or not given.meaning:
        yield Problem("words", _("A title and what counts must be given."))
    if given.unit not in UNITS:
        yield Problem("unit", _("The unit “%(unit)s” is not known.") % {"unit": given.unit})
    for field, known in (("kind", Kind), ("direction", Direction), ("grain", Grain)):
        if str(getattr(given, field)) not in {member.value for member in known}:
            yield Problem(
                field,
                _("“%(value)s” is no possible %(field)s.") % {"value": getattr(given, field), "field": field},
            )
    if given.kind == Kind.RATE and given.unit not in ("%", "‰"):
        yield Problem("unit.rate", _("A rate is given in percent."))
    if given.valid_until is not None and given.valid_until < given.valid_from:
        yield Problem("validity", _("It ends before it begins."))
    for limits in given.thresholds:
        try:
            require_order(given, limits)
        except InvalidInput as wrong:
            yield Problem("thresholds", wrong.message)
    if given.timeout_seconds not in range(1, 301):
        yield Problem("timeout", _("The time limit is 1 to 300 seconds."))


def _queries(given: IndicatorDefinition) -> Iterator[Problem]:
    yield from lint_query(given.records_sql)
    if given.subjects is not None:
        yield from _subjects(given, given.subjects)
    if given.sql.strip():
        yield from lint_query(given.sql)
    elif given.kind == Kind.INDEX:
        yield Problem("sql.missing", _("An index needs the query that computes it."))
    if "until" not in _used(given.records_sql) and "last_day" not in _used(given.records_sql):
        yield Problem("sql.period", _("The records query does not use the end of the period."))


def _subjects(given: IndicatorDefinition, subjects: Subjects) -> Iterator[Problem]:
    yield from lint_query(subjects.sql)
    if _used(subjects.sql):
        yield Problem("subjects.parameter", _("The query of the subjects is asked without parameters."))
    if given.sql.strip() or given.kind == Kind.INDEX:
        yield Problem("subjects.sql", _("A template has no second query of the number."))
    if given.promises:
        yield Problem("subjects.proves", _("A promise is bound to one subject of a template, not to all."))
    if given.parameters[SUBJECT].default is not None:
        yield Problem("subjects.default", _("The subject of a template is always asked for."))


def lint_query(sql: str) -> Iterator[Problem]:
    """What is wrong with one query: it must be a single SELECT that reads and answers the same tomorrow."""
    bare = bare_sql(sql)
    words = _WORD.findall(bare)
    if not words or words[0] not in ("select", "with"):
        yield Problem("sql.select", _("The query must begin with SELECT or WITH."))
    if ";" in bare:
        yield Problem("sql.one", _("Only one statement, without a semicolon."))
    if found := WRITING.intersection(words):
        yield Problem("sql.writes", _("The query writes: %(words)s.") % {"words": ", ".join(sorted(found))})
    if re.search(r"\bfor\s+(no\s+key\s+)?(update|share|key)\b", bare):
        yield Problem("sql.locks", _("The query locks rows."))
    if found := REACHING_OUT.intersection(words):
        yield Problem(
            "sql.reaches",
            _("The query does more than read: %(words)s.") % {"words": ", ".join(sorted(found))},
        )
    if found := CHANGING.intersection(words):
        yield Problem(
            "sql.changing",
            _("The query gives another answer tomorrow: %(words)s. Use the period.")
            % {"words": ", ".join(sorted(found))},
        )


def bare_sql(sql: str) -> str:
    """The query in small letters without comments, quoted text and parameters."""
    return _PARAMETER.sub(" ", _QUOTED_OR_COMMENT.sub(" ", sql)).lower()


def _used(sql: str) -> set[str]:
    return set(_PARAMETER.findall(sql))


def _parameters(given: IndicatorDefinition) -> Iterator[Problem]:
    used = _used(given.asked_sql) | _used(given.sql)
    if clash := set(PERIOD_PARAMETERS) & set(given.parameters):
        yield Problem(
            "parameter.period", _("Declared again: %(names)s.") % {"names": ", ".join(sorted(clash))}
        )
    if unknown := used - set(PERIOD_PARAMETERS) - set(given.parameters):
        yield Problem(
            "parameter.undeclared", _("Not declared: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    if idle := set(given.parameters) - used:
        yield Problem(
            "parameter.idle", _("Declared and never used: %(names)s.") % {"names": ", ".join(sorted(idle))}
        )
    for sql in (given.records_sql, given.sql):
        if "%" in _PARAMETER.sub("", sql).replace("%%", ""):
            yield Problem("parameter.percent", _("A percent sign that is no parameter is written twice."))
    for proven in given.promises:
        if wrong := set(proven.parameters) - set(given.parameters):
            yield Problem("proves.parameter", f"{proven.promise}: {', '.join(sorted(wrong))}")


def problems_in_database(definition: IndicatorDefinition) -> list[Problem]:
    """What is wrong with a definition against the tables as they are: planning, columns, owner. Runs nothing."""
    found: list[Problem] = []
    if not Unit.objects.filter(key=definition.owner).exists():
        found.append(Problem("owner", _("There is no unit “%(key)s”.") % {"key": definition.owner}))
    try:
        columns = columns_of(definition.records_sql, filler(definition))
        if definition.subjects is not None:
            found += _missing_of_subjects(columns_of(definition.subjects.sql, {}), columns)
        found += _missing_columns(definition, columns)
        if definition.sql.strip():
            found += _missing_results(definition, columns_of(definition.sql, filler(definition)))
    except DatabaseError as error:
        found.append(Problem("sql.plan", str(error).strip()))
    return found


def _missing_of_subjects(subjects: list[str], records: list[str]) -> Iterator[Problem]:
    for column in sorted({SUBJECT, "title"} - set(subjects)):
        yield Problem(
            "subjects.column", _("The query of the subjects has no column “%(column)s”.") % {"column": column}
        )
    if SUBJECT not in records:
        yield Problem(
            "column.missing", _("The records query has no column “%(column)s”.") % {"column": SUBJECT}
        )


def _missing_columns(given: IndicatorDefinition, columns: list[str]) -> Iterator[Problem]:
    has = set(columns)
    needed = {"key", *given.dimensions}
    if not given.no_simulation:
        needed.add("simulated")
    if given.kind in _AMOUNTS:
        needed.add("amount")
    if given.kind == Kind.DISTINCT:
        needed.add("thing")
    if given.kind == Kind.RATE and not {"part", "whole"} <= has:
        needed.add("counted")
    for column in sorted(needed - has):
        yield Problem(
            "column.missing", _("The records query has no column “%(column)s”.") % {"column": column}
        )
    if len(columns) != len(has):
        yield Problem("column.twice", _("The records query has two columns of one name."))


def _missing_results(given: IndicatorDefinition, columns: list[str]) -> Iterator[Problem]:
    if "value" not in columns and not {"numerator", "denominator"} <= set(columns):
        yield Problem("column.result", _("The query returns neither value nor numerator and denominator."))
