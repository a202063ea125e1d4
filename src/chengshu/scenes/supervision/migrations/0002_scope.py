"""Who may read and write what, held by the database.

Ratings are added by anybody inside the action that takes them, and read by the rated unit and by supervision. Of an
inspection only those who inspect see anything; a finding is also the visited unit's from its release on.
"""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

OWN = (
    "card",
    "cardstep",
    "suggestionletter",
    "badrating",
    "callback",
    "invitation",
    "inspection",
    "sampledraw",
    "visit",
    "evidence",
    "coding",
)
READ = (
    "(SELECT scope_everywhere('read', 'supervision'))"
    " OR unit_id = ANY ((SELECT scope_units('read', 'supervision'))::bigint[])"
)
INSIDE = "(SELECT scope_in_action())"
RELEASED = (
    "released_at IS NOT NULL"
    " AND visited_unit_id = ANY ((SELECT scope_units('read', 'supervision'))::bigint[])"
)


def rated() -> migrations.RunSQL:
    """Row-level security of ratings; nobody at all has a policy to change or delete one."""
    table = "supervision_rating"
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({READ})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({INSIDE})",
        ],
        reverse_sql=[
            f"DROP POLICY {table}_insert ON {table}",
            f"DROP POLICY {table}_read ON {table}",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        *(scope_rows(f"supervision_{table}", "supervision") for table in OWN),
        rated(),
        scope_rows("supervision_inspectionfinding", "supervision", also_readable=RELEASED),
        scope_rows("supervision_publication", "supervision", also_readable="true"),
    ]
