"""Notes belong to a unit."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("sample", "0001_initial"), ("scope", "0001_functions")]
    operations = [scope_rows("sample_note", "sample")]
