"""Duty is read and written where one holds a power of this scene."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

TABLES = ("dutypost", "dutyshift", "dutyslot", "exchange", "logentry", "handover")


class Migration(migrations.Migration):
    dependencies = [("command", "0005_duty")]
    operations = [scope_rows(f"command_{name}", "command") for name in TABLES]
