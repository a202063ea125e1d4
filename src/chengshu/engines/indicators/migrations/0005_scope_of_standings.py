"""Standings, subjects and thresholds are read by whoever may see their unit's indicators; marks hold no content."""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_standings_and_subjects"), ("scope", "0001_functions")]
    operations = [
        scope_rows("indicators_indicatorstanding", "indicators"),
        scope_rows("indicators_indicatorsubject", "indicators"),
        scope_rows("indicators_indicatorthresholds", "indicators"),
        guard_writes("indicators_changemark"),
    ]
