"""A budget year may be read by whoever may read one of its forms.

The year belongs to the department; a sub-unit with forms of its own in it has to know which year they are of.
"""

from django.db import migrations

OWN = (
    "(SELECT scope_everywhere('read', 'promises'))"
    " OR unit_id = ANY ((SELECT scope_units('read', 'promises'))::bigint[])"
)
WITH_FORMS = "EXISTS (SELECT FROM promises_form form WHERE form.budget_year_id = promises_budgetyear.id)"


class Migration(migrations.Migration):
    dependencies = [("promises", "0005_other_tasks")]
    operations = [
        migrations.RunSQL(
            sql=f"ALTER POLICY promises_budgetyear_read ON promises_budgetyear USING ({OWN} OR {WITH_FORMS})",
            reverse_sql=f"ALTER POLICY promises_budgetyear_read ON promises_budgetyear USING ({OWN})",
        )
    ]
