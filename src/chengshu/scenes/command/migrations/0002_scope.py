"""Events are read and written where one holds a power of this scene."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

TABLES = ("serial", "cityevent", "eventstep", "grading", "merge", "eventlink")


class Migration(migrations.Migration):
    dependencies = [("command", "0001_initial"), ("scope", "0001_functions")]
    operations = [scope_rows(f"command_{name}", "command") for name in TABLES]
