"""The contracts that the printed tables of the budget speak of. What a table does not say stays unknown."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

YEAR_BEGINS: Final = date(2025, 1, 1)
"""The first day of the budget year of the tables."""


@dataclass(frozen=True, slots=True)
class ServiceFact:
    key: str
    name: str
    source: str
    formula: str = "service"
    target: Decimal | None = None
    longest_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class LimitFact:
    kind: str
    minutes: int
    source: str


@dataclass(frozen=True, slots=True)
class DeliverableFact:
    """What a table says has to be handed over; by when and to whom, no table tells."""

    title: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class ContractFact:
    """One contract as far as a table tells of it.

    :ivar hours: empty where the table names none
    """

    project: str
    title: str
    unit: str
    source: str
    services: tuple[ServiceFact, ...]
    hours: str = ""
    limits: tuple[LimitFact, ...] = ()
    deliverables: tuple[DeliverableFact, ...] = ()

    @property
    def number(self) -> str:
        """The number of the project stands in for that of the contract, which no table tells."""
        return f"2025-{self.project}"


@cache
def contracts() -> tuple[ContractFact, ...]:
    """All of them, in the order of the tables."""
    path = Path(__file__).parent / "contracts.toml"
    return tuple(_contract(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["contract"])


def _contract(row: Mapping[str, Any]) -> ContractFact:
    return ContractFact(
        project=row["project"],
        title=row["title"],
        unit=row.get("unit", "data-bureau-proper"),
        source=f"项目支出绩效目标表 {row['project']}",
        hours=row.get("hours", ""),
        services=tuple(_service(one) for one in row.get("services", ())),
        limits=tuple(LimitFact(**one) for one in row.get("limits", ())),
        deliverables=tuple(DeliverableFact(**one) for one in row.get("deliverables", ())),
    )


def _service(row: Mapping[str, Any]) -> ServiceFact:
    target = Decimal(row["target"]) if "target" in row else None
    return ServiceFact(**{**row, "target": target})


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """When a load test counts as one; see ``loads.toml``."""

    least_seconds: Decimal
    least_requests: Decimal
    most_failed_percent: Decimal


@cache
def load_limits() -> LoadLimits:
    """The limits as shipped."""
    rows = tomllib.loads((Path(__file__).parent / "loads.toml").read_text(encoding="utf-8"))["limit"]
    return LoadLimits(**{row["name"]: Decimal(row["value"]) for row in rows})
