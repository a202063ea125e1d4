"""The inbox: pages and exact counts of open work over every case of every scene.

Each part of a queue walks one partial index of ``cases_task`` — by unit and due date, by person and due date — and
stops after a page; a scope of many units asks each unit for its first rows. A count of units reads nothing but an
index, which holds all that counts and the row policy ask for. Row security checks every row again.
Rows without a due date come after those with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import Light, Queue, WorkCounts, WorkFilter, WorkItem, WorkPage
from chengshu.engines.cases.lights import light_of
from chengshu.engines.cases.queries import scopes
from chengshu.engines.cases.queries.scopes import Branch
from chengshu.engines.cases.state import TaskKind, TaskState
from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker, current_asker
from chengshu.foundation.errors import InvalidInput

MOST = 200
TAKE = "cases.complete_task"
_SALT = "cases.work"

SORTS = {
    "due": ("due_at", False, True),
    "-due": ("due_at", True, True),
    "opened": ("id", False, False),
    "-opened": ("id", True, False),
    "priority": ("priority", True, False),
    "completed": ("completed_at", True, False),
}
"""Sort → column, whether descending, whether it may be empty. Ids are time-ordered: they stand for ``opened_at``."""


@dataclass(frozen=True)
class _Clause:
    """A condition with its parameters."""

    text: str = ""
    parameters: tuple[Any, ...] = ()

    def __add__(self, other: _Clause) -> _Clause:
        joined = " AND ".join(text for text in (self.text, other.text) if text)
        return _Clause(joined, (*self.parameters, *other.parameters))


_UNASSIGNED = _Clause("t.assignee_id IS NULL")
"""Counted among the rows of the units, not sought: sought by the index of persons, each row would cost a page."""


@dataclass(frozen=True)
class _Cursor:
    """Where a page begins: after the row with this value and id, read backwards for the page before."""

    value: Any
    task_id: int
    is_backward: bool


@dataclass(frozen=True)
class _Order:
    column: str
    is_descending: bool
    may_be_empty: bool

    def reversed(self) -> _Order:
        return replace(self, is_descending=not self.is_descending)

    def words(self, alias: str) -> str:
        direction = "DESC" if self.is_descending else "ASC"
        empty_last = f"{alias}.{self.column} IS NULL {direction}" if self.may_be_empty else ""
        parts = [empty_last] if empty_last else []
        if self.column != "id":
            parts.append(f"{alias}.{self.column} {direction}")
        return ", ".join([*parts, f"{alias}.id {direction}"])


def work_items(
    queue: Queue = "mine",
    filter: WorkFilter | None = None,  # noqa: A002 - what a list is narrowed by is its filter
    cursor: str = "",
    size: int = 50,
) -> WorkPage:
    """One page of a queue of the asker.

    :param cursor: from ``next_cursor`` or ``previous_cursor`` of another page of the same queue and sort
    :param size: rows, at most 200
    :raises InvalidInput: ``cursor`` if it was not made for this queue and sort
    """
    asker, narrowed, now = current_asker(), filter or WorkFilter(), timezone.now()
    if queue == "started":
        from chengshu.engines.cases.queries.started import started_items

        return started_items(asker, narrowed, cursor, size)
    sort = "completed" if queue == "done" else narrowed.sort
    size = max(1, min(size, MOST))
    at = _opened(cursor, queue, sort)
    order = _Order(*SORTS[sort])
    walked = replace(order, is_descending=not order.is_descending) if at and at.is_backward else order
    conditions = _queue(queue, asker) + _filtered(narrowed, now)
    branches = _branches(queue, narrowed, asker)
    rows = _rows(branches, conditions, walked, order, at, size + 1)
    return _page(rows, size, at, order, (queue, sort), now)


def work_counts() -> WorkCounts:
    """How much open work the asker has; the same rows that the lists show."""
    asker, now = current_asker(), timezone.now()
    own = [Branch(scopes.ALL_UNITS)]
    _plan_without_compiling()
    mine = _count_by_light(own, _queue("mine", asker), _Clause(), now)
    unit, claimable = _count_units_and_claimable(asker, now)
    return WorkCounts(
        mine=mine[0],
        claimable=claimable[0],
        unit=unit,
        circulated=_count(own, _queue("circulated", asker)),
        overdue=mine[1] + claimable[1],
        due_soon=mine[2] + claimable[2],
    )


def queue_count(
    queue: Queue,
    filter: WorkFilter | None = None,  # noqa: A002 - see ``work_items``
) -> int:
    """How many rows one queue has under a filter."""
    asker, narrowed, now = current_asker(), filter or WorkFilter(), timezone.now()
    if queue == "started":
        from chengshu.engines.cases.queries.started import started_count

        return started_count(asker, narrowed)
    counted = _UNASSIGNED if queue == "claimable" else _Clause()
    conditions = _queue("unit" if queue == "claimable" else queue, asker) + _filtered(narrowed, now)
    _plan_without_compiling()
    return _count(_branches(queue, narrowed, asker), conditions, counted)


def _queue(queue: Queue, asker: Asker) -> _Clause:
    """What makes a task belong to a queue, apart from units and roles."""
    if queue == "done":
        return _Clause("t.completed_by_id = %s", (asker.account_id,))
    is_open = _Clause("t.state = 'open'")
    if queue == "circulated":
        return is_open + _Clause("t.assignee_id = %s AND t.kind = 'circulated'", (asker.account_id,))
    work = is_open + _Clause("t.kind <> 'circulated'")
    if queue == "mine":
        return work + _Clause("t.assignee_id = ANY (%s::bigint[])", (scopes.persons(asker, TAKE),))
    if queue == "claimable":
        return work + _UNASSIGNED
    return work


def _branches(queue: Queue, narrowed: WorkFilter, asker: Asker) -> list[Branch]:
    if queue == "claimable":
        return scopes.claimable(asker, TAKE, narrowed.unit_id)
    if queue == "unit":
        return scopes.of_units(scopes.viewed_units(asker), narrowed.unit_id)
    return [Branch((narrowed.unit_id,) if narrowed.unit_id is not None else scopes.ALL_UNITS)]


def _filtered(narrowed: WorkFilter, now: datetime) -> _Clause:
    clause = _lit(narrowed.light, now)
    if narrowed.definition:
        clause += _Clause(
            "t.definition_id = (SELECT id FROM cases_definition WHERE key = %s)", (narrowed.definition,)
        )
    if narrowed.node:
        clause += _Clause("t.node = %s", (narrowed.node,))
    if text := narrowed.text.strip().replace("\x00", ""):
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        clause += _Clause("(t.number ILIKE %s OR t.title ILIKE %s)", (pattern, pattern))
    return clause


def _lit(light: Light, now: datetime) -> _Clause:
    if light == "red":
        return _Clause("t.due_at <= %s", (now,))
    if light == "yellow":
        return _Clause("t.warn_at <= %s AND t.due_at > %s", (now, now))
    if light == "green":
        return _Clause("t.due_at > %s AND (t.warn_at IS NULL OR t.warn_at > %s)", (now, now))
    return _Clause()


def _of_branch(branch: Branch) -> tuple[str, _Clause]:
    """The source of one part of a queue, and its condition: several units are asked one by one."""
    roles = _Clause() if branch.roles is None else _Clause("t.role = ANY (%s)", (list(branch.roles),))
    if branch.units is None:
        return "", roles
    if len(branch.units) == 1:
        return "", _Clause("t.unit_id = %s", (branch.units[0],)) + roles
    return "unnest(%s::bigint[]) AS u(id), LATERAL ", _Clause("t.unit_id = u.id") + roles


_COLUMNS = "t.*"
_SHOWN = """
    w.id, w.case_id, w.number, w.title, d.key, d.title, w.node, w.name, w.kind, w.state, w.unit_id,
    coalesce(nullif(u.short_name, ''), u.name), w.role, w.assignee_id, coalesce(a.title, ''), coalesce(o.title, ''),
    w.opened_at, w.due_at, w.warn_at, w.priority, w.urged, w.simulated, w.completed_at
