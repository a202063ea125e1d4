"""Row policies of what people change by actions and of what the prober alone writes; used by the migrations."""

from __future__ import annotations

from django.db import migrations

PROBER = "(SELECT coalesce(current_setting('chengshu.machine', true), '') = 'probes')"
"""What the prober says of itself in its transactions (``machine.as_prober``)."""


def _in_scope(verb: str) -> str:
    return (
        f"((SELECT scope_everywhere('{verb}', 'probes'))"
        f" OR unit_id = ANY ((SELECT scope_units('{verb}', 'probes'))::bigint[]))"
    )


def prober_writes(table: str, *, with_people: bool = False, has_unit: bool = True) -> migrations.RunSQL:
    """Rows that the prober writes, read within the scope of their unit.

    :param with_people: actions write them as well
    :param has_unit: without a unit everybody reads them
    """
    read = _in_scope("read") if has_unit else "true"
    written = f"{PROBER} OR {_in_scope('write')}" if with_people else PROBER
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({written})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({written}) WITH CHECK ({written})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({written})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )
