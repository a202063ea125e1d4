"""Pledges, deferrals, licences, conditions and credit notes belong to the unit of their case."""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("approvals_pledge", "approvals"),
        scope_rows("approvals_deferral", "approvals"),
        scope_rows("approvals_licence", "approvals"),
        scope_rows("approvals_permitcondition", "approvals"),
        scope_rows("approvals_creditnote", "approvals"),
    ]
