"""The organisation is public knowledge and written by actions only."""

from django.db import migrations

from chengshu.foundation.scope import guard_writes


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        *(
            guard_writes(f"orgs_{table}")
            for table in (
                "unit",
                "unitalias",
                "role",
                "post",
                "postrole",
                "appointment",
                "delegation",
            )
        ),
        migrations.RunSQL("INSERT INTO orgs_powersstamp (id, value) VALUES (1, 0)", migrations.RunSQL.noop),
    ]
