"""What the records behind an indicator are written by, and whether anything was written since.

Every write is an action and every action leaves an entry in the audit chain, in the same transaction. So counting the
entries of an app tells, without reading its tables, whether any of them can have changed. An entry counts for the app
of its action and for the apps of everything that it changed. Lanes of the chain are written one transaction at a time,
so reading each from where it was last left misses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.linting import bare_sql
from chengshu.engines.indicators.models import ChangeMark
from chengshu.engines.indicators.running import filler, tables_of
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit.chain import LANES
from chengshu.foundation.manifest import modules

Marks = Mapping[str, int]
"""How many changes each app has made, as far as the chain was read."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_LOCK = 0x696E6469
_COUNTED = """
    WITH fresh AS (
        SELECT entry.lane, entry.position, entry.action, entry.outcome, entry.details
        FROM unnest(%s::smallint[], %s::bigint[]) AS seen (lane, position)
        JOIN audit_auditentry entry ON entry.lane = seen.lane AND entry.position > seen.position
    ), touched AS (
        SELECT split_part(action, '.', 1) AS app FROM fresh WHERE outcome = 'done'
        UNION ALL
        SELECT split_part(change ->> 'object', '.', 1)
        FROM fresh, jsonb_array_elements(
            CASE jsonb_typeof(details -> 'changes') WHEN 'array' THEN details -> 'changes' ELSE '[]' END
        ) AS change
        WHERE outcome = 'done'
    )
    SELECT 'lane:' || lane, max(position) FROM fresh GROUP BY lane
    UNION ALL
    SELECT 'app:' || app, count(*) FROM touched WHERE app <> '' GROUP BY app
"""


def read_chain() -> Marks:
    """Read what was done since the chain was last read. Only inside an action of this app; one reader at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    known = marks()
    lanes = [known.get(f"lane:{lane}", 0) for lane in range(LANES)]
    with asking(system("indicators", current_asker().channel)), connection.cursor() as cursor:
        if not _is_read(known):
            cursor.execute("SELECT 'lane:' || lane, max(position) FROM audit_auditentry GROUP BY lane")
        else:
            cursor.execute(_COUNTED, [list(range(LANES)), lanes])
        found = dict(cursor.fetchall())
    now = {
        name: number if name.startswith("lane:") else known.get(name, 0) + number
        for name, number in found.items()
    }
    ChangeMark.objects.bulk_create(
        [ChangeMark(name=name, number=number) for name, number in now.items()],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["number"],
    )
    return {**known, **now}


def _is_read(known: Marks) -> bool:
    return any(name.startswith("lane:") for name in known)


def marks() -> Marks:
    """How far the chain was read, and what it said by then."""
    return {**dict(ChangeMark.objects.values_list("name", "number")), "migrations": _migrations()}


def marks_of(definition: IndicatorDefinition, known: Marks) -> dict[str, int] | None:
    """What must stay the same for the number to stay the same; None where nothing tells, or not yet."""
    written_by = apps_of(definition)
    if written_by is None or not _is_read(known):
        return None
    return {
        "migrations": known.get("migrations", 0),
        **{app: known.get(f"app:{app}", 0) for app in sorted(written_by)},
    }


def _migrations() -> int:
    """Migrations write without actions; the last one stands for them."""
    recorded = MigrationRecorder(connection).migration_qs.order_by("-id").values_list("id", flat=True)
    return int(recorded[0]) if recorded else 0


_found: dict[str, frozenset[str] | None] = {}


def apps_of(definition: IndicatorDefinition) -> frozenset[str] | None:
    """The apps whose tables the queries read; None if one of these is written without actions, or nothing tells."""
    if definition.digest not in _found:
        try:
            read = _read_by(definition)
        except DatabaseError:
            return None
        owners, open_tables = _tables()
        told = not read & open_tables and read <= owners.keys()
        _found[definition.digest] = frozenset(owners[table] for table in read) if told else None
    return _found[definition.digest]


def lineage(definition: IndicatorDefinition) -> tuple[str, ...]:
    """The tables that a definition's queries read; of a query that cannot be planned those that it names."""
    try:
        return tuple(sorted(_read_by(definition)))
    except DatabaseError:
        return tuple(sorted(_named_by(definition)))


def _read_by(definition: IndicatorDefinition) -> set[str]:
    """By the names in the queries and by their plan: the plan leaves out what these parameters make idle, the names do
    not tell what a view reads.

    :raises DatabaseError: if a query cannot be planned
    """
    given = filler(definition)
    with asking(system("indicators", current_asker().channel)):
        planned = {table for sql in definition.queries for table in tables_of(sql, given)}
    return planned | _named_by(definition)


def _named_by(definition: IndicatorDefinition) -> set[str]:
    owners, _open = _tables()
    return {name for sql in definition.queries for name in _NAME.findall(bare_sql(sql))} & owners.keys()


@cache
def _tables() -> tuple[dict[str, str], frozenset[str]]:
    """Table → app, and the tables written outside actions."""
    owners = {
        model._meta.db_table: model._meta.app_label for model in apps.get_models(include_auto_created=True)
    }
    return owners, frozenset(table for module in modules() for table in module.open_tables)
