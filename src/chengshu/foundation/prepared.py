"""Statements that every write repeats, prepared once per connection: parsed and planned by the server a single time.

Django binds on the client and so sends each statement as new text. For the handful of statements that open, scope and
record every action that costs more than running them. Errors come out as Django's own, and a broken transaction refuses
as it does there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

_cursors: WeakKeyDictionary[psycopg.Connection[Any], psycopg.Cursor[Any]] = WeakKeyDictionary()
_THRESHOLD = 2
"""Uses of a statement on one connection before the server keeps it."""


def run(statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """Run one statement on the default connection, within its transaction; the first row it gives, if any.

    :param statement: with ``%s`` for parameters, each cast to its type where the server could not tell
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        cursor = _cursor_of(connection.connection)
        cursor.execute(statement, parameters, prepare=True)
        return cursor.fetchone() if cursor.description is not None else None


def _cursor_of(raw: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    cursor = _cursors.get(raw)
    if cursor is None:
        raw.prepare_threshold = _THRESHOLD
        cursor = _cursors[raw] = psycopg.Cursor(raw)
    return cursor
