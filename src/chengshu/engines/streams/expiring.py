"""Commands whose time is over: they end as expired by themselves, and whoever follows is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from chengshu.engines.streams.events import CommandExpired
from chengshu.engines.streams.machine import as_machine
from chengshu.foundation.events.bus import emit_all

MOST: Final = 5_000
"""Of one round; what is left comes with the next."""

_EXPIRE: Final = """
UPDATE streams_command AS command SET state = 'expired', ended_at = command.expires_at
FROM streams_device AS device
WHERE device.id = command.device_id AND command.id IN (
    SELECT id FROM streams_command WHERE state IN ('queued', 'sent') AND expires_at <= %s
    ORDER BY expires_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING command.id, command.name, device.code, command.unit_id, command.sent_at IS NOT NULL
"""


def expire_commands(now: datetime) -> int:
    """End every command whose time is over at ``now``, sent or not; says how many.

    The gateway sends none whose time is over. An answer that comes later still counts for one that was sent.
    """
    with as_machine("streams.expiry"):
        with connection.cursor() as cursor:
            cursor.execute(_EXPIRE, [now, MOST])
            ended = cursor.fetchall()
        emit_all([CommandExpired(*row) for row in sorted(ended)])
    return len(ended)
