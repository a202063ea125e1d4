"""Reads whose shape never changes: Django writes their SQL once in a process and not for every request.

Writing the SQL of a query with joined tables takes Django longer than PostgreSQL takes to answer it. Where a page asks
the same again and again with another number, :func:`compiled` keeps the SQL and fills the values in. Rows come out as
they do of any query set: instances with their joined rows, prefetched ones included. Row security is not part of the
SQL and holds as ever.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar, cast

from django.db import connections
from django.db.models import ManyToOneRel, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

P = ParamSpec("P")
M = TypeVar("M", bound=Model)

_STAND_IN: Final = 0x5EED_0000_0000_0000
"""What stands for the first whole number while the SQL is written; no row has such a number."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A query set as it was written once.

    :param given: of each parameter of the SQL, which of the values it is; None for one that stays
    """

    rows: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    given: tuple[int | None, ...]

    def filled(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The parameters, each of the type that Django gave it."""
        pairs = zip(self.parameters, self.given, strict=True)
        return tuple(kept if which is None else type(kept)(values[which]) for kept, which in pairs)

    def asked(self, values: tuple[Any, ...]) -> list[Any]:
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[self.rows.db]
        answer = self.sql, self.filled(values)
        compiler.as_sql = lambda *_args, **_kwargs: answer  # type: ignore[method-assign]
        rows = self.rows.all()
        rows.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
        return list(rows)


def compiled(shape: Callable[P, QuerySet[M]]) -> Callable[P, list[M]]:
    """Make a function that describes a query set one that gives its rows.

    :param shape: called once in a process, with stand-ins. Its arguments, given by place, are ``int`` or ``str`` and
        do nothing but be compared with columns of their kind: no lists, no None, no texts to search for a part of
    :raises TypeError: at the first call, if an argument is of another kind or does not become a parameter as it is
    """
    written: _Written | None = None

    @functools.wraps(shape)
    def rows(*values: P.args, **named: P.kwargs) -> list[M]:
        nonlocal written
        if named:
            raise TypeError(f"{shape.__qualname__} takes its values by place.")
        if written is None:
            written = _written(cast("Callable[..., QuerySet[Any]]", shape), values)
        return written.asked(values)

    return rows


def hand_out(rows: Sequence[Model], relation: str, related: Iterable[Model]) -> None:
    """Give rows of one model their related rows, read on their own, as ``prefetch_related`` would.

    :param relation: the name under which a row has them: with ``pauses``, ``row.pauses.all()`` asks nothing afterwards
    :param related: those of all the rows together, in the order in which each row is to have its own; what came to a
        row that is not among them is passed over
    """
    if not rows:
        return
    link = cast("ManyToOneRel", rows[0]._meta.get_field(relation))
    of_row: dict[object, list[Model]] = {row.pk: [] for row in rows}
    for one in related:
        of_row.get(getattr(one, link.field.attname), []).append(one)
    for row in rows:
        found: Any = QuerySet(link.field.model)
        found._result_cache, found._prefetch_done = of_row[row.pk], True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = found


def _written(shape: Callable[..., QuerySet[Any]], values: tuple[Any, ...]) -> _Written:
    stand_ins = tuple(_stand_in(shape, value, number) for number, value in enumerate(values))
    rows = shape(*stand_ins)
    compiler = rows.query.get_compiler(using=rows.db)
    sql, parameters = compiler.as_sql()
    places = {stand_in: number for number, stand_in in enumerate(stand_ins)}
    given = tuple(places.get(one) if isinstance(one, (int, str)) else None for one in parameters)
    if set(given) - {None} != set(places.values()):
        raise TypeError(f"Not every value of {shape.__qualname__} becomes a parameter of its SQL.")
    return _Written(rows, compiler, sql, tuple(parameters), given)


def _stand_in(shape: Callable[..., Any], value: object, number: int) -> int | str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError(f"{shape.__qualname__} compares with a whole number or a text, not with {value!r}.")
    return f"\ue000{number}\ue000" if isinstance(value, str) else _STAND_IN + number
