"""An instruction and its replies are read and written by the desk that issued it and by the unit that was told."""

from django.db import migrations

TABLES = ("instruction", "instructionreply")


def _scope(verb: str) -> str:
    return (
        f"(SELECT scope_everywhere('{verb}', 'command'))"
        f" OR unit_id = ANY ((SELECT scope_units('{verb}', 'command'))::bigint[])"
        f" OR to_unit_id = ANY ((SELECT scope_units('{verb}', 'command'))::bigint[])"
    )


def both(name: str) -> migrations.RunSQL:
    """Row-level security of a table that both sides read and write."""
    table, read, write = f"command_{name}", _scope("read"), _scope("write")
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({write})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({write})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("command", "0007_instructions")]
    operations = [both(name) for name in TABLES]
