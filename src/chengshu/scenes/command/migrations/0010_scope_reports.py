"""Situation reports are read and written where one holds a power of this scene."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

TABLES = ("reporttemplate", "situationreport")


class Migration(migrations.Migration):
    dependencies = [("command", "0009_reports")]
    operations = [scope_rows(f"command_{name}", "command") for name in TABLES]
