"""What the exact counts of open work need stands in two of the indexes that the lists walk.

A count over the whole district then reads a few hundred pages of an index instead of a page of the table for nearly
every open task. Besides what is counted by, each holds every column that the row policy of tasks asks for. Both hold
it, since the planner takes the ids for lying close together in the table and would else go there by the second one.
The pages of the counted rows must be known as visible to all, so the table is vacuumed well before a fifth of it has
changed.
"""

from django.db import migrations, models

VACUUMED_OFTEN = """
ALTER TABLE cases_task SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)
"""
AS_BY_DEFAULT = """
ALTER TABLE cases_task RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_scope_clocks")]
    operations = [
        migrations.RemoveIndex(model_name="task", name="cases_task_of_unit"),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["unit", "due_at", "id"],
                include=["assignee", "role", "kind", "warn_at", "case", "completed_by_id"],
                condition=models.Q(state="open"),
                name="cases_task_of_unit",
            ),
        ),
        migrations.RemoveIndex(model_name="task", name="cases_task_oldest"),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["id"],
                include=["unit", "assignee", "role", "kind", "due_at", "warn_at", "case", "completed_by_id"],
                condition=models.Q(state="open"),
                name="cases_task_oldest",
            ),
        ),
        migrations.RunSQL(VACUUMED_OFTEN, AS_BY_DEFAULT),
    ]
