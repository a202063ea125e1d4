"""Files belong to a unit. Contents carry no words of their own and are added by actions only."""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("files_file", "files"),
        scope_rows("files_upload", "files"),
        guard_writes("files_content"),
    ]
