"""Long work is seen and changed by the account that asked for it, and by the platform itself."""

from django.db import migrations

MINE = "account_id = (SELECT scope_account()) OR (SELECT scope_everywhere('read', 'jobs'))"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE jobs_jobrecord ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY jobs_jobrecord_mine ON jobs_jobrecord USING ({MINE}) WITH CHECK ({MINE})",
            ],
            [
                "DROP POLICY jobs_jobrecord_mine ON jobs_jobrecord",
                "ALTER TABLE jobs_jobrecord DISABLE ROW LEVEL SECURITY",
            ],
        ),
    ]
