"""Devices behind an outside broker: the gateway subscribes there as one client and takes their messages in.

The broker says who its clients are, so it must let each publish below its own code only; here a message counts if the
code is that of a registered device in service with a credential that holds. A message is acknowledged to the broker
once it is durable. What was not comes again with the next connection, because the session there lasts for a day.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from chengshu.engines.streams.gateway.admission import MQTT, Admitted
from chengshu.engines.streams.gateway.hub import Command, Hub
from chengshu.engines.streams.spool import SpoolFull
from chengshu.engines.streams.wire import (
    V5,
    V311,
    Connack,
    Connect,
    Decoder,
    Disconnect,
    Packet,
    Pingreq,
    Properties,
    Property,
    ProtocolError,
    Puback,
    Publish,
    Reason,
    Suback,
    Subscribe,
    Subscription,
    encode,
)
from chengshu.engines.streams.wire.topics import is_filter

log = logging.getLogger(__name__)

KEEP_ALIVE_S: Final = 30
SESSION_S: Final = 86_400
MOST_UNACKNOWLEDGED: Final = 10_000
"""Messages that the broker may have on the way to us; its own limit is mostly lower."""
LARGEST: Final = 16 << 20
"""Bytes of a packet of MQTT 3.1.1, which cannot tell the broker a limit."""
MOST_COMMANDS_ON_THE_WAY: Final = 20
MOST_STRANGERS: Final = 20
STRANGERS_FOR_S: Final = 600.0
LONGEST_NAME: Final = 60
SOON_S: Final = 1.0
SELDOM_S: Final = 30.0
PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Topics:
    """Where a device's code stands in the topics of the broker.

    :param pattern: the filter that is subscribed to, perhaps shared
    :param before: what stands before the code
    """

    pattern: str
    before: str

    @classmethod
    def read(cls, text: str) -> Topics:
        """
        :param text: a filter whose first wildcard is the ``+`` of the code, such as ``devices/+/up/#``
        :raises ValueError: if it is none
        """
        plain = text.split("/", 2)[2] if text.startswith("$share/") and text.count("/") > 1 else text
        before, plus, after = plain.partition("+")
        if not (is_filter(text) and plus and "#" not in before and after.startswith("/")):
            raise ValueError("expected a topic filter with one + for the device, such as devices/+/up/#")
        return cls(text, before)

    def device_and_name(self, topic: str) -> tuple[str, str]:
        """The code, and what the message is called; empty texts for a topic of another form."""
        code, _slash, name = topic.removeprefix(self.before).partition("/")
        return (code, name) if topic.startswith(self.before) else ("", "")

    def of(self, code: str, name: str) -> str:
        return f"{self.before}{code}/{name}"


@dataclass(frozen=True, slots=True)
class Broker:
    """An outside broker.

    :param authorities: PEM file of who vouches for its certificate, besides those of this machine
    """

    host: str
    port: int
    topics: Topics
    tls: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None
    client_id: str = "chengshu"

    @classmethod
    def read(cls, url: str, topics: Topics, **more: Any) -> Broker:
        """
        :param url: such as ``mqtts://broker.example:8883``
        :raises ValueError: if it is none
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.path not in ("", "/"):
            raise ValueError("expected mqtt://host:port or mqtts://host:port")
        return cls(
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            topics,
            parts.scheme == "mqtts",
            **more,
        )

    def context(self) -> ssl.SSLContext | None:
        if not self.tls:
            return None
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.authorities is not None:
            context.load_verify_locations(self.authorities)
        return context


