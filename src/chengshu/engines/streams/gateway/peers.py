"""What the gateway processes of one machine tell each other: which clients have joined where.

The kernel gives a new connection to any process, so the older session of the same client may be in another one.
Each process listens on a datagram socket in the run folder; nothing is stored, and losing a message costs no more
than an old session that lives until its keep-alive ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path

import msgspec

from chengshu.engines.streams.gateway.hub import Hub
from chengshu.engines.streams.wire import Reason

_JOINED = msgspec.msgpack.Decoder(list[tuple[str, float]])
_MOST_AT_ONCE = 200
_LARGEST = 64 << 10


class Peers:
    """:param number: of this process; :param folder: private to the gateway's user, the same for all processes"""

    def __init__(self, hub: Hub, folder: Path, number: int) -> None:
        self._hub, self._number = hub, number
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"gateway-{number}.sock"
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(self._short(self._path.name))
        hub.loop.add_reader(self._socket.fileno(), self._heard)

    def _short(self, name: str) -> str:
        """A socket's path has at most 107 bytes; through the folder's handle it always fits."""
        return f"/proc/self/fd/{self._folder}/{name}"

    def tell(self) -> None:
        """Tell the others who has joined here since the last time."""
        joined, self._hub.joined = self._hub.joined, []
        others = [
            name for name in os.listdir(self._folder) if name.endswith(".sock") and name != self._path.name
        ]
        if not others:
            return
        here = [(each, self._hub.by_client[each].began_s) for each in joined if each in self._hub.by_client]
        for begin in range(0, len(here), _MOST_AT_ONCE):
            message = msgspec.msgpack.encode(here[begin : begin + _MOST_AT_ONCE])
            for name in others:
                with contextlib.suppress(OSError):  # it has just gone, or its queue is full
                    self._socket.sendto(message, self._short(name))

    def _heard(self) -> None:
        with contextlib.suppress(BlockingIOError, msgspec.MsgspecError):
            while True:
                self._end_older(_JOINED.decode(self._socket.recv(_LARGEST)))

    def _end_older(self, joined: list[tuple[str, float]]) -> None:
        for client_id, began_s in joined:
            member = self._hub.by_client.get(client_id)
            if member is not None and member.began_s < began_s:
                self._hub.counters.takeovers += 1
                member.end(Reason.SESSION_TAKEN_OVER, "Another connection uses this client id.")

    async def keep_telling(self, every_s: float = 0.1) -> None:
        """Tell the others until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            self.tell()

    def close(self) -> None:
        self._hub.loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._path.unlink(missing_ok=True)
        os.close(self._folder)