"""


def _rows(
    branches: Sequence[Branch],
    conditions: _Clause,
    walked: _Order,
    order: _Order,
    at: _Cursor | None,
    size: int,
) -> list[Any]:
    parts = [
        _part(branch, conditions + phase, walked, size)
        for branch in branches
        for phase in _phases(walked, at)
    ]
    if not parts:
        return []
    union = " UNION ALL ".join(f"({part.text})" for part in parts)
    parameters = [value for part in parts for value in part.parameters]
    query = (
        f"SELECT {_SHOWN} FROM (SELECT * FROM ({union}) AS t ORDER BY {walked.words('t')} LIMIT %s) AS w"
        " JOIN cases_definition AS d ON d.id = w.definition_id JOIN orgs_unit AS u ON u.id = w.unit_id"
        " LEFT JOIN identity_account AS a ON a.id = w.assignee_id"
        " LEFT JOIN identity_account AS o ON o.id = w.owner_id"
        f" ORDER BY {order.words('w')}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*parameters, size])
        return list(cursor.fetchall())


def _part(branch: Branch, conditions: _Clause, walked: _Order, size: int) -> _Clause:
    source, narrowed = _of_branch(branch)
    where = conditions + narrowed
    direction = "DESC" if walked.is_descending else "ASC"
    keys = [f"t.{walked.column}"] if walked.column != "id" else []
    ordering = ", ".join(f"{key} {direction}" for key in [*keys, "t.id"])
    inner = f"SELECT {_COLUMNS} FROM cases_task AS t WHERE {where.text} ORDER BY {ordering} LIMIT %s"
    if not source:
        return _Clause(inner, (*where.parameters, size))
    units = list(branch.units or ())
    return _Clause(f"SELECT t.* FROM {source}({inner}) AS t", (units, *where.parameters, size))


def _phases(walked: _Order, at: _Cursor | None) -> list[_Clause]:
    """Rows with a value in the column, then those without, each beyond the cursor: each walks an index."""
    sign = "<" if walked.is_descending else ">"
    if not walked.may_be_empty:
        return [_beyond(walked.column, sign, at) if at else _Clause()]
    filled = _Clause(f"t.{walked.column} IS NOT NULL")
    empty = _Clause(f"t.{walked.column} IS NULL")
    if at is None:
        return [filled, empty]
    if at.value is None:
        rest = empty + _Clause(f"t.id {sign} %s", (at.task_id,))
        return [rest, filled] if at.is_backward else [rest]
    rest = filled + _beyond(walked.column, sign, at)
    return [rest] if at.is_backward else [rest, empty]


def _beyond(column: str, sign: str, at: _Cursor) -> _Clause:
    if column == "id":
        return _Clause(f"t.id {sign} %s", (at.task_id,))
    return _Clause(f"(t.{column}, t.id) {sign} (%s, %s)", (at.value, at.task_id))


def _plan_without_compiling() -> None:
    """A count looks dear for what the row policy might ask of every row; compiling it takes longer than running it."""
    prepared.tell({"jit": "off"})


def _count(branches: Sequence[Branch], conditions: _Clause, counted: _Clause = _Clause()) -> int:
    return sum(_counted([counted], conditions + _narrowed(branch))[0] for branch in branches)


def _count_by_light(
    branches: Sequence[Branch], conditions: _Clause, counted: _Clause, now: datetime
) -> tuple[int, ...]:
    """All, overdue and due soon."""
    counts = [_counted(_by_light(counted, now), conditions + _narrowed(branch)) for branch in branches]
    return tuple(sum(column) for column in zip((0, 0, 0), *counts, strict=True))


def _count_units_and_claimable(asker: Asker, now: datetime) -> tuple[int, tuple[int, ...]]:
    """The rows of the asker's units, and by light those to claim: in one pass where the former contain the latter."""
    seen, offered = _branches("unit", WorkFilter(), asker), _branches("claimable", WorkFilter(), asker)
    work = _queue("unit", asker)
    if not offered or not scopes.contain(seen, offered):
        return _count(seen, work), _count_by_light(offered, work, _UNASSIGNED, now)
    claimable = _UNASSIGNED + _any_of([_narrowed(branch) for branch in offered])
    unit, *by_light = _counted([_Clause(), *_by_light(claimable, now)], work + _narrowed(seen[0]))
    return unit, tuple(by_light)


