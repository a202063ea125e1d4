"""Plans and what was done with them are read and written where one holds a power of this scene."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

TABLES = ("plan", "planversion", "planstep", "planrun", "runstep", "lesson", "runreport")


class Migration(migrations.Migration):
    dependencies = [("command", "0003_plans")]
    operations = [scope_rows(f"command_{name}", "command") for name in TABLES]
