"""Matters, powers and the ledger belong to a unit; what is in force is public, and so are lists and texts of law."""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("matters_matter", "matters", also_readable="state <> 'draft'"),
        scope_rows("matters_edition", "matters", also_readable="state IN ('published', 'changed', 'cancelled')"),
        scope_rows("matters_power", "matters", also_readable="true"),
        scope_rows("matters_delegatedpower", "matters"),
        scope_rows("matters_poweruse", "matters"),
        scope_rows("matters_findingdecision", "matters"),
        guard_writes("matters_legaltext"),
        guard_writes("matters_listversion"),
    ]
