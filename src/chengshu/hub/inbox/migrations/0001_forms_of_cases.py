"""Whoever may read a case or a step may read what was handed in for it.

The engines know nothing of each other; where forms and cases meet, the rule that joins them is the inbox's.
"""

from django.db import migrations


def readable_with(kind: str, table: str) -> migrations.RunSQL:
    """Let a submitted form be read wherever its subject, a row of ``table``, is readable to the asker."""
    name = f"registers_formsubmission_of_{kind}"
    return migrations.RunSQL(
        sql=f"CREATE POLICY {name} ON registers_formsubmission FOR SELECT USING ("
        f"subject_kind = '{kind}' AND EXISTS (SELECT FROM {table} AS s WHERE s.id = subject_number))",
        reverse_sql=f"DROP POLICY {name} ON registers_formsubmission",
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_scope"), ("registers", "0002_scope")]
    operations = [readable_with("case", "cases_case"), readable_with("task", "cases_task")]