def _by_light(counted: _Clause, now: datetime) -> list[_Clause]:
    return [counted, _lit("red", now) + counted, _lit("yellow", now) + counted]


def _any_of(clauses: Sequence[_Clause]) -> _Clause:
    text = " OR ".join(f"({clause.text})" for clause in clauses)
    return _Clause(f"({text})", tuple(value for clause in clauses for value in clause.parameters))


def _narrowed(branch: Branch) -> _Clause:
    clause = _Clause() if branch.roles is None else _Clause("t.role = ANY (%s)", (list(branch.roles),))
    if branch.units is not None:
        clause += _Clause("t.unit_id = ANY (%s::bigint[])", (list(branch.units),))
    return clause


def _counted(counts: Sequence[_Clause], where: _Clause) -> tuple[int, ...]:
    """How many of the rows meet each condition, all in one pass."""
    columns = ", ".join(f"count(*) FILTER (WHERE {clause.text or 'true'})" for clause in counts)
    parameters = [value for clause in (*counts, where) for value in clause.parameters]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM cases_task AS t WHERE {where.text}", parameters)
        return tuple(cursor.fetchone())


def _page(
    rows: list[Any],
    size: int,
    at: _Cursor | None,
    order: _Order,
    about: tuple[str, str],
    now: datetime,
) -> WorkPage:
    """Cut the one row too many, which tells that there is more, and seal the cursors around the page."""
    is_backward = at is not None and at.is_backward
    has_more = len(rows) > size
    shown = rows[-size:] if is_backward else rows[:size]
    has_next = bool(shown) and (has_more or is_backward)
    has_previous = bool(shown) and (has_more if is_backward else at is not None)
    return WorkPage(
        items=tuple(_item(row, now) for row in shown),
        next_cursor=_sealed(shown[-1], order, about, is_backward=False) if has_next else "",
        previous_cursor=_sealed(shown[0], order, about, is_backward=True) if has_previous else "",
    )


