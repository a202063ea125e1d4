"""Room on each page for a second version of every row on it.

A batch that holds a message of every device writes every row anew in one transaction. A version that finds room on its
row's own page needs no new entries in the indexes.
"""

from django.db import migrations

TABLES = ("streams_latestvalue", "streams_presence")


def room(percent: int) -> str:
    return "; ".join(f"ALTER TABLE {table} SET (fillfactor = {percent})" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("streams", "0005_proofs")]

    operations = [migrations.RunSQL(room(45), room(70))]
