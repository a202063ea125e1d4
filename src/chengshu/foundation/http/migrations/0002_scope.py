"""Saved views and repeatable requests belong to their account alone."""

from django.db import migrations

MINE = "account_id = (SELECT scope_account())"
PLATFORM = "(SELECT scope_everywhere('read', 'http'))"


class Migration(migrations.Migration):
    dependencies = [("http", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE http_savedview ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY http_savedview_read ON http_savedview FOR SELECT USING ({MINE})",
                "CREATE POLICY http_savedview_write ON http_savedview"
                f" USING ({MINE} AND (SELECT scope_in_action()))"
                f" WITH CHECK ({MINE} AND (SELECT scope_in_action()))",
                "ALTER TABLE http_idempotencykey ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY http_idempotencykey_mine ON http_idempotencykey"
                f" USING ({MINE} OR {PLATFORM}) WITH CHECK ({MINE} OR {PLATFORM})",
            ],
            [
                "DROP POLICY http_idempotencykey_mine ON http_idempotencykey",
                "ALTER TABLE http_idempotencykey DISABLE ROW LEVEL SECURITY",
                "DROP POLICY http_savedview_write ON http_savedview",
                "DROP POLICY http_savedview_read ON http_savedview",
                "ALTER TABLE http_savedview DISABLE ROW LEVEL SECURITY",
            ],
        ),
    ]