class BrokerDoor:
    """Keeps one subscription alive, and remembers what an operator has to know of it."""

    def __init__(self, hub: Hub, broker: Broker, *, soon_s: float = SOON_S) -> None:
        self.hub, self.broker = hub, broker
        self.version = V5
        self.connected_at: float | None = None
        self.trouble = ""
        self.code = 0
        self.strangers: dict[str, float] = {}
        self._soon_s = soon_s

    async def keep_subscribed(self) -> None:
        """Until cancelled; after a failure again, soon and then more seldom."""
        pause_s = self._soon_s
        while True:
            link = _Link(self)
            try:
                await link.run()
            except (OSError, TimeoutError, ProtocolError, _Refused) as error:
                self.trouble = str(error) or type(error).__name__
                self.code = error.code if isinstance(error, _Refused) else 0
                log.warning("The outside broker %s: %s", self.broker.host, self.trouble)
            finally:
                link.close()
            pause_s = self._soon_s if self.connected_at else min(pause_s * 2, SELDOM_S)
            if not link.was_answered:
                self.version = V311 if self.version == V5 else V5
            self.connected_at = None
            await asyncio.sleep(pause_s)

    def stranger(self, code: str) -> None:
        """Somebody whose messages are not taken; the latest few are remembered."""
        self.hub.counters.denied += 1
        code = code[:LONGEST_NAME]
        self.strangers.pop(code, None)
        self.strangers[code] = time.time()
        while len(self.strangers) > MOST_STRANGERS:
            del self.strangers[next(iter(self.strangers))]

    def as_data(self) -> dict[str, Any]:
        """Plain values for the report of the gateway."""
        since = time.time() - STRANGERS_FOR_S
        return {
            "host": f"{self.broker.host}:{self.broker.port}",
            "connected_at": self.connected_at,
            "trouble": self.trouble,
            "code": self.code,
            "strangers": [code for code, at in self.strangers.items() if at >= since],
        }


class _Refused(Exception):
    """The broker does not want us, or not so; why says the code of MQTT."""

    def __init__(self, code: int) -> None:
        super().__init__(f"it refused us (code {code}).")
        self.code = code


