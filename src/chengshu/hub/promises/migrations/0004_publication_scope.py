"""A publication is written within scope and read by everyone."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("promises", "0003_publication"), ("scope", "0001_functions")]
    operations = [scope_rows("promises_publication", "promises", also_readable="withdrawn_at IS NULL")]
