"""Models in force decide what pages that everybody sees offer."""

from django.db import migrations

from chengshu.foundation.published import watch


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_lean_hot_path"), ("http", "0004_published_stamp")]
    operations = [watch("cases_definition"), watch("cases_definitionversion")]
