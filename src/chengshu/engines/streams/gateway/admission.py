"""Who may connect, and what it may say: the question the gateway asks, whoever answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from chengshu.engines.streams.wire import Reason, matches

MQTT: Final = "mqtt"
HTTP: Final = "http"
SYSLOG: Final = "syslog"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sender has shown.

    :param channel: ``mqtt``, ``http`` or ``syslog``
    :param password: as sent; never logged and never stored
    :param certificate: SHA-256 of the client's certificate (DER) that TLS has verified, empty without one
    :param address: the sender's IP address
    """

    channel: str
    client_id: str = ""
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    certificate: bytes = b""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A sender that is known, and its topics.

    A topic may be written with or without the device's own prefix ``devices/<client id>/``; the filters judge it
    without.

    :param device: the registry's id
    :param publish: filters of what it may publish
    :param subscribe: the topic names it may hear
    """

    device: int
    client_id: str
    publish: tuple[str, ...] = ("up/#",)
    subscribe: tuple[str, ...] = ("down/commands",)

    def name_of(self, topic: str) -> str | None:
        """What the message is called in the spool; ``None`` if the sender may not publish it."""
        name = topic.removeprefix(f"devices/{self.client_id}/")
        return name if any(matches(pattern, name) for pattern in self.publish) else None

    def heard_by(self, pattern: str) -> str | None:
        """The topic on which a subscription to ``pattern`` is served; ``None`` if it is not the sender's own."""
        own = f"devices/{self.client_id}/"
        prefix = own if pattern.startswith(own) else ""
        wanted = pattern.removeprefix(own)
        if wanted.partition("/")[0] in ("#", "+") and not prefix:
            return None
        return next((prefix + topic for topic in self.subscribe if matches(wanted, topic)), None)


class Admission(Protocol):
    """Decides about credentials."""

    async def admit(self, shown: Credentials) -> Admitted | Reason:
        """The sender, or why it is refused."""

    async def known(self, code: str) -> Admitted | Reason:
        """The device of that code, whose credentials somebody else has looked at; or why it is refused."""
