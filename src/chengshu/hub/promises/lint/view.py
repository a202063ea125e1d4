"""The tables as the rules see them: values parsed, names normalised, classes resolved, computed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, SourceTables
from chengshu.hub.promises.targets import Dimension, Direction, Target, direction, normalise, parse

from . import words


def plain_name(name: str) -> str:
    """A name for comparison: normalised, without remarks in parentheses and without quotation marks."""
    return re.sub(r"\([^()]*\)|[“”‘’\"'、,。:;]", "", normalise(name))


def l2_base(name: str) -> str:
    """A second-level name without the ending 指标: 社会效益指标 is 社会效益."""
    return normalise(name).removesuffix("指标")


def bigrams(text: str) -> set[str]:
    """Every two neighbouring characters of a plain name."""
    plain = plain_name(text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


@dataclass(frozen=True)
class IndicatorView:
    """One indicator with everything that rules ask about it."""

    row: IndicatorRow
    project: ProjectRow | None
    """None for an indicator of the department."""

    @property
    def ref(self) -> str:
        return self.row.ref

    @cached_property
    def name(self) -> str:
        """The normalised name, remarks included."""
        return normalise(self.row.name)

    @cached_property
    def plain(self) -> str:
        return plain_name(self.row.name)

    @cached_property
    def annual(self) -> Target:
        return parse(self.row.annual_raw, self.row.name)

    @cached_property
    def period(self) -> Target:
        return parse(self.row.period_raw, self.row.name)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The annual target, and the whole period's if it is printed differently; composites in parts."""
        values = (self.annual,) if self.row.period_raw == self.row.annual_raw else (self.annual, self.period)
        return tuple(part for value in values for part in value.flat())

    @cached_property
    def direction(self) -> Direction:
        return direction(self.row.name, self.annual)

    @cached_property
    def l2(self) -> str:
        """The second-level code; from the printed name where no code is printed."""
        return self.row.l2_code or self.named_l2

    @cached_property
    def named_l2(self) -> str:
        base = l2_base(self.row.l2_name)
        return next((code for code, name in words.L2_NAMES.items() if name == base), "")

    @cached_property
    def family(self) -> str:
        """``1`` 产出, ``2`` 效益, ``3`` 满意度, ``4`` 成本; empty when unknown."""
        base = l2_base(self.row.l1_name)
        named = next((code for code, name in words.FAMILIES.items() if name == base), "")
        return self.row.l1_code or named or self.l2[:1]

    @cached_property
    def l2_in_doubt(self) -> bool:
        """Whether code and name of the class contradict each other, so that neither can be relied on."""
        return bool(self.row.l2_code and self.named_l2 and self.row.l2_code != self.named_l2)

    def is_filed_under(self, *codes: str) -> bool:
        """Whether both the printed code and the printed name put it there."""
        return self.l2 in codes and not self.l2_in_doubt

    def has(self, options: tuple[str, ...]) -> bool:
        """Whether the name, without remarks, contains one of the words."""
        return any(word in self.plain for word in options)

    @property
    def is_rate_name(self) -> bool:
        return self.plain.endswith(words.RATE_ENDINGS) and not self.plain.endswith("效率")

    @property
    def is_count_name(self) -> bool:
        return self.plain.endswith(words.COUNT_ENDINGS)

    @property
    def is_ratio(self) -> bool:
        return self.annual.dimension is Dimension.RATIO

    @property
    def is_satisfaction(self) -> bool:
        return self.has(words.SATISFACTION)


@dataclass(frozen=True)
class ProjectView:
    """One project with its indicators."""

    row: ProjectRow
    indicators: tuple[IndicatorView, ...]

    @property
    def ref(self) -> str:
        return self.row.ref

    @cached_property
    def goal(self) -> str:
        """The goal without markup, normalised; empty when the source has none."""
        return normalise(re.sub(r"<[^>]+>", "", self.row.goal))

    @cached_property
    def families(self) -> frozenset[str]:
        return frozenset(indicator.family for indicator in self.indicators)


@dataclass(frozen=True)
class TablesView:
    """Both tables."""

    tables: SourceTables

    @property
    def year(self) -> int:
        return self.tables.year

    @cached_property
    def projects(self) -> tuple[ProjectView, ...]:
        rows = self.tables.projects.projects if self.tables.projects else ()
        return tuple(ProjectView(row, tuple(IndicatorView(i, row) for i in row.indicators)) for row in rows)

    @cached_property
    def department(self) -> tuple[IndicatorView, ...]:
        rows = self.tables.department.indicators if self.tables.department else ()
        return tuple(IndicatorView(row, None) for row in rows)

    @cached_property
    def project_indicators(self) -> tuple[IndicatorView, ...]:
        return tuple(indicator for project in self.projects for indicator in project.indicators)

    @cached_property
    def indicators(self) -> tuple[IndicatorView, ...]:
        """Of all projects, then of the department."""
        return (*self.project_indicators, *self.department)

    @cached_property
    def by_ref(self) -> dict[str, ProjectView]:
        return {project.ref: project for project in self.projects}
