"""Links, their versions, their log and held keys belong to units, and are read and written where the asker may."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("links", "0001_initial"), ("scope", "0001_functions")]

    operations = [
        scope_rows(table, "links")
        for table in ("links_link", "links_linkversion", "links_match", "links_heldkey")
    ]
