"""Long work: one policy for each verb, as every secured table has."""

from django.db import migrations

MINE = "account_id = (SELECT scope_account()) OR (SELECT scope_everywhere('read', 'jobs'))"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_scope")]
    operations = [
        migrations.RunSQL(
            [
                "DROP POLICY jobs_jobrecord_mine ON jobs_jobrecord",
                f"CREATE POLICY jobs_jobrecord_read ON jobs_jobrecord FOR SELECT USING ({MINE})",
                f"CREATE POLICY jobs_jobrecord_insert ON jobs_jobrecord FOR INSERT WITH CHECK ({MINE})",
                f"CREATE POLICY jobs_jobrecord_update ON jobs_jobrecord FOR UPDATE USING ({MINE}) WITH CHECK ({MINE})",
                f"CREATE POLICY jobs_jobrecord_delete ON jobs_jobrecord FOR DELETE USING ({MINE})",
            ],
            migrations.RunSQL.noop,
        ),
    ]
