"""A small budget year with one promise of each sort, and the steps that tests of evidence repeat."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Place
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Post
from chengshu.foundation.testing.personas import Cast, cast_in
from chengshu.hub.promises.actions.bindings import bind_attestation
from chengshu.hub.promises.actions.evidence import approve_attestation, attest
from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.models import Attestation, BudgetYear, Form, Indicator, Observation, Project
from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, ProjectTable, SourceTables, UnitRow

YEAR = 2025
ACTING = (
    "unit_officer",
    "unit_head",
    "department_officer",
    "finance_reviewer",
    "supervisor",
    "other_department_officer",
    "resident",
)
LAST_DAY = date(YEAR, 12, 31)
BUREAU = "广州市南沙区政务服务和数据管理局"
CENTRE = "广州南沙政务服务中心"
HERE = Place(1)

COUNT, RATE, WITHIN, YES, WORDS, PER_CASE, ZERO, UNCLEAR = (f"P02#{number}" for number in range(1, 9))
"""The promises of the service centre, by what they ask for."""

_ROWS = (
    ("11", "办件数量", "≥100件"),
    ("31", "群众满意度", "≥90%"),
    ("13", "平均审批时间", "≤12小时"),
    ("12", "系统验收", "通过"),
    ("22", "服务水平", "全面提升"),
    ("13", "故障修复时间", "24小时内修复"),
    ("12", "安全事故数量", "0次"),
    ("13", "故障响应时间", "《2小时"),
)


@dataclass(frozen=True)
class World:
    """The imported year and whoever acts in it."""

    year: BudgetYear
    cast: Cast

    def as_persona(self, name: str) -> AbstractContextManager[None]:
        """Ask as a persona, without HTTP."""
        return asking(self.cast[name].asker())

    def client(self, name: str) -> Client:
        """A browser with a live session of a persona."""
        client = Client(headers={"accept-language": "en"})
        self.cast[name].sign_in(client)
        return client

    def __getitem__(self, ref: str) -> Indicator:
        return Indicator.objects.select_related("form__budget_year").get(ref=ref)

    @property
    def form(self) -> Form:
        return Form.objects.select_related("budget_year", "project", "current").get(ref="P02")

    @property
    def project(self) -> Project:
        return Project.objects.get(ref="P02")

    def post_of(self, persona: str) -> Post:
        return Post.objects.get(appointments__account=self.cast[persona].account)

    def bind(self, ref: str, **way: str) -> None:
        """Have the unit's officer attest this promise."""
        bind_attestation(indicator=self[ref], post=self.post_of("unit_officer"), way=way, reason="初次绑定")

    def file(self, content: bytes = b"2025 annual report, page 1\n") -> File:
        return store_file(
            unit=self.form.unit, name="report.txt", content=content, purpose="promises.evidence"
        )

    def attest(self, ref: str, value: str, as_of: date = LAST_DAY, **changes: Any) -> Attestation:
        with self.as_persona("unit_officer"):
            given = {"statement": "见附件第1页", "file": self.file(), **changes}
            return attest(indicator=self[ref], as_of=as_of, value=value, **given)

    def prove(self, ref: str, value: str, as_of: date = LAST_DAY, **changes: Any) -> Observation:
        """Attest a value and have the head of the unit approve it."""
        attestation = self.attest(ref, value, as_of, **changes)
        with self.as_persona("unit_head"):
            return approve_attestation(attestation=attestation)


def tables() -> SourceTables:
    rows = tuple(
        IndicatorRow(
            f"P02#{number}",
            number,
            {"1": "1", "2": "2", "3": "3"}[code[0]],
            {"1": "产出指标", "2": "效益指标", "3": "满意度指标"}[code[0]],
            code,
            {"11": "数量指标", "12": "质量指标", "13": "时效指标", "22": "社会效益", "31": "服务对象满意度"}[
                code
            ],
            name,
            value,
            value,
            f"{name}；实施周期指标值：{value}；年度指标值：{value}",
            True,
            HERE,
        )
        for number, (code, name, value) in enumerate(_ROWS, start=1)
    )
    own = IndicatorRow(
        "P01#1",
        1,
        "1",
        "产出指标",
        "11",
        "数量指标",
        "培训次数",
        "≥4次",
        "≥4次",
        "培训次数：≥4次",
        True,
        HERE,
    )
    projects = (
        _unit(BUREAU, _project("P01", "政务服务工作经费", BUREAU, "77.30", (own,))),
        _unit(CENTRE, _project("P02", "运行经费", CENTRE, "149.44", rows)),
    )
    return SourceTables(YEAR, ProjectTable(BUREAU, Decimal("226.74"), projects), None)


def _unit(name: str, project: ProjectRow) -> UnitRow:
    return UnitRow(name, project.amount, (project,), HERE)


def _project(ref: str, name: str, unit: str, amount: str, rows: tuple[IndicatorRow, ...]) -> ProjectRow:
    money, none = Decimal(amount), Decimal("0.00")
    return ProjectRow(ref, name, unit, money, money, none, none, "目标", rows, "", HERE)


def build() -> World:
    """The small year in the database, with the accounts that act in it."""
    load_base_data()
    given = tables()
    imported = import_tables(department=department_of(given), tables=given, source=Source("small"))
    cast = cast_in()
    for persona in ACTING:
        cast[persona]
    return World(imported.budget_year, cast)
