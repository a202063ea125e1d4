"""What everybody sees the same — matters, forms and models in force, units — and the stamp that changes with it.

Every statement that changes a watched table, by whatever process, gives the stamp a new random value in the same
transaction. So whoever finds the stamp that stood there before they read may use again what they read then; a
transaction that is rolled back takes its stamp along, and no value ever comes twice.

The stamp is one row: who changes a watched table waits for others who do, until they commit. It is meant for tables
that are published to now and then, never for those that daily work writes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from django.db.migrations import RunSQL

from chengshu.foundation import prepared

P = ParamSpec("P")
R = TypeVar("R")

_STAMP: Final = "SELECT value FROM http_publishedstamp WHERE id = 1"
_MOST: Final = 1_000
"""Answers of one function that a process keeps."""


def stamp() -> str:
    """The present value, as the running transaction sees it."""
    row = prepared.run(_STAMP)
    return str(row[0]) if row else ""


def while_published(read: Callable[P, R]) -> Callable[P, R]:
    """Ask once in a process and stamp: the answer is shared by everybody who asks for the same.

    Only for what reads watched tables and their rows that are readable to all, and gives something that nobody
    changes. What else it depends on, such as the day, must be among its arguments.
    """
    known: dict[object, tuple[str, R]] = {}

    @functools.wraps(read)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        now, key = stamp(), (args, tuple(sorted(kwargs.items())))
        found = known.get(key)
        if found is not None and found[0] == now:
            return found[1]
        answer = read(*args, **kwargs)
        if len(known) >= _MOST:
            known.clear()
        known[key] = (now, answer)
        return answer

    return asked


def watch(table: str) -> RunSQL:
    """Have changes of a table change the stamp, as a migration operation."""
    return RunSQL(
        f"CREATE TRIGGER {table}_published AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION http_publish()",
        f"DROP TRIGGER {table}_published ON {table}",
    )