def _item(row: Any, now: datetime) -> WorkItem:
    return WorkItem(
        task_id=row[0],
        case_id=row[1],
        number=row[2],
        title=row[3],
        definition=row[4],
        definition_title=row[5],
        node=row[6],
        node_name=row[7],
        kind=TaskKind(row[8]),
        state=TaskState(row[9]),
        unit_id=row[10],
        unit_name=row[11],
        role=row[12],
        assignee_id=row[13],
        assignee_name=row[14],
        owner_name=row[15],
        opened_at=row[16],
        due_at=row[17],
        light=light_of(row[17], row[18], now),
        priority=row[19],
        urged=row[20],
        simulated=row[21],
    )


_PLACE = {"id": 0, "due_at": 17, "priority": 19, "completed_at": 22}


def _sealed(row: Any, order: _Order, about: tuple[str, str], *, is_backward: bool) -> str:
    value = row[_PLACE[order.column]]
    packed = value.isoformat() if isinstance(value, datetime) else value
    return signing.dumps([packed, str(row[0]), int(is_backward)], salt=f"{_SALT}:{':'.join(about)}")


def _opened(cursor: str, queue: str, sort: str) -> _Cursor | None:
    if not cursor:
        return None
    try:
        value, task_id, is_backward = signing.loads(cursor, salt=f"{_SALT}:{queue}:{sort}")
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
        return _Cursor(parsed, int(task_id), bool(is_backward))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidInput(
            _("This place in the list is no longer known."),
            field="cursor",
            code="cursor",
            hint=_("Start again from the first page."),
        ) from error
