"""An upload is its owner's; what arrived is told by the file on disk, no longer by a column."""

from django.db import migrations

OWN = "account_id = (SELECT scope_account())"
ALL = "(SELECT scope_everywhere('write', 'files'))"
VERBS = ("read", "insert", "update", "delete")

CREATE = [
    f"CREATE POLICY files_upload_read ON files_upload FOR SELECT USING ({OWN} OR {ALL})",
    f"CREATE POLICY files_upload_insert ON files_upload FOR INSERT WITH CHECK ({OWN} OR {ALL})",
    f"CREATE POLICY files_upload_update ON files_upload FOR UPDATE USING ({OWN} OR {ALL})",
    f"CREATE POLICY files_upload_delete ON files_upload FOR DELETE USING ({OWN} OR {ALL})",
]


class Migration(migrations.Migration):
    dependencies = [("files", "0002_scope")]
    operations = [
        migrations.RunSQL(
            [*(f"DROP POLICY files_upload_{verb} ON files_upload" for verb in VERBS), *CREATE],
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("upload", "received"),
        migrations.RemoveField("upload", "touched_at"),
    ]
