"""Admission from the registry's tables, answered from memory.

Every credential is held in memory (its salt and digest, never the secret), so that known devices connect while
PostgreSQL is away. Triggers announce changes on ``streams_credentials``; then all are read again, and sessions whose
credential no longer holds are ended. A device that is not known yet is looked up once.

A client certificate is a credential too: ``salt`` says ``certificate`` and ``digest`` is its SHA-256. So is, for
syslog, which cannot show anything else, and for HTTP without a token, the sender's IP address: ``address`` and the
SHA-256 of its text.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chengshu.engines.streams.gateway.admission import HTTP, SYSLOG, Admitted, Credentials
from chengshu.engines.streams.wire import Reason

ALL: Final = """
    SELECT d.code, d.id, c.salt, c.digest, extract(epoch FROM c.valid_until)::float8
    FROM streams_credential c JOIN streams_device d ON d.id = c.device_id
    WHERE d.state <> 'stopped' AND (c.valid_until IS NULL OR c.valid_until > now())
"""
ONE: Final = f"{ALL} AND d.code = %s"
_ASK_AGAIN_S: Final = 5.0
_MOST_STRANGERS: Final = 10_000
_DECOY: Final = ("", hashlib.sha256(b"").hexdigest(), float("inf"))
ADDRESS: Final = "address"
CERTIFICATE: Final = "certificate"
_BY_ADDRESS: Final = frozenset({HTTP, SYSLOG})
_PROOFS: Final = frozenset({ADDRESS, CERTIFICATE})


@dataclass(frozen=True, slots=True)
class Known:
    """A device in memory.

    :param secrets: salt, digest (SHA-256 over both, hexadecimal) and end (seconds since 1970) of each credential
    """

    admitted: Admitted
    secrets: tuple[tuple[str, str, float], ...]


class Registry(Protocol):
    """Where the rows come from; raises ``OSError`` or an error of the driver when it cannot be reached."""

    async def rows(self, code: str | None = None) -> Iterable[tuple[Any, ...]]:
        """Rows of :data:`ALL`, or those of one device."""


class CachedAdmission:
    """Answers from memory.

    :param clock: seconds since 1970
    """

    def __init__(self, registry: Registry, clock: Callable[[], float] = time.time) -> None:
        self._registry, self._clock = registry, clock
        self._known: dict[str, Known] = {}
        self._by_proof: dict[tuple[str, str], Known] = {}
        self._strangers: dict[str, float] = {}
        self.is_loaded = False

    def __len__(self) -> int:
        return len(self._known)

    async def reload(self) -> list[str]:
        """Read everything again; the client ids that hold no longer, or not in the same way.

        What is in memory stays if the registry cannot be reached; the error goes on to the caller.
        """
        fresh = gathered(await self._registry.rows())
        gone = [code for code, known in self._known.items() if not _still_holds(known, fresh.get(code))]
        self._known, self._strangers, self.is_loaded = fresh, {}, True
        self._by_proof = {
            secret[:2]: known for known in fresh.values() for secret in known.secrets if secret[0] in _PROOFS
        }
        return gone

    async def admit(self, shown: Credentials) -> Admitted | Reason:
        """The device, if it shows one of its secrets, or its certificate; who sends from its address needs no name."""
        if shown.channel in _BY_ADDRESS and not shown.client_id and shown.password is None:
            return self._vouched_for(shown)
        if shown.username not in (None, shown.client_id):
            return Reason.BAD_USER_NAME_OR_PASSWORD
        known = await self._find(shown.client_id)
        if isinstance(known, Reason):
            self._matches(_DECOY, shown)
            return known
        if sum(self._matches(each, shown) for each in known.secrets):
            return known.admitted
        return Reason.BAD_USER_NAME_OR_PASSWORD

    async def known(self, code: str) -> Admitted | Reason:
        """The device, if it is in service and one of its credentials holds: an outside broker has seen one."""
        found = await self._find(code)
        if isinstance(found, Reason):
            return found
        holds = any(self._clock() < until for _salt, _digest, until in found.secrets)
        return found.admitted if holds else Reason.NOT_AUTHORIZED

    def _vouched_for(self, shown: Credentials) -> Admitted | Reason:
        """By TLS or by the network rather than by a secret."""
        address = shown.address.removeprefix("::ffff:")  # IPv4 at a door that is open for both
        proofs = [(ADDRESS, hashlib.sha256(address.encode()).hexdigest())]
        if shown.certificate:
            proofs.insert(0, (CERTIFICATE, shown.certificate.hex()))
        now = self._clock()
        for proof in proofs:
            known = self._by_proof.get(proof)
            if known is not None and any(each[:2] == proof and now < each[2] for each in known.secrets):
                return known.admitted
        return Reason.NOT_AUTHORIZED

    def _matches(self, secret: tuple[str, str, float], shown: Credentials) -> bool:
        """Whether this secret was shown; takes as long either way."""
        salt, digest, until = secret
        if salt == CERTIFICATE:
            offered = shown.certificate.hex()
        else:
            offered = hashlib.sha256(salt.encode() + (shown.password or b"")).hexdigest()
        fits = hmac.compare_digest(offered, digest) and self._clock() < until
        return fits and (salt == CERTIFICATE or (salt != ADDRESS and bool(shown.password)))

    async def _find(self, code: str) -> Known | Reason:
        """From memory; a code that is not there is looked up, but not again and again."""
        known = self._known.get(code)
        if known is not None:
            return known
        now = self._clock()
        if self._strangers.get(code, 0.0) > now:
            return Reason.BAD_USER_NAME_OR_PASSWORD
        try:
            async with asyncio.timeout(_ASK_AGAIN_S):
                found = gathered(await self._registry.rows(code)).get(code)
        except Exception:
            return Reason.SERVER_UNAVAILABLE
        if found is None:
            if len(self._strangers) >= _MOST_STRANGERS:
                self._strangers.clear()
            self._strangers[code] = now + _ASK_AGAIN_S
            return Reason.BAD_USER_NAME_OR_PASSWORD
        self._known[code] = found
        return found


def gathered(rows: Iterable[tuple[Any, ...]]) -> dict[str, Known]:
    """Devices by their code."""
    secrets: dict[str, list[tuple[str, str, float]]] = {}
    devices: dict[str, int] = {}
    for code, device, salt, digest, until in rows:
        devices[code] = device
        secrets.setdefault(code, []).append((salt, digest, float("inf") if until is None else until))
    return {
        code: Known(Admitted(device, code), tuple(sorted(secrets[code]))) for code, device in devices.items()
    }


def _still_holds(before: Known, after: Known | None) -> bool:
    """A session goes on while its device is there and at least one of the secrets it may have used is."""
    return (
        after is not None
        and after.admitted == before.admitted
        and bool(set(before.secrets) & set(after.secrets))
    )
