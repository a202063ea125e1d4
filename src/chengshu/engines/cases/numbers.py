"""Case numbers: a prefix, the day, and a counter that leaves no gap. ``YY20261121-00001``"""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

_NEXT = """
    INSERT INTO cases_counter (prefix, value) VALUES (%s, 1)
    ON CONFLICT (prefix) DO UPDATE SET value = cases_counter.value + 1 RETURNING value
"""


def next_number(prefix: str) -> str:
    """The next number under a prefix today; whoever opens at the same moment waits for this transaction."""
    started = f"{prefix}{timezone.localdate():%Y%m%d}-"
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [started])
        return f"{started}{cursor.fetchone()[0]:05d}"
