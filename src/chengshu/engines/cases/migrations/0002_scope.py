"""Who may read and change the rows of a case, held by the database.

A case is read where one of its units is in scope, and by the people who have to do with it. Everything under it
follows it; a task is also read by its own unit and its assignee, which keeps the inbox on the task's own indexes.
Inside an action the same people and units may write, the units being those where the asker holds that action.
Models in use are readable to everyone, since every case runs by one; drafts are their unit's.
"""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows

ME = "(SELECT scope_account())"
INSIDE = "(SELECT scope_in_action())"
READ_ALL = "(SELECT scope_everywhere('read', 'cases'))"
READ_UNITS = "(SELECT scope_units('read', 'cases'))::bigint[]"
WRITE_ALL = "(SELECT scope_everywhere('write', 'cases'))"
WRITE_UNITS = "(SELECT scope_units('write', 'cases'))::bigint[]"

CASE_READ = f"{READ_ALL} OR reader_units && {READ_UNITS} OR {ME} = ANY (people)"
CASE_WRITE = f"{WRITE_ALL} OR ({INSIDE} AND (reader_units && {WRITE_UNITS} OR {ME} = ANY (people)))"
OF_CASE_READ = "EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id)"
OF_CASE_WRITE = (
    f"{WRITE_ALL} OR ({INSIDE} AND EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id"
    f" AND (c.reader_units && {WRITE_UNITS} OR {ME} = ANY (c.people))))"
)
TASK_READ = (
    f"{READ_ALL} OR unit_id = ANY ({READ_UNITS}) OR assignee_id = {ME} OR completed_by_id = {ME}"
    f" OR {OF_CASE_READ}"
)


def policies(table: str, *, read: str, write: str) -> migrations.RunSQL:
    """Row-level security by two conditions of its own."""
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({write})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({write})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("cases_definition", "cases", also_readable="true"),
        scope_rows("cases_definitionversion", "cases", also_readable="state IN ('deployed', 'retired')"),
        policies("cases_case", read=CASE_READ, write=CASE_WRITE),
        policies("cases_task", read=TASK_READ, write=OF_CASE_WRITE),
        *(
            policies(f"cases_{table}", read=f"{READ_ALL} OR {OF_CASE_READ}", write=OF_CASE_WRITE)
            for table in ("token", "wait", "job", "happening", "attachment")
        ),
        guard_writes("cases_counter"),
        migrations.RunSQL(
            "ALTER TABLE cases_case SET (fillfactor = 80); ALTER TABLE cases_token SET (fillfactor = 70)",
            "ALTER TABLE cases_case RESET (fillfactor); ALTER TABLE cases_token RESET (fillfactor)",
        ),
    ]