class _Link:
    """One connection to the broker."""

    def __init__(self, door: BrokerDoor) -> None:
        self._door, self.hub = door, door.hub
        self._version = door.version
        self._decoder = Decoder(LARGEST, door.version)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._behind: dict[str, _Behind] = {}
        self._sent: dict[int, tuple[int, _Behind]] = {}
        self._next_id = 1
        self._pinging: asyncio.Task[None] | None = None
        self.was_answered = False

    @property
    def is_open(self) -> bool:
        return self._writer is not None and not self._writer.is_closing()

    async def run(self) -> None:
        """Connect, subscribe, and take messages until something fails.

        :raises OSError, TimeoutError, ProtocolError, _Refused: why it has ended
        """
        broker = self._door.broker
        async with asyncio.timeout(KEEP_ALIVE_S):
            self._reader, self._writer = await asyncio.open_connection(
                broker.host, broker.port, ssl=broker.context()
            )
            self._send(self._hello())
            await self._expect(Connack)
            self._send(Subscribe(1, (Subscription(broker.topics.pattern, 1),)))
            await self._expect(Suback)
        self._door.connected_at, self._door.trouble = time.time(), ""
        self._pinging = self.hub.run(self._keep_pinging())
        while True:
            await self._take(await self._next())

    def _hello(self) -> Connect:
        broker = self._door.broker
        limits: Properties = (
            (Property.SESSION_EXPIRY_S, SESSION_S),
            (Property.RECEIVE_MAXIMUM, MOST_UNACKNOWLEDGED),
            (Property.MAXIMUM_PACKET_SIZE, self.hub.limits.largest_packet),
        )
        return Connect(
            self._version,
            broker.client_id,
            False,
            KEEP_ALIVE_S,
            broker.username or None,
            broker.password.encode() or None,
            properties=limits if self._version >= V5 else (),
        )

    async def _expect(self, kind: type[Connack | Suback]) -> None:
        """Messages of the lasting session may come before the subscription is confirmed.

        :raises _Refused: if the broker says no
        """
        while not isinstance(packet := await self._next(), kind):
            self.was_answered = True
            await self._take(packet)
        code = packet.code if isinstance(packet, Connack) else packet.codes[0]
        self.was_answered = code not in (1, Reason.UNSUPPORTED_VERSION) or kind is Suback
        if code >= Reason.UNSPECIFIED or (kind is Connack and code):
            raise _Refused(code)

    async def _next(self) -> Packet:
        assert self._reader is not None
        while (packet := self._decoder.take()) is None:
            async with asyncio.timeout(KEEP_ALIVE_S * 1.5):
                data = await self._reader.read(1 << 16)
            if not data:
                raise ConnectionError("it closed the connection.")
            self._decoder.feed(data)
        return packet

    async def _take(self, packet: Packet) -> None:
        if isinstance(packet, Publish):
            await self._publish(packet)
        elif isinstance(packet, Puback):
            self._confirmed(packet)
        elif isinstance(packet, Disconnect):
            raise ConnectionError(f"it ended the connection (code {packet.code}).")

    async def _publish(self, packet: Publish) -> None:
        topics = self._door.broker.topics
        code, name = topics.device_and_name(packet.topic)
        admitted = await self._who(code) if code else Reason.NOT_AUTHORIZED
        fits = len(packet.payload) <= self.hub.limits.largest_packet
        named = admitted.name_of(name) if isinstance(admitted, Admitted) and fits else None
        if not isinstance(admitted, Admitted) or named is None:
            self._leave_out(code, packet)
            return
        await self._keep(admitted.device, named, packet)
        if code not in self._behind:
            self._behind[code] = _Behind(self, admitted, topics.of(code, admitted.subscribe[0]))
        self._behind[code].heard()

    async def _who(self, code: str) -> Admitted | Reason:
        """While nobody can say who it is, the message waits unacknowledged."""
        while (answer := await self.hub.admission.known(code)) is Reason.SERVER_UNAVAILABLE:
            await asyncio.sleep(SOON_S)
        return answer

    def _leave_out(self, code: str, packet: Publish) -> None:
        """Acknowledged, or the broker would send it for ever; the operator is told whose it was."""
        self._door.stranger(code or packet.topic)
        if (before := self._behind.pop(code, None)) is not None:
            self.hub.leave(before)
        if packet.qos:
            self._send(Puback(packet.packet_id))

    async def _keep(self, device: int, name: str, packet: Publish) -> None:
        """Into the spool, as soon as it has room; meanwhile nothing more is read."""
        intake = self.hub.intake
        while True:
            try:
                if packet.qos:
                    intake.put_and_tell(device, MQTT, name, packet.payload, self, packet.packet_id)
                else:
                    intake.put(device, MQTT, name, packet.payload)
            except SpoolFull:
                self.hub.counters.held += 1
                await intake.spool.room.wait()
            else:
                return

    def durable(self, token: int) -> None:
        """The message with that packet identifier is on disk: now, and only now, PUBACK."""
        self._send(Puback(token))

    def send_command(self, to: _Behind, command: Command) -> bool:
        """To the broker at QoS 1, whose acknowledgement is the receipt that we see."""
        if len(self._sent) >= MOST_COMMANDS_ON_THE_WAY:
            return False
        left_s = (command.expires_ms - self.hub.intake.now_ms()) // 1000
        expiry: Properties = ((Property.MESSAGE_EXPIRY_S, max(left_s, 0)),)
        self._next_id = self._next_id % 65_535 + 1
        self._sent[self._next_id] = command.id, to
        self._send(
            Publish(
                to.topic,
                command.payload,
                1,
                self._next_id,
                properties=expiry if self._version >= V5 and command.expires_ms else (),
            )
        )
        return True

    def _confirmed(self, packet: Puback) -> None:
        sent = self._sent.pop(packet.packet_id, None)
        if sent is None:
            return
        command, device = sent
        if packet.code == Reason.SUCCESS:
            self.hub.counters.commands_confirmed += 1
            self.hub.outbox.confirmed(command)
        else:  # nobody listens there for now: it waits until the device is heard again
            self.hub.leave(device)
            self.hub.outbox.unconfirmed([command])

    async def _keep_pinging(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_S / 2)
            self._send(Pingreq())

    def _send(self, packet: Packet) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(packet, self._version))

    def close(self) -> None:
        """The devices behind it are out of reach, and commands that were not acknowledged wait again."""
        if self._pinging is not None:
            self._pinging.cancel()
        if self._writer is not None:
            self._writer.close()
        for each in self._behind.values():
            self.hub.leave(each)
        if self._sent:
            self.hub.outbox.unconfirmed([command for command, _device in self._sent.values()])


class _Behind:
    """A device behind the broker, as the hub knows sessions; one that connects here by itself comes first."""

    __slots__ = ("_link", "admitted", "began_s", "topic")

    def __init__(self, link: _Link, admitted: Admitted, topic: str) -> None:
        self._link, self.topic = link, topic
        self.admitted: Admitted | None = admitted
        self.began_s = link.hub.loop.time()

    def heard(self) -> None:
        """It is there: commands may go to it, unless it is connected here."""
        hub, admitted = self._link.hub, self.admitted
        if admitted is not None and admitted.device not in hub.by_device:
            hub.by_device[admitted.device] = self
            hub.outbox.listening(admitted.device)

    def overdue(self, now_s: float) -> Reason | None:
        return None

    def end(self, reason: Reason, why: str = "") -> None:
        """Its connection is the broker's."""

    def go_on(self) -> None:
        """Nothing of one device alone is held here."""

    def is_listening(self) -> bool:
        return self._link.is_open

    def send_command(self, command: Command) -> bool:
        return self._link.send_command(self, command)
