"""What the prober may reach: the networks that whoever runs the platform allowed, and the platform's own front door.

A check is data that many people may write, so it must not become a way into the network of the server: every address is
resolved here, held against the list, and then connected to as it was resolved, so that a name cannot change its mind.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chengshu.foundation import config
from chengshu.foundation.errors import Misconfigured

SETTING: Final = "CHENGSHU_PROBES_NETWORKS"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotAllowed(Exception):
    """The address lies outside the allowed networks; carries the address."""


class NoSuchName(Exception):
    """The name has no address."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the list: a network, and perhaps one port of it."""

    network: Network
    port: int | None = None

    def admits(self, address: str, port: int) -> bool:
        found = ipaddress.ip_address(address)
        mapped = getattr(found, "ipv4_mapped", None)
        found = mapped or found
        return (
            found.version == self.network.version and found in self.network and self.port in (None, port or 0)
        )


@dataclass(frozen=True, slots=True)
class Guard:
    """The allowed networks; ``own`` is where the platform's portal listens."""

    allowed: tuple[Allowed, ...]
    own: tuple[str, int] | None = None

    def admits(self, address: str, port: int) -> bool:
        if self.own is not None and (address, port) == self.own:
            return True
        return any(one.admits(address, port) for one in self.allowed)

    async def resolve(self, host: str, port: int) -> str:
        """The one address to connect to; every address of a name must be allowed.

        :param port: 0 where there is none, as with echoes
        :raises NoSuchName: if there is none
        :raises NotAllowed: if any of them is outside
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port or None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoSuchName(host) from error
        addresses = [str(one[4][0]).partition("%")[0] for one in found]
        for address in addresses:
            if not self.admits(address, port):
                raise NotAllowed(address if address == host else f"{host} ({address})")
        return addresses[0]


def read_networks(texts: Iterable[str]) -> tuple[Allowed, ...]:
    """``10.1.0.0/16``, ``10.2.3.4:443`` or ``[fd00::1]:443``.

    :raises ValueError: if one is none of these
    """
    return tuple(_one(text) for text in texts)


def _one(text: str) -> Allowed:
    head, colon, port = text.rpartition(":")
    if colon and ("." in head or head.endswith("]")):
        if not port.isdigit() or not 0 < int(port) < 65_536:
            raise ValueError(f"{text} has no port")
        return Allowed(ipaddress.ip_network(head.strip("[]")), int(port))
    return Allowed(ipaddress.ip_network(text))


def own_place() -> tuple[str, int]:
    """Where the portal of this platform is reached on this machine."""
    bind = config.text("CHENGSHU_BIND", "127.0.0.1")
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(bind, bind)  # noqa: S104
    return reach, config.number("CHENGSHU_PORT", 8600, least=1, most=65535)


def configured() -> Guard:
    """As the environment says.

    :raises Misconfigured: naming the setting
    """
    words = config.words("CHENGSHU_PROBES_NETWORKS", ())
    try:
        return Guard(read_networks(words), own_place())
    except ValueError as error:
        raise Misconfigured(
            f"{SETTING}: {error}.", key=SETTING, hint="Such as 10.1.0.0/16,10.2.3.4:443."
        ) from error
