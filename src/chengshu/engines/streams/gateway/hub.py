"""What the sessions of one gateway process share: who is connected, the limits, and the ways in and out."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chengshu.engines.streams.gateway.admission import Admission, Admitted
from chengshu.engines.streams.gateway.counters import Counters
from chengshu.engines.streams.gateway.intake import Intake
from chengshu.engines.streams.gateway.pacing import Pace
from chengshu.engines.streams.wire import Reason

SLOWED_FOR_S: Final = 0.1
"""Longer than needed, so that a device that goes on is not stopped again at its next message."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What one peer may do.

    :param largest_packet: bytes of a whole MQTT packet
    :param receive_maximum: unconfirmed messages of one MQTT 5 client at a time
    :param topic_aliases: how many aliases an MQTT 5 client may define
    :param connect_within_s: a connection that has not sent its CONNECT by then is closed
    :param longest_keep_alive_s: a longer one (or none) is shortened to this for MQTT 5 clients
    :param most_sessions: per process; more are refused
    :param connects_per_s: beyond it newcomers wait, up to ``patience_s``
    :param messages_per_s: of one MQTT session in the long run; what comes faster is read later, and none is dropped
    :param message_burst: messages that a session may send at once, such as what it kept while it was cut off
    """

    largest_packet: int = 256 << 10
    receive_maximum: int = 1_000
    topic_aliases: int = 16
    connect_within_s: float = 10.0
    longest_keep_alive_s: int = 3_600
    most_sessions: int = 19_000
    connects_per_s: float = 1_500.0
    connect_burst: int = 1_500
    patience_s: float = 15.0
    messages_per_s: float = 200.0
    message_burst: int = 5_000


class Member(Protocol):
    """A session, as far as the hub knows it."""

    began_s: float
    admitted: Admitted | None

    def overdue(self, now_s: float) -> Reason | None: ...
    def end(self, reason: Reason, why: str = "") -> None: ...
    def go_on(self) -> None: ...
    def is_listening(self) -> bool: ...
    def send_command(self, command: Command) -> bool: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A message to a device.

    :param expires_ms: milliseconds since 1970, after which it must not be sent any more; 0 for never
    """

    id: int
    device: int
    payload: bytes
    expires_ms: int = 0


class Outbox(Protocol):
    """Where commands come from and where their fate goes; told in passing, never waited for."""

    def listening(self, device: int) -> None:
        """The device has subscribed; what waits for it may be sent."""

    def confirmed(self, command_id: int) -> None:
        """The device has acknowledged the receipt (which is not its answer)."""

    def unconfirmed(self, command_ids: Sequence[int]) -> None:
        """The connection has ended before the device acknowledged these."""


class NoOutbox:
    """A gateway that sends nothing."""

    def listening(self, device: int) -> None:
        pass

    def confirmed(self, command_id: int) -> None:
        pass

    def unconfirmed(self, command_ids: Sequence[int]) -> None:
        pass


class Hub:
    """One per process."""

    def __init__(self, admission: Admission, intake: Intake, limits: SessionLimits | None = None) -> None:
        self.admission = admission
        self.intake = intake
        self.limits = limits or SessionLimits()
        self.counters: Counters = intake.counters
        self.outbox: Outbox = NoOutbox()
        self.pace = Pace(self.limits.connects_per_s, self.limits.connect_burst, self.limits.patience_s)
        self.loop = asyncio.get_running_loop()
        self.members: set[Member] = set()
        self.by_client: dict[str, Member] = {}
        self.by_device: dict[int, Member] = {}
        self.joined: list[str] = []
        self.stopping = False
        self.message_s = 1 / self.limits.messages_per_s
        self.burst_s = self.limits.message_burst / self.limits.messages_per_s
        self.slowed: dict[int, float] = {}
        self._held: set[Member] = set()
        self._releasing = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run ``work`` beside everything else, and keep it alive."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def join(self, member: Member, admitted: Admitted) -> None:
        """The member is who it says; whoever had that client id before it is ended."""
        before = self.by_client.get(admitted.client_id)
        if before is not None:
            self.counters.takeovers += 1
            before.end(Reason.SESSION_TAKEN_OVER, "Another connection uses this client id.")
        self.by_client[admitted.client_id] = self.by_device[admitted.device] = member
        self.joined.append(admitted.client_id)
        self.counters.sessions = len(self.by_client)

    def leave(self, member: Member) -> None:
        self.members.discard(member)
        self._held.discard(member)
        admitted = member.admitted
        if admitted is None:
            return
        if self.by_client.get(admitted.client_id) is member:
            del self.by_client[admitted.client_id]
        if self.by_device.get(admitted.device) is member:
            del self.by_device[admitted.device]
        self.counters.sessions = len(self.by_client)

    def hold(self, member: Member) -> None:
        """Let the member go on once the spool has room."""
        self.counters.held += 1
        self._held.add(member)
        if not self._releasing:
            self._releasing = True
            self.run(self._release())

    def slow(self, member: Member, device: int, ahead_s: float) -> None:
        """Let the member go on once it has made up for what it sent too fast."""
        self.counters.slowed += 1
        self.slowed[device] = self.loop.time()
        self.loop.call_later(ahead_s + SLOWED_FOR_S, member.go_on)

    def slowed_lately(self, within_s: float = 60.0) -> list[int]:
        """Devices that were slowed within so many seconds, the latest first; older ones are forgotten."""
        since = self.loop.time() - within_s
        self.slowed = {device: at for device, at in self.slowed.items() if at >= since}
        return sorted(self.slowed, key=lambda device: -self.slowed[device])

    async def _release(self) -> None:
        while self._held:
            await self.intake.spool.room.wait()
            held, self._held = self._held, set()
            for member in held:
                member.go_on()
            await asyncio.sleep(0)
        self._releasing = False

    def sweep(self, now_s: float) -> None:
        """End the members that have been silent for too long; while the spool is full, nobody is heard."""
        if not self.intake.spool.room.is_set():
            return
        for member in [each for each in self.members if each.overdue(now_s)]:
            self.counters.timed_out += 1
            member.end(Reason.KEEP_ALIVE_TIMEOUT, "Nothing was heard in time.")

    def end_clients(self, client_ids: Iterable[str], reason: Reason) -> None:
        """End these clients' sessions, if they are here."""
        for client_id in client_ids:
            member = self.by_client.get(client_id)
            if member is not None:
                member.end(reason)

    def send(self, commands: Iterable[Command]) -> list[int]:
        """Send commands to devices that are here and listening; the ids of those that went out."""
        sent = []
        for command in commands:
            member = self.by_device.get(command.device)
            if member is not None and member.is_listening() and member.send_command(command):
                sent.append(command.id)
        self.counters.commands_sent += len(sent)
        return sent

    async def stop(self) -> None:
        """End every session in good order."""
        self.stopping = True
        for member in list(self.members):
            member.end(Reason.SERVER_SHUTTING_DOWN)
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
