"""One MQTT session: what a packet means and what is answered.

Between CONNECT and the end of the connection; nothing outlives it. A client that asks for a lasting session gets
``session present = 0`` and subscribes again; what was meant for it meanwhile waits in the outbox, not here.
QoS 2 and retained messages are refused in MQTT 5 with their reason codes; in 3.1.1, which has none, QoS 2 ends the
connection and the retain flag is taken as not set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from chengshu.engines.streams.gateway.admission import MQTT, Admitted, Credentials
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
    Pingresp,
    Properties,
    Property,
    ProtocolError,
    Puback,
    Publish,
    Reason,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
    encode,
    found,
)
from chengshu.engines.streams.wire.reasons import connack_code

_PUBACK: Final = b"\x40\x02"
_MOST_COMMANDS_IN_FLIGHT: Final = 100


class Wire(Protocol):
    """The connection, as far as a session uses it."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Session:
    """:param certificate: SHA-256 of the verified client certificate, empty without one"""

    __slots__ = (
        "_aliases",
        "_connect",
        "_decoder",
        "_held_packet",
        "_in_flight",
        "_last_name",
        "_last_topic",
        "_next_id",
        "_paid_s",
        "_sent",
        "_topic",
        "_waits",
        "address",
        "admitted",
        "began_s",
        "certificate",
        "ended",
        "heard_s",
        "hub",
        "keep_alive_s",
        "wire",
    )

    def __init__(self, hub: Hub, wire: Wire, address: str = "", certificate: bytes = b"") -> None:
        self.hub, self.wire = hub, wire
        self.address, self.certificate = address, certificate
        self.admitted: Admitted | None = None
        self.began_s = self.heard_s = hub.loop.time()
        self.keep_alive_s = 0
        self.ended = False
        self._decoder = Decoder(hub.limits.largest_packet)
        self._connect: Connect | None = None
        self._waits = False
        self._held_packet: Packet | None = None
        self._in_flight = 0
        self._aliases: dict[int, str] | None = None
        self._last_topic = self._last_name = ""
        self._topic = ""
        self._next_id = 0
        self._paid_s = 0.0
        self._sent: dict[int, int] | None = None
        hub.members.add(self)
        hub.counters.connections += 1

    # -- what comes in

    def received(self, data: bytes) -> None:
        """Bytes from the peer."""
        if self.ended:
            return
        self.heard_s = self.hub.loop.time()
        self._decoder.feed(data)
        if not self._waits:
            self._drain()

    def go_on(self) -> None:
        """There is room again, or the wait is over: deal with what has come in meanwhile."""
        self._waits = False
        self.heard_s = self.hub.loop.time()
        self._drain()
        if not self._waits and not self.ended:
            self.wire.resume_reading()

    @property
    def waits(self) -> bool:
        """Whether nothing more may be read for now."""
        return self._waits

    def _wait(self) -> None:
        self._waits = True
        self.wire.pause_reading()

    def _drain(self) -> None:
        packet: Packet | None = None
        try:
            while not (self._waits or self.ended):
                packet, self._held_packet = self._held_packet or self._decoder.take(), None
                if packet is None:
                    return
                self._take(packet)
        except SpoolFull:
            self._held_packet = packet
            self._wait()
            self.hub.hold(self)
        except ProtocolError as error:
            self._broken(error)

    def _take(self, packet: Packet) -> None:
        if type(packet) is Publish and self.admitted is not None:
            self._publish(packet, self.admitted)
        elif type(packet) is Connect:
            self._begin(packet)
        elif self.admitted is None:
            raise ProtocolError(Reason.PROTOCOL_ERROR, "The first packet is not CONNECT.")
        else:
            handler = _HANDLERS.get(type(packet))
            if handler is None:
                raise ProtocolError(Reason.PROTOCOL_ERROR, f"A client does not send {type(packet).__name__}.")
            handler(self, packet)

    def _broken(self, error: ProtocolError) -> None:
        self.hub.counters.broken[error.reason.name] += 1
        if self._connect is None and error.reason is Reason.UNSUPPORTED_VERSION:
            self.wire.write(encode(Connack(code=connack_code(error.reason, V311)), V311))
        self.end(error.reason, str(error.message))

    # -- CONNECT

    def _begin(self, packet: Connect) -> None:
        if self._connect is not None:
            raise ProtocolError(Reason.PROTOCOL_ERROR, "CONNECT was sent twice.")
        self._connect = packet
        wait_s = self.hub.pace.wait_s(self.hub.loop.time())
        if wait_s is None:
            self._refuse(Reason.CONNECTION_RATE_EXCEEDED)
            return
        self._wait()
        if wait_s:
            self.hub.loop.call_later(wait_s, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        if not self.ended:
            self.hub.run(self._admit())

    async def _admit(self) -> None:
        packet = self._connect
        assert packet is not None
        shown = Credentials(
            MQTT, packet.client_id, packet.username, packet.password, self.certificate, self.address
        )
        verdict = _fault(packet) or (
            Reason.QUOTA_EXCEEDED
            if self.hub.counters.sessions >= self.hub.limits.most_sessions
            else await self.hub.admission.admit(shown)
        )
        if self.ended:
            return
        if isinstance(verdict, Admitted) and not _may_leave(packet.will, verdict):
            verdict = Reason.NOT_AUTHORIZED
        if isinstance(verdict, Admitted):
            self._accept(packet, verdict)
            self.go_on()
        else:
            self._refuse(verdict)

    def _refuse(self, reason: Reason) -> None:
        self.hub.counters.refused[reason.name] += 1
        assert self._connect is not None
        version = self._connect.version
        self.wire.write(encode(Connack(code=connack_code(reason, version)), version))
        self._connect = None
        self._close()

    def _accept(self, packet: Connect, admitted: Admitted) -> None:
        self.hub.counters.accepted += 1
        self.hub.join(self, admitted)
        self.admitted = admitted
        self.keep_alive_s = packet.keep_alive_s
        self.wire.write(encode(Connack(properties=self._offered(packet)), packet.version))

    def _offered(self, packet: Connect) -> Properties:
        """What MQTT 5 tells the client about this server; also shortens the keep-alive."""
        if packet.version < V5:
            return ()
        limits = self.hub.limits
        offered: list[tuple[int, int]] = [
            (Property.RECEIVE_MAXIMUM, limits.receive_maximum),
            (Property.MAXIMUM_QOS, 1),
            (Property.RETAIN_AVAILABLE, 0),
            (Property.MAXIMUM_PACKET_SIZE, limits.largest_packet),
            (Property.TOPIC_ALIAS_MAXIMUM, limits.topic_aliases),
            (Property.SUBSCRIPTION_IDS_AVAILABLE, 0),
            (Property.SHARED_SUBSCRIPTIONS_AVAILABLE, 0),
        ]
        if not 0 < packet.keep_alive_s <= limits.longest_keep_alive_s:
            self.keep_alive_s = limits.longest_keep_alive_s
            offered.append((Property.SERVER_KEEP_ALIVE_S, self.keep_alive_s))
        if found(packet.properties, Property.SESSION_EXPIRY_S):
            offered.append((Property.SESSION_EXPIRY_S, 0))
        return tuple(offered)

    # -- PUBLISH

    def _publish(self, packet: Publish, admitted: Admitted) -> None:
        if packet.qos == 2:
            raise ProtocolError(Reason.QOS_NOT_SUPPORTED, "QoS 2 is not served here; use QoS 1.")
        if packet.retain and self.version >= V5:
            raise ProtocolError(Reason.RETAIN_NOT_SUPPORTED, "Retained messages are not served here.")
        topic = self._resolved(packet) if self.version >= V5 else packet.topic
        if topic == self._last_topic:
            name = self._last_name
        else:
            allowed = admitted.name_of(topic)
            if allowed is None:
                self._deny(packet)
                return
            self._last_topic, self._last_name = topic, allowed
            name = allowed
        if packet.qos == 0:
            self.hub.intake.put(admitted.device, MQTT, name, packet.payload)
        else:
            if self.version >= V5 and self._in_flight >= self.hub.limits.receive_maximum:
                raise ProtocolError(Reason.RECEIVE_MAXIMUM_EXCEEDED, "Too many messages wait for PUBACK.")
            self.hub.intake.put_and_tell(admitted.device, MQTT, name, packet.payload, self, packet.packet_id)
            self._in_flight += 1
        self._pay(admitted.device)

    def _pay(self, device: int) -> None:
        """Each message takes its share of the session's allowance; who is out of it is read later."""
        self._paid_s = max(self._paid_s, self.heard_s) + self.hub.message_s
        ahead_s = self._paid_s - self.heard_s - self.hub.burst_s
        if ahead_s > 0:
            self._wait()
            self.hub.slow(self, device, ahead_s)

    def durable(self, token: int) -> None:
        """The message with packet identifier ``token`` is on disk: now, and only now, PUBACK."""
        self._in_flight -= 1
        if not self.ended:
            self.wire.write(_PUBACK + token.to_bytes(2))

    def _deny(self, packet: Publish) -> None:
        """MQTT 3.1.1 knows no refusal of a message but to close (§3.3.5)."""
        self.hub.counters.denied += 1
        if self.version >= V5 and packet.qos:
            self._write(Puback(packet.packet_id, Reason.NOT_AUTHORIZED))
        else:
            self.end(Reason.NOT_AUTHORIZED, "This topic is not yours.")

    def _resolved(self, packet: Publish) -> str:
        """The topic, after topic aliases (MQTT 5.0 §3.3.2.3.4)."""
        alias = found(packet.properties, Property.TOPIC_ALIAS) if packet.properties else None
        if alias is None:
            return packet.topic
        if not 1 <= alias <= self.hub.limits.topic_aliases:
            raise ProtocolError(Reason.TOPIC_ALIAS_INVALID, "There is no such topic alias.")
        if self._aliases is None:
            self._aliases = {}
        if packet.topic:
            self._aliases[alias] = packet.topic
        elif alias not in self._aliases:
            raise ProtocolError(Reason.PROTOCOL_ERROR, "The topic alias stands for nothing yet.")
        return self._aliases[alias]

    # -- everything else

    def _subscribe(self, packet: Subscribe) -> None:
        if found(packet.properties, Property.SUBSCRIPTION_ID) is not None:
            raise ProtocolError(
                Reason.SUBSCRIPTION_IDS_NOT_SUPPORTED, "Subscription identifiers are not served."
            )
        codes = tuple(self._subscribed(each) for each in packet.subscriptions)
        if self.version < V5:
            codes = tuple(min(code, int(Reason.UNSPECIFIED)) for code in codes)
        self._write(Suback(packet.packet_id, codes))
        if self._topic and self.admitted is not None:
            self.hub.outbox.listening(self.admitted.device)

    def _subscribed(self, wanted: Subscription) -> int:
        assert self.admitted is not None
        if wanted.pattern.startswith("$share/"):
            return Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        topic = self.admitted.heard_by(wanted.pattern)
        if topic is None:
            self.hub.counters.denied += 1
            return Reason.NOT_AUTHORIZED
        self._topic = topic
        return min(wanted.qos, 1)

    def _unsubscribe(self, packet: Unsubscribe) -> None:
        assert self.admitted is not None
        codes = []
        for pattern in packet.patterns:
            left = bool(self._topic) and self.admitted.heard_by(pattern) == self._topic
            self._topic = "" if left else self._topic
            codes.append(int(Reason.SUCCESS if left else Reason.NO_SUBSCRIPTION_EXISTED))
        self._write(Unsuback(packet.packet_id, tuple(codes)))

    def _ping(self, _packet: Pingreq) -> None:
        self._write(Pingresp())

    def _acknowledged(self, packet: Puback) -> None:
        command = self._sent.pop(packet.packet_id, None) if self._sent else None
        if command is None:
            return
        if packet.code < Reason.UNSPECIFIED:
            self.hub.counters.commands_confirmed += 1
            self.hub.outbox.confirmed(command)

    def _left(self, packet: Disconnect) -> None:
        """A good-bye takes the will with it, unless it says otherwise."""
        if packet.code == Reason.SUCCESS:
            self._forget_will()
        self._close()

    def is_listening(self) -> bool:
        return bool(self._topic) and not self.ended

    def send_command(self, command: Command) -> bool:
        """Send at QoS 1; ``False`` if the client has too many unanswered ones already."""
        if self._sent is None:
            self._sent = {}
        if len(self._sent) >= self._most_commands():
            return False
        properties: Properties = ()
        if self.version >= V5 and command.expires_ms:
            left_s = (command.expires_ms - self.hub.intake.now_ms()) // 1000
            properties = ((Property.MESSAGE_EXPIRY_S, max(left_s, 0)),)
        packet_id = self._free_id(self._sent)
        data = encode(
            Publish(self._topic, command.payload, 1, packet_id, properties=properties), self.version
        )
        largest = found(self._connect.properties, Property.MAXIMUM_PACKET_SIZE) if self._connect else None
        if largest is not None and len(data) > largest:
            return False
        self._sent[packet_id] = command.id
        self.wire.write(data)
        return True

    def _most_commands(self) -> int:
        asked = found(self._connect.properties, Property.RECEIVE_MAXIMUM) if self._connect else None
        return min(asked or _MOST_COMMANDS_IN_FLIGHT, _MOST_COMMANDS_IN_FLIGHT)

    def _free_id(self, taken: dict[int, int]) -> int:
        while True:
            self._next_id = self._next_id % 65_535 + 1
            if self._next_id not in taken:
                return self._next_id

    # -- the end

    @property
    def version(self) -> int:
        return self._decoder.version

    def overdue(self, now_s: float) -> Reason | None:
        """Why the peer's silence ends the session, if it does."""
        limits = self.hub.limits
        if self.ended:
            late = now_s - self.heard_s > limits.connect_within_s
        elif self.admitted is None:
            late = now_s - self.began_s > limits.connect_within_s + (limits.patience_s if self._waits else 0)
        else:
            late = not self._waits and 0 < self.keep_alive_s * 1.5 < now_s - self.heard_s
        return Reason.KEEP_ALIVE_TIMEOUT if late else None

    def end(self, reason: Reason, why: str = "") -> None:
        """End the session; MQTT 5 clients are told the reason. A second time, without waiting for the peer."""
        if self.ended:
            self.wire.abort()
            return
        if self.admitted is not None and self.version >= V5:
            properties: Properties = ((Property.REASON_STRING, why),) if why and self._wants_reasons() else ()
            self._write(Disconnect(reason, properties))
        self._close()

    def lost(self) -> None:
        """The connection is gone."""
        self.ended = True
        self.hub.leave(self)
        if self._sent:
            self.hub.outbox.unconfirmed(list(self._sent.values()))
        will, admitted = self._connect.will if self._connect else None, self.admitted
        self._forget_will()
        if will is None or admitted is None or self.hub.stopping:
            return
        name = admitted.name_of(will.topic)
        assert name is not None
        self.hub.counters.wills += 1
        self.hub.run(self.hub.intake.put_when_room(admitted.device, MQTT, name, will.payload))

    def _wants_reasons(self) -> bool:
        return (
            self._connect is None
            or found(self._connect.properties, Property.REQUEST_PROBLEM_INFORMATION) != 0
        )

    def _forget_will(self) -> None:
        self._connect = None if self._connect is None else _without_will(self._connect)

    def _write(self, packet: Packet) -> None:
        self.wire.write(encode(packet, self.version))

    def _close(self) -> None:
        self.ended = True
        self.wire.close()


_HANDLERS: Final[dict[type, Callable[[Session, object], None]]] = {
    Subscribe: Session._subscribe,  # type: ignore[dict-item]
    Unsubscribe: Session._unsubscribe,  # type: ignore[dict-item]
    Pingreq: Session._ping,  # type: ignore[dict-item]
    Puback: Session._acknowledged,  # type: ignore[dict-item]
    Disconnect: Session._left,  # type: ignore[dict-item]
}


def _fault(packet: Connect) -> Reason | None:
    """What in a well-formed CONNECT cannot be served."""
    if not packet.client_id:
        return Reason.CLIENT_ID_NOT_VALID
    if found(packet.properties, Property.AUTHENTICATION_METHOD) is not None:
        return Reason.BAD_AUTHENTICATION_METHOD
    will = packet.will
    if will is not None and will.qos == 2:
        return Reason.QOS_NOT_SUPPORTED
    if will is not None and will.retain and packet.version >= V5:
        return Reason.RETAIN_NOT_SUPPORTED
    return None


def _may_leave(will: Will | None, admitted: Admitted) -> bool:
    return will is None or admitted.name_of(will.topic) is not None


def _without_will(packet: Connect) -> Connect:
    return Connect(
        packet.version,
        packet.client_id,
        packet.clean_start,
        packet.keep_alive_s,
        None,
        None,
        None,
        packet.properties,
    )
