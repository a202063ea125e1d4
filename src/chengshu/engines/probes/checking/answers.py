"""What a check is told, what it may use, and what it answers."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from chengshu.engines.probes.guarding import Guard
from chengshu.engines.probes.kinds import OWN

LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One check to perform."""

    kind: str
    parameters: Mapping[str, Any]
    timeout_ms: int
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By the names that the parameters use."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it.

    :param outcome: as ``models_results.Outcome``
    :param reason: a code of ``words.REASONS``; empty if all was well
    :param detail: facts in no language: a number, a name, what the other side said
    :param facts: more of them, by name
    """

    outcome: Literal["ok", "failed", "impossible"]
    reason: str = ""
    detail: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    latency_us: int | None = None

    def after(self, took_us: int) -> Answer:
        """The same with how long it took; one that tells its own time keeps it, one that was not asked has none."""
        took = self.latency_us if self.latency_us is not None else took_us
        detail = self.detail.replace("\x00", "").encode(errors="replace").decode()[:LONGEST_DETAIL]
        return replace(self, latency_us=None if self.outcome == "impossible" else took, detail=detail)


class Unanswered(Exception):
    """Ends a check from within; carries its answer."""

    def __init__(
        self, reason: str, detail: str = "", *, outcome: Literal["failed", "impossible"] = "failed"
    ) -> None:
        super().__init__(reason)
        self.answer = Answer(outcome, reason, detail)


@dataclass(frozen=True)
class Surroundings:
    """What all checks share.

    :param authorities: a PEM file with further certification authorities
    """

    guard: Guard
    authorities: Path | None = None
    own_database: Callable[[], Mapping[str, Any]] = dict

    @cached_property
    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.authorities is not None:
            context.load_verify_locations(str(self.authorities))
        return context

    @cached_property
    def looking(self) -> ssl.SSLContext:
        """Takes any certificate: for looking at one, and where a check says that it need not be trusted."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def context(self, parameters: Mapping[str, Any]) -> ssl.SSLContext:
        return self.trusting if parameters.get("verify", True) else self.looking

    def url(self, given: str) -> str:
        """``own:/path`` as the portal is reached."""
        if not given.startswith(OWN) or self.guard.own is None:
            return given
        host, port = self.guard.own
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{given.removeprefix(OWN)}"
