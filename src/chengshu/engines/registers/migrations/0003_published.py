"""Forms in use decide what pages that everybody sees offer."""

from django.db import migrations

from chengshu.foundation.published import watch


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_scope"), ("http", "0004_published_stamp")]
    operations = [watch("registers_formdefinition"), watch("registers_formversion")]
