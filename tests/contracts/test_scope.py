"""Every table of ours is held by the database: scoped by unit, guarded against writes outside actions, or excused."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from chengshu.foundation.manifest import modules

OURS = {module.label for module in modules()}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def excused() -> dict[str, str]:
    """``open_tables`` of every manifest: tables written outside actions, with the reason."""
    return {
        table: reason for module in modules() for table, reason in getattr(module, "open_tables", {}).items()
    }


def policies(table: str) -> dict[str, str]:
    """The table's policies by verb: what they admit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cmd, string_agg(coalesce(qual, '') || ' ' || coalesce(with_check, ''), ' OR ') FROM pg_policies"
            " WHERE tablename = %s GROUP BY cmd",
            [table],
        )
        return dict(cursor.fetchall())


def is_row_secured(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.db_table)
def test_a_table_is_secured_or_excused(model: type[models.Model], db: None) -> None:
    table = model._meta.db_table
    if getattr(model, "append_only", False) or table in excused():
        return
    assert is_row_secured(table), f"{table} needs scope_rows or guard_writes in a migration"
    assert {"SELECT", "INSERT", "UPDATE", "DELETE"} <= set(policies(table))


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.db_table)
def test_a_table_with_a_unit_is_read_within_scope(model: type[models.Model], db: None) -> None:
    names = {field.name for field in model._meta.concrete_fields}
    if "unit" not in names or model._meta.app_label == "orgs" or model._meta.db_table in excused():
        return
    assert "scope_units" in policies(model._meta.db_table)["SELECT"]


def test_no_excuse_is_stale(db: None) -> None:
    tables = {model._meta.db_table for model in our_models()}
    assert {table for table in excused() if table not in tables or is_row_secured(table)} == set()


def test_the_application_role_owns_nothing_and_cannot_bypass(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == (0,)
