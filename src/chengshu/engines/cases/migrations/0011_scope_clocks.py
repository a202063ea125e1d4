"""Clocks, their pauses, extensions, notices and cards are read and changed by whoever may read and change their case."""

from django.db import migrations

READ_ALL = "(SELECT scope_everywhere('read', 'cases'))"
OF_CASE_READ = "EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id)"
OF_CASE_WRITE = (
    "(SELECT scope_everywhere('write', 'cases')) OR ((SELECT scope_in_action())"
    " AND EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id"
    " AND (c.reader_units && (SELECT scope_units('write', 'cases'))::bigint[]"
    " OR (SELECT scope_account()) = ANY (c.people))))"
)
TABLES = ("clock", "clockpause", "clockextension", "supplementnotice", "supervision")


def follows_case(table: str) -> migrations.RunSQL:
    """Row-level security of a table under the case."""
    name = f"cases_{table}"
    verbs = {
        "read": f"FOR SELECT USING ({READ_ALL} OR {OF_CASE_READ})",
        "insert": f"FOR INSERT WITH CHECK ({OF_CASE_WRITE})",
        "update": f"FOR UPDATE USING ({OF_CASE_WRITE}) WITH CHECK ({OF_CASE_WRITE})",
        "delete": f"FOR DELETE USING ({OF_CASE_WRITE})",
    }
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            *(f"CREATE POLICY {name}_{verb} ON {name} {rule}" for verb, rule in verbs.items()),
        ],
        reverse_sql=[
            *(f"DROP POLICY {name}_{verb} ON {name}" for verb in verbs),
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_clocks"), ("scope", "0001_functions")]
    operations = [follows_case(table) for table in TABLES]
