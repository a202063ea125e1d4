"""Saved views and repeatable requests: one policy for each verb, as every secured table has."""

from django.db import migrations

MINE = "account_id = (SELECT scope_account())"
INSIDE = f"{MINE} AND (SELECT scope_in_action())"
KEPT = f"{MINE} OR (SELECT scope_everywhere('read', 'http'))"


def policies(table: str, condition: str, reading: str) -> list[str]:
    return [
        f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({reading})",
        f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({condition})",
        f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({condition}) WITH CHECK ({condition})",
        f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({condition})",
    ]


class Migration(migrations.Migration):
    dependencies = [("http", "0002_scope")]
    operations = [
        migrations.RunSQL(
            [
                "DROP POLICY http_savedview_read ON http_savedview",
                "DROP POLICY http_savedview_write ON http_savedview",
                "DROP POLICY http_idempotencykey_mine ON http_idempotencykey",
                *policies("http_savedview", INSIDE, MINE),
                *policies("http_idempotencykey", KEPT, KEPT),
            ],
            migrations.RunSQL.noop,
        ),
    ]
