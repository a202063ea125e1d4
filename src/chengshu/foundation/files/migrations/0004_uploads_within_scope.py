"""An upload is its owner's, and only while the owner may see the files of its unit."""

from django.db import migrations

UNIT = (
    "((SELECT scope_everywhere('read', 'files'))"
    " OR unit_id = ANY ((SELECT scope_units('read', 'files'))::bigint[]))"
)
READABLE = f"(account_id = (SELECT scope_account()) AND {UNIT}) OR (SELECT scope_everywhere('write', 'files'))"


class Migration(migrations.Migration):
    dependencies = [("files", "0003_uploads_of_their_owner")]
    operations = [
        migrations.RunSQL(
            [
                "DROP POLICY files_upload_read ON files_upload",
                f"CREATE POLICY files_upload_read ON files_upload FOR SELECT USING ({READABLE})",
            ],
            migrations.RunSQL.noop,
        ),
    ]
