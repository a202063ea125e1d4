"""Notices belong to units, and are read and written where the asker may."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("scope", "0001_functions")]

    operations = [scope_rows("notices_notice", "notices")]
