"""The platform's own portal and database as first targets: really asked from the first minute on, nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chengshu.engines.probes import actions
from chengshu.engines.probes.kinds import CheckKind
from chengshu.engines.probes.models import TargetKind

_GROUP: Final = "城枢平台"


@dataclass(frozen=True)
class OwnTarget:
    """A target that comes with the software; its words are data that the district may change."""

    key: str
    title: str
    kind: str
    address: str
    checks: tuple[tuple[str, str, Mapping[str, Any]], ...]
    parent: str = ""
    group: str = _GROUP


OWN_TARGETS: Final = (
    OwnTarget("own-database", "平台数据库", TargetKind.DATABASE, "", (("连接", CheckKind.POSTGRES, {}),)),
    OwnTarget(
        "own-portal",
        "平台门户",
        TargetKind.SITE,
        "own:/",
        (
            ("存活", CheckKind.HTTP, {"url": "own:/healthz"}),
            ("首页", CheckKind.HTTP, {"url": "own:/", "redirects": 3, "contains": "</html>"}),
        ),
        parent="own-database",
    ),
)


def load() -> str:
    """Add what is missing; says how much was."""
    return f"{actions.watch_own()} own targets watched"
