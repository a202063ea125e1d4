"""Digests: of what a check asks, of one result at its place in the chain, of a batch. SM3 over canonical facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chengshu.foundation.audit.canonical import canonical, sm3

START: Final = "0" * 64
"""What the first result of a check, and the first batch, link to."""
VERSION_FACTS: Final = (
    "kind",
    "parameters",
    "interval_s",
    "timeout_ms",
    "down_after",
    "up_after",
    "parent_id",
    "defined_at",
)
RESULT_FACTS: Final = ("unit_id", "at", "outcome", "reason", "detail", "latency_us", "facts")


def version_digest(check: int, number: int, version: Any) -> str:
    """Covers all that decides a result, and which check it is."""
    facts = {name: getattr(version, name) for name in VERSION_FACTS}
    return sm3(canonical({"check": check, "number": number, **facts}))


def result_digest(check: int, position: int, previous: str, asked: str, facts: Mapping[str, Any]) -> str:
    """
    :param asked: the digest of the version
    :param facts: with the names of ``RESULT_FACTS``
    """
    own = {name: facts[name] for name in RESULT_FACTS}
    return sm3(
        canonical({"check": check, "position": position, "previous": previous, "version": asked, **own})
    )


def root_of(digests: Iterable[str]) -> str:
    return sm3("\n".join(digests).encode())


def batch_content(*, prober: str, at: Any, count: int, root: str, previous: str) -> bytes:
    """What is signed."""
    return canonical({"prober": prober, "at": at, "count": count, "root": root, "previous": previous})
