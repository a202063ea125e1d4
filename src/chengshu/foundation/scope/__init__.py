"""Data scope held by the database: row-level security and write guards, as migration operations.

The application's role owns nothing. Each transaction says who asks (``asking``); policies compare the row's unit
with the asker's units. A forgotten filter shows nothing instead of everything, and outside a running action every
guarded table refuses to be written.
"""

from __future__ import annotations

from django.db.migrations import RunSQL


def scope_rows(table: str, domain: str, *, unit: str = "unit_id", also_readable: str = "") -> RunSQL:
    """Row-level security for a table whose rows belong to a unit.

    :param domain: the app whose ``view`` powers open its rows
    :param unit: the column with the row's unit
    :param also_readable: an SQL condition that makes a row readable to everyone, such as a published one
    """
    readable = _in_scope("read", domain, unit)
    if also_readable:
        readable = f"({also_readable}) OR {readable}"
    writable = _in_scope("write", domain, unit)
    return RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({readable})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({writable})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({writable}) WITH CHECK ({writable})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({writable})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def guard_writes(table: str, *, readable: str = "true") -> RunSQL:
    """Row-level security for a table without units: written only inside an action.

    :param readable: an SQL condition for reading; by default every row is readable to the application
    """
    inside = "(SELECT scope_in_action())"
    return RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({readable})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({inside})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({inside}) WITH CHECK ({inside})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({inside})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def _in_scope(verb: str, domain: str, unit: str) -> str:
    """Sub-selects, so that PostgreSQL evaluates the scope once per query and not once per row."""
    return (
        f"(SELECT scope_everywhere('{verb}', '{domain}'))"
        f" OR {unit} = ANY ((SELECT scope_units('{verb}', '{domain}'))::bigint[])"
    )
