"""Row policies of the tables that people change by actions and machines write; used by the migrations."""

from __future__ import annotations

from django.db import migrations

MACHINE = "(SELECT coalesce(current_setting('chengshu.machine', true), '') = 'streams')"
"""What the pump and the gateway say of themselves in their transactions (``machine.as_machine``)."""


def in_scope(verb: str) -> str:
    return (
        f"((SELECT scope_everywhere('{verb}', 'streams'))"
        f" OR unit_id = ANY ((SELECT scope_units('{verb}', 'streams'))::bigint[]))"
    )


def machine_written(table: str) -> migrations.RunSQL:
    """Rows of units that people change by actions and machines write while they say that they are machines."""
    written = f"{in_scope('write')} OR {MACHINE}"
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({in_scope('read')})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({written})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({written}) WITH CHECK ({written})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({written})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )
