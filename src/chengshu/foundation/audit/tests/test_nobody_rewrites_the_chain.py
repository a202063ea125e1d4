"""The application's role cannot, and the owner is stopped by a trigger: nothing is changed, removed or emptied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connections, transaction

from chengshu.foundation.audit.anchors import anchor
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.tests.conftest import TABLES
from chengshu.foundation.audit.verify import verify

Write = Callable[..., list[AuditEntry]]
CHANGES = ("UPDATE {} SET digest = 'x'", "DELETE FROM {}", "TRUNCATE {}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", CHANGES)
def test_the_applications_role_has_no_right_to(lane: Write, table: str, statement: str) -> None:
    lane(2)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connections["default"].cursor().execute(statement.format(table))
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("table", TABLES[:2])
@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_stopped_by_the_trigger(lane: Write, table: str, statement: str) -> None:
    lane(2)
    anchor()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
        connections["owner"].cursor().execute(statement.format(table))
    assert verify().is_sound


def test_the_owner_cannot_delete_young_entries_even_in_the_name_of_archiving(lane: Write) -> None:
    lane(3)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('chengshu.audit_archive', 'on', true)")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
            cursor.execute("DELETE FROM audit_auditentry")
    assert AuditEntry.objects.count() == 3
