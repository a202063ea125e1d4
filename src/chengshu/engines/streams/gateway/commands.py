"""Carries commands from the table to the devices that are connected here, in batches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from chengshu.engines.streams.gateway.hub import Command, Hub

GATHER_S: Final = 0.1
LOOK_AGAIN_S: Final = 30.0


class CommandTable(Protocol):
    """Where commands wait; every method may raise when it cannot be reached."""

    async def waiting_commands(self, devices: Sequence[int]) -> list[Command]: ...
    async def note_sent(self, commands: Sequence[int]) -> None: ...
    async def note_unsent(self, commands: Sequence[int]) -> None: ...


class Carrier:
    """The hub's outbox.

    A command counts as sent once it was handed to the connection; if that ends before the device acknowledged the
    receipt, it is queued again. So a device may see a command twice and knows it by its id.
    """

    def __init__(self, hub: Hub, table: CommandTable) -> None:
        self._hub, self._table = hub, table
        self._wanted: set[int] = set()
        self._unsent: list[int] = []
        self._everyone = False
        self._called = asyncio.Event()

    def listening(self, device: int) -> None:
        """A device has subscribed: look for what waits for it, together with others that do so now."""
        self._wanted.add(device)
        self._called.set()

    def confirmed(self, command_id: int) -> None:
        """The receipt is noted by counting only; the device's answer is a message of its own."""

    def unconfirmed(self, command_ids: Sequence[int]) -> None:
        """A connection has ended before these were acknowledged: they are queued again."""
        self._unsent.extend(command_ids)
        self._everyone = True
        self._called.set()

    def look(self) -> None:
        """Something was queued for somebody."""
        self._everyone = True
        self._called.set()

    async def keep_carrying(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._called.wait()
            await asyncio.sleep(GATHER_S)
            self._called.clear()
            await self._carry()

    async def _carry(self) -> None:
        """If the table is away, nothing is forgotten: it is all asked for again later."""
        everyone, self._everyone = self._everyone, False
        wanted, self._wanted = self._wanted, set()
        try:
            await self.finish()
            devices = self._listening(self._hub.by_device if everyone else wanted)
            sent = self._hub.send(await self._table.waiting_commands(devices)) if devices else []
            if sent:
                await self._table.note_sent(sent)
        except Exception:
            self._everyone = everyone
            self._wanted |= wanted

    def _listening(self, devices: Iterable[int]) -> list[int]:
        members = ((device, self._hub.by_device.get(device)) for device in devices)
        return [device for device, member in members if member is not None and member.is_listening()]

    async def finish(self) -> None:
        """Queue again what went out in vain."""
        unsent = list(self._unsent)
        if unsent:
            await self._table.note_unsent(unsent)
            del self._unsent[: len(unsent)]
