"""The gateway's few statements in PostgreSQL, in a thread of their own, so that no slow answer stops the packets.

Nothing here is needed to take messages: while PostgreSQL is away, known devices come and go, and commands wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg

from chengshu.engines.streams.gateway.credentials import ALL, ONE
from chengshu.engines.streams.gateway.hub import Command

CREDENTIALS: Final = "streams_credentials"
COMMANDS: Final = "streams_commands"
_LISTEN_S: Final = 1.0
_AS_A_MACHINE: Final = (
    "SELECT set_config('chengshu.read', %s, true), set_config('chengshu.machine', 'streams', true)"
)

_WAITING: Final = """
    SELECT id, device_id, name, parameters, (extract(epoch FROM expires_at) * 1000)::bigint
    FROM streams_command
    WHERE state = 'queued' AND expires_at > now() AND device_id = ANY(%s)
    ORDER BY device_id, id LIMIT 5000
"""
_SENT: Final = (
    "UPDATE streams_command SET state = 'sent', sent_at = now() WHERE id = ANY(%s) AND state = 'queued'"
)
_QUEUED_AGAIN: Final = (
    "UPDATE streams_command SET state = 'queued', sent_at = NULL WHERE id = ANY(%s) AND state = 'sent'"
)


def payload_of(command_id: int, name: str, parameters: dict[str, Any]) -> bytes:
    """What the device reads on its command topic; it answers on ``up/commands/<id>/ack``."""
    content = {"id": command_id, "name": name, "parameters": parameters}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class Database:
    """One connection, opened when needed and again after an error.

    :param parameters: for ``psycopg.connect``
    :param reading_scope: what row security is told of the reader, as ``foundation.asking`` writes it
    """

    def __init__(self, parameters: dict[str, Any], reading_scope: str) -> None:
        self._parameters, self._scope = parameters, reading_scope
        self._thread = ThreadPoolExecutor(1, "gateway-database")
        self._connection: psycopg.Connection[Any] | None = None

    async def rows(self, code: str | None = None) -> Iterable[tuple[Any, ...]]:
        """Credentials, for :class:`CachedAdmission`."""
        return await (self._run(ALL, None) if code is None else self._run(ONE, [code]))

    async def waiting_commands(self, devices: Sequence[int]) -> list[Command]:
        """What is queued for these devices and not expired, oldest first."""
        rows = await self._run(_WAITING, [list(devices)])
        return [Command(row[0], row[1], payload_of(row[0], row[2], row[3]), row[4]) for row in rows]

    async def note_sent(self, commands: Sequence[int]) -> None:
        await self._run(_SENT, [list(commands)], returns=False)

    async def note_unsent(self, commands: Sequence[int]) -> None:
        """The connection ended before the device acknowledged the receipt: they go out again."""
        await self._run(_QUEUED_AGAIN, [list(commands)], returns=False)

    async def _run(self, statement: str, values: Any, returns: bool = True) -> list[tuple[Any, ...]]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._execute, statement, values, returns)

    def _execute(self, statement: str, values: Any, returns: bool) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(**self._parameters)
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.execute(_AS_A_MACHINE, [self._scope])
                cursor.execute(statement, values)
                return cursor.fetchall() if returns else []
        except psycopg.Error:
            self._forget()
            raise

    def _forget(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._forget)
        self._thread.shutdown()


class Listener(threading.Thread):
    """Hears PostgreSQL's notifications and calls back in the event loop; connects again for as long as it takes.

    After each connection everything may have changed unheard, so every channel is called once.
    """

    def __init__(self, parameters: dict[str, Any], heard: dict[str, Callable[[], None]]) -> None:
        super().__init__(name="gateway-listener", daemon=True)
        self._parameters = {**parameters, "autocommit": True}
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(psycopg.Error):
                self._listen()
            self._stopping.wait(_LISTEN_S)

    def _listen(self) -> None:
        with psycopg.connect(**self._parameters) as connection:
            for channel in self._heard:
                connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            self._tell(self._heard)
            while not self._stopping.is_set():
                self._tell({each.channel for each in connection.notifies(timeout=_LISTEN_S, stop_after=1)})

    def _tell(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self._loop.call_soon_threadsafe(self._heard[channel])

    def stop(self) -> None:
        self._stopping.set()
        self.join()
