"""Observations are read by whoever may see their unit's indicators; the records behind them only through queries.

Both tables only ever grow: the application's role has no power to change or delete their rows.
"""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows

CHUNKS_READABLE = "(SELECT scope_everywhere('read', 'indicators')) OR (SELECT scope_in_action())"


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("indicators_indicatorobservation", "indicators"),
        guard_writes("indicators_recordchunk", readable=CHUNKS_READABLE),
    ]
