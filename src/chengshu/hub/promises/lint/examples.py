"""Builders for the small tables that each rule carries as its example and counterexample."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chengshu.foundation.errors import Place
from chengshu.hub.promises.tables.data import (
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    SourceTables,
    UnitRow,
)

from .words import FAMILIES, L2_NAMES

_PLACE = Place(1)


def indicator(
    name: str,
    annual: str,
    *,
    l2: str = "12",
    period: str | None = None,
    l2_name: str | None = None,
    labels: bool = True,
) -> IndicatorRow:
    """An indicator row; ``period`` is the annual value unless given."""
    printed = L2_NAMES.get(l2, "") + ("指标" if l2[:1] == "1" else "") if l2_name is None else l2_name
    family = FAMILIES.get(l2[:1], "")
    return IndicatorRow(
        "", 0, l2[:1], f"{family}指标", l2, printed, name, annual if period is None else period, annual,
        f"{name}；{annual}", labels, _PLACE,
    )  # fmt: skip


def project(
    name: str, *indicators: IndicatorRow, goal: str = "", amount: str = "10.00", raw: str = "；"
) -> ProjectRow:
    """A project row; its ``ref`` and those of its indicators are set by ``tables``."""
    money = Decimal(amount)
    nothing = Decimal("0.00")
    return ProjectRow("", name, "甲单位", money, money, nothing, nothing, goal, indicators, raw, _PLACE)


def tables(
    *projects: ProjectRow, department: tuple[IndicatorRow, ...] = (), year: int = 2025
) -> SourceTables:
    """Both tables, with the references P01, P01#1 … and D01 …"""
    numbered = tuple(_numbered(row, f"P{n:02}") for n, row in enumerate(projects, 1))
    amount = sum((row.amount for row in numbered), Decimal("0.00"))
    rows = tuple(replace(row, ref=f"D{n:02}", number=n, l1_code="") for n, row in enumerate(department, 1))
    return SourceTables(
        year,
        ProjectTable("甲局", amount, (UnitRow("甲单位", amount, numbered, _PLACE),)),
        DepartmentTable("甲局", (), "", (), rows) if rows else None,
    )


def _numbered(row: ProjectRow, ref: str) -> ProjectRow:
    rows = tuple(replace(item, ref=f"{ref}#{n}", number=n) for n, item in enumerate(row.indicators, 1))
    return replace(row, ref=ref, indicators=rows)


def one(
    name: str, annual: str, *, l2: str = "12", period: str | None = None, labels: bool = True
) -> SourceTables:
    """Tables with a single indicator."""
    return tables(project("某项目", indicator(name, annual, l2=l2, period=period, labels=labels)))
