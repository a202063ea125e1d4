"""Every row belongs to a unit and is seen within its scope; what is published, everyone may read."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

OWN = (
    "budgetyear",
    "keytask",
    "project",
    "form",
    "formversion",
    "indicator",
    "commitment",
    "finding",
    "review",
    "payment",
    "binding",
    "attestation",
    "observation",
    "standing",
    "monitoring",
    "monitoringline",
    "selfevaluation",
    "selfevaluationline",
)


class Migration(migrations.Migration):
    dependencies = [("promises", "0001_initial"), ("scope", "0001_functions")]
    operations = [scope_rows(f"promises_{table}", "promises") for table in OWN]
