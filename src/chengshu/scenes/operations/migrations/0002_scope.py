"""Who may read and write what, held by the database.

A row belongs to the unit that ordered the service, and is read by its supplier as well. What a supplier's people do — in
tickets' surroundings, rounds, stock and snapshots — they may write where they are the supplier; contracts, services, limits,
penalties, plans, surveys and reports only the unit writes. A ticket is also read by whoever reported it, a service's name
by everybody who may report a fault.
"""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

UNITS_OWN = ("contract", "servicelimit", "penaltyrule", "monthlyreport", "availabilityline", "survey", "change")
BOTH = (
    "problem",
    "ticket",
    "escalation",
    "outage",
    "faultcall",
    "resource",
    "stockmove",
    "snapshot",
    "roundplan",
    "round",
    "roundcheck",
)
SUPPLIERS = "supplier_id = ANY ((SELECT scope_units('read', 'operations'))::bigint[])"
REPORTERS = "reporter_id = (SELECT scope_account())"


def _scope(verb: str) -> str:
    return (
        f"(SELECT scope_everywhere('{verb}', 'operations'))"
        f" OR unit_id = ANY ((SELECT scope_units('{verb}', 'operations'))::bigint[])"
        f" OR supplier_id = ANY ((SELECT scope_units('{verb}', 'operations'))::bigint[])"
    )


def shared(name: str, also_readable: str = "") -> migrations.RunSQL:
    """Row-level security of a table that unit and supplier both read and write."""
    table = f"operations_{name}"
    read, write = _scope("read"), _scope("write")
    if also_readable:
        read = f"({also_readable}) OR {read}"
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
    dependencies = [("operations", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        *(scope_rows(f"operations_{name}", "operations", also_readable=SUPPLIERS) for name in UNITS_OWN),
        scope_rows("operations_service", "operations", also_readable="true"),
        *(shared(name, REPORTERS if name == "ticket" else "") for name in BOTH),
    ]
