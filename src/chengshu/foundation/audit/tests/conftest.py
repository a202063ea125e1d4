"""Entries to tamper with, and the owner of the database, who alone can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from chengshu.foundation.audit import chain
from chengshu.foundation.audit.models import AuditEntry

LANE = 9
TABLES = ("audit_auditentry", "audit_auditanchor", "audit_auditcheckpoint")


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own, for anchors, archives and the signing key."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    return tmp_path


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor of the owner with triggers off: the strongest attacker there is."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _empty() -> None:
    with as_owner() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any, data_dir: Path) -> Iterator[None]:
    """Real commits in the test database; the chain is empty before and after, the base data stays."""
    with django_db_blocker.unblock():
        _empty()
        yield
        _empty()
        for connection in connections.all():
            connection.close()


@pytest.fixture
def lane(committed: None) -> Callable[[int], list[AuditEntry]]:
    """``lane(8)`` writes entries 1–8 of one lane and returns them."""

    def write(count: int, at: datetime | None = None) -> list[AuditEntry]:
        with transaction.atomic():
            for number in range(count):
                moment = at or datetime.now(UTC)
                chain.append(
                    chain.Entry(f"clerk.{number}", "sample.do", "done", moment, details={"n": number})
                )
        return list(AuditEntry.objects.order_by("position"))

    return write
