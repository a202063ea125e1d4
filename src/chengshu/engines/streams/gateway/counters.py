"""What a gateway process counts; read by operators and by the measurements."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Counters:
    """Since the start of the process, but for ``sessions``.

    :param sessions: MQTT sessions now
    :param confirmed: messages that were acknowledged after they were durable
    :param refused: connections refused, by reason
    :param broken: sessions ended because the peer broke the protocol, by reason
    :param denied: messages and subscriptions outside the sender's own topics
    :param held: times that reading from a peer stopped because the spool was full
    :param slowed: times that reading from a peer stopped for a moment because it sent faster than it may
    """

    sessions: int = 0
    connections: int = 0
    accepted: int = 0
    messages: int = 0
    payload_bytes: int = 0
    confirmed: int = 0
    denied: int = 0
    takeovers: int = 0
    timed_out: int = 0
    wills: int = 0
    held: int = 0
    slowed: int = 0
    commands_sent: int = 0
    commands_confirmed: int = 0
    http_requests: int = 0
    http_lines: int = 0
    syslog_lines: int = 0
    syslog_dropped: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    def as_data(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)
