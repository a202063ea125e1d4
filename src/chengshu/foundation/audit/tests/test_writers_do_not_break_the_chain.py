"""Several writers at once, some rolled back: every lane stays sound and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from django.db import connection, transaction

from chengshu.foundation.audit import chain
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.verify import verify

WRITERS, EACH = 6, 15


def _write(writer: int) -> None:
    try:
        for number in range(EACH):
            with transaction.atomic():
                for part in range(2):
                    facts = {"writer": writer, "number": number, "part": part}
                    chain.append(
                        chain.Entry(f"w{writer}", "sample.do", "done", datetime.now(UTC), details=facts)
                    )
                if number % 5 == 4:
                    transaction.set_rollback(True)
    finally:
        connection.close()


def test_writers_at_once_leave_sound_lanes(committed: None) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(_write, range(WRITERS)))
    outcome = verify()
    assert outcome.broken == []
    assert outcome.entries == AuditEntry.objects.count() == WRITERS * EACH * 2 * 4 // 5


def test_a_transaction_keeps_to_one_lane(committed: None) -> None:
    with transaction.atomic():
        for _number in range(5):
            chain.append(chain.Entry("w", "sample.do", "done", datetime.now(UTC)))
    assert AuditEntry.objects.values("lane").distinct().count() == 1
