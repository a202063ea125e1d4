"""Holds the printed amounts of the two tables against each other, line by line and table by table.

It computes and reports; it corrects nothing. What cannot be traced is called untraced, never forced to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.hub.promises.combinations import Search, smallest_combinations
from chengshu.hub.promises.tables.amounts import ZERO
from chengshu.hub.promises.tables.data import (
    BudgetLine,
    DepartmentTable,
    ProjectRow,
    ProjectTable,
    SourceTables,
    TaskRow,
)
from chengshu.hub.promises.tables.department_table import LEVELS, PROJECTS, SOURCES, SPENDING
from chengshu.hub.promises.tables.problems import say

LIKELY_CHANCE = 0.1
"""A combination is accepted only if fewer than one such hit in ten amounts is expected by chance."""

SHOWN_COMBINATIONS = 3


class State(StrEnum):
    """How a check came out."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNRECONCILED = "unreconciled"
    """Nothing contradicts, but the amount cannot be traced to its parts."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a check. ``ref`` is a project's reference where the summand is a project."""

    name: str
    amount: Decimal
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of two amounts in 万元.

    :param code: stable name, such as ``unit.1``, ``total``, ``budget.sources`` or ``task.3``
    :param left: what is printed
    :param right: what it is compared with
    :param difference: left minus right
    :param terms: what the right side is made of
    """

    code: str
    title: Words
    left: Decimal
    right: Decimal
    difference: Decimal
    state: State
    detail: Words
    terms: tuple[Term, ...] = ()


def reconcile(tables: SourceTables) -> tuple[Check, ...]:
    """Every arithmetic check that the given tables allow, in the order of the forms."""
    checks: list[Check] = []
    projects, department = tables.projects, tables.department
    if projects is not None:
        checks += _project_checks(projects)
    if department is not None:
        checks += _budget_checks(department)
    if projects is not None and department is not None:
        checks.append(_project_spending(projects, department))
        checks += [_task_check(task, projects.projects) for task in department.tasks]
    if department is not None and department.tasks:
        checks.append(_share(department))
    return tuple(checks)


def _check(code: str, title: Words, left: Decimal, terms: Sequence[Term]) -> Check:
    right = _sum(term.amount for term in terms)
    state = State.AGREES if left == right else State.DIFFERS
    detail = (
        say(_("Terms that add up to the printed amount: %(count)s."), {"count": len(terms)})
        if left == right
        else say(_("The terms add up to %(sum)s."), {"sum": f"{right:,.2f}"})
    )
    return Check(code, title, left, right, left - right, state, detail, tuple(terms))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _project_terms(projects: Iterable[ProjectRow]) -> list[Term]:
    return [Term(project.name, project.amount, project.ref) for project in projects]


def _project_checks(table: ProjectTable) -> Iterator[Check]:
    for number, unit in enumerate(table.units, start=1):
        title = say(_("Sub-total of %(unit)s = its projects"), {"unit": unit.name})
        yield _check(f"unit.{number}", title, unit.amount, _project_terms(unit.projects))
    yield _check(
        "total",
        _("Grand total = all units"),
        table.amount,
        [Term(unit.name, unit.amount) for unit in table.units],
    )
    yield _check(
        "total.sources",
        _("Grand total = fiscal + special account + other funds of all projects"),
        table.amount,
        [
            Term("财政拨款", _sum(project.fiscal for project in table.projects)),
            Term("财政专户拨款", _sum(project.special_account for project in table.projects)),
            Term("其他资金", _sum(project.other for project in table.projects)),
        ],
    )


def _budget_terms(lines: Iterable[BudgetLine], names: Sequence[str]) -> list[Term]:
    return [Term(line.name, line.amount) for line in lines if line.name in names]


def _budget_checks(department: DepartmentTable) -> Iterator[Check]:
    spending = _budget_terms(department.budget, SPENDING)
    sources = _budget_terms(department.budget, SOURCES)
    levels = _budget_terms(department.budget, LEVELS)
    total = _sum(term.amount for term in sources)
    yield _check(
        "budget.spending",
        _("Sources of the department = basic + project + development spending"),
        total,
        spending,
    )
    if levels:
        yield _check("budget.levels", _("Sources of the department = levels that spend them"), total, levels)


def _project_spending(table: ProjectTable, department: DepartmentTable) -> Check:
    printed = _sum(line.amount for line in department.budget if line.name == PROJECTS)
    return _check(
        "project_spending",
        _("Project spending in the department table = grand total of the project table"),
        printed,
        [Term("合计", table.amount)],
    )


def _task_check(task: TaskRow, projects: Sequence[ProjectRow]) -> Check:
    search = smallest_combinations(
        [_hundredths(project.amount) for project in projects], _hundredths(task.amount)
    )
    accepted = len(search.combinations) == 1 and search.chance < LIKELY_CHANCE
    chosen = [projects[index] for index in search.combinations[0]] if accepted else []
    right = _sum(project.amount for project in chosen)
    return Check(
        code=f"task.{task.number}",
        title=say(_("Key task %(number)s = projects"), {"number": task.number}),
        left=task.amount,
        right=right,
        difference=task.amount - right,
        state=State.AGREES if accepted else State.UNRECONCILED,
        detail=_accepted(search) if accepted else _untraced(search, projects),
        terms=tuple(_project_terms(chosen)),
    )


def _hundredths(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def _accepted(search: Search) -> Words:
    return say(
        _(
            "The only combination of up to %(size)s projects with this sum, found by search; "
            "the table does not name it. By chance %(chance)s would be expected."
        ),
        {"size": search.size, "chance": f"{search.chance:.2f}"},
    )


def _untraced(search: Search, projects: Sequence[ProjectRow]) -> Words:
    if not search.combinations:
        return say(_("No combination of up to %(size)s projects has this sum."), {"size": search.size})
    shown = [
        " + ".join(projects[index].ref for index in combination)
        for combination in search.combinations[:SHOWN_COMBINATIONS]
    ]
    return say(
        _(
            "Combinations of %(size)s projects with this sum: %(count)s (%(shown)s). "
            "By chance %(chance)s would be expected, so none is taken as the budget of the task."
        ),
        {
            "size": search.size,
            "count": len(search.combinations),
            "shown": "; ".join(shown),
            "chance": f"{search.chance:.2f}",
        },
    )


def _share(department: DepartmentTable) -> Check:
    """Key tasks need not cover all projects, but cannot cost more than all of them."""
    terms = tuple(Term(f"任务{task.number}", task.amount) for task in department.tasks)
    total = _sum(term.amount for term in terms)
    spending = _sum(line.amount for line in department.budget if line.name == PROJECTS)
    share = (total / spending * 100).quantize(Decimal("0.1")) if spending else ZERO
    state = State.UNRECONCILED if total < spending else State.AGREES if total == spending else State.DIFFERS
    return Check(
        code="tasks.share",
        title=_("All key tasks within project spending"),
        left=total,
        right=spending,
        difference=total - spending,
        state=state,
        detail=say(_("The key tasks take %(share)s %% of project spending."), {"share": share}),
        terms=terms,
    )
