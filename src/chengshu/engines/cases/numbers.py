"""Case numbers: a prefix, the day, and a counter that leaves no gap. ``YY20261121-00001``"""

from __future__ import annotations

from django.utils import timezone

from chengshu.foundation import prepared

_NEXT = """
    INSERT INTO cases_counter (prefix, value) VALUES (%s, %s::bigint)
    ON CONFLICT (prefix) DO UPDATE SET value = cases_counter.value + excluded.value RETURNING value
"""


def next_number(prefix: str) -> str:
    """The next number under a prefix today; whoever opens at the same moment waits for this transaction."""
    return next_numbers(prefix, 1)[0]


def next_numbers(prefix: str, count: int) -> list[str]:
    """As many numbers in a row, taken in one step."""
    started = f"{prefix}{timezone.localdate():%Y%m%d}-"
    row = prepared.run(_NEXT, [started, count])
    last = int(row[0]) if row else count
    return [f"{started}{value:05d}" for value in range(last - count + 1, last + 1)]
