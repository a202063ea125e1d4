"""Who may read and write proofs: what a supplier does, both write; what decides, only the unit."""

from importlib import import_module

from django.db import migrations

from chengshu.foundation.scope import scope_rows

_BEFORE = import_module("chengshu.scenes.operations.migrations.0002_scope")


class Migration(migrations.Migration):
    dependencies = [("operations", "0003_proofs")]
    operations = [
        *(_BEFORE.shared(name) for name in ("loadproof", "delivery")),
        *(
            scope_rows(f"operations_{name}", "operations", also_readable=_BEFORE.SUPPLIERS)
            for name in ("loadreview", "deliverable", "acceptance")
        ),
    ]
