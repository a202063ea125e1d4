"""Statements that every write repeats, prepared once per connection: parsed and planned by the server a single time.

Django binds on the client and so sends each statement as new text. For the handful of statements that open, scope and
record every action that costs more than running them. They go straight to libpq, beside Django's cursors but on its
connection and within its transaction. Errors come out as Django's own, and a broken transaction refuses as it does
there.

What a transaction begins with — who asks — is not sent before its first statement, so that it travels together with
BEGIN, and with the scope of an action when that is what comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import error_from_result

_INTEGERS: Final = frozenset({20, 21, 23})
"""Object ids of bigint, smallint and integer."""
_SUCCESS: Final = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})

_names: WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]] = WeakKeyDictionary()
"""What each connection has prepared: statement → its name there."""
_owed: WeakKeyDictionary[BaseDatabaseWrapper, Mapping[str, str]] = WeakKeyDictionary()
"""Settings that the first statement of a transaction takes along; while they are owed the transaction is empty."""


def run(statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """Run one statement on the default connection, within its transaction; the first row it gives, if any.

    Whole numbers come as ``int``, everything else as text.

    :param statement: with ``%s`` for parameters, each cast to its type where the server could not tell
    """
    here = _settled()
    with here.wrap_database_errors:
        raw = here.connection
        values = [_text(value) for value in parameters]
        return _first_row(raw, raw.pgconn.exec_prepared(_name_of(raw, statement), values))


def tell(settings: Mapping[str, str]) -> None:
    """Set settings of the database until the transaction ends."""
    here = connections["default"]
    owed = _owed.pop(here, None)
    if owed is not None:
        _begin(here, {**owed, **settings})
    else:
        calls = ", ".join(f"set_config('{name}', %s, true)" for name in settings)
        run(f"SELECT {calls}", list(settings.values()))


@contextmanager
def opening(settings: Mapping[str, str]) -> Iterator[None]:
    """Within ``transaction.atomic()``: set settings before anything else is done in the block.

    Inside another transaction they are set at once, else together with the first statement, Django's included.
    """
    here = connections["default"]
    if here.savepoint_ids:
        tell(settings)
        yield
        return
    _owed[here] = settings
    try:
        with here.execute_wrapper(_settle_first):
            yield
    finally:
        _owed.pop(here, None)


@contextmanager
def undoable() -> Iterator[None]:
    """A transaction, or a part of one, of which nothing stays when the block fails.

    Where nothing has happened in the transaction yet, it takes no savepoint to come back there: the transaction is
    rolled back and begins again.
    """
    here = connections["default"]
    owed = _owed.get(here)
    if owed is None:
        with transaction.atomic():
            yield
        return
    hooks = len(here.run_on_commit)
    try:
        with transaction.atomic(savepoint=False):
            yield
    except BaseException:
        _start_over(here, owed, hooks)
        raise


def _start_over(here: BaseDatabaseWrapper, owed: Mapping[str, str], hooks: int) -> None:
    """Back to the empty transaction; one whose connection is lost stays broken."""
    try:
        with here.wrap_database_errors:
            here.connection.rollback()
    except (DatabaseError, AttributeError):
        return
    del here.run_on_commit[hooks:]
    here.needs_rollback = False
    _owed[here] = owed


def _settle_first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Django's hook around every statement of its own cursors."""
    _settled()
    return execute(sql, params, many, context)


def _settled() -> BaseDatabaseWrapper:
    """The default connection, in a transaction that has all its settings."""
    here = connections["default"]
    owed = _owed.pop(here, None)
    if owed is not None:
        _begin(here, owed)
    else:
        here.ensure_connection()
        here.validate_no_broken_transaction()
        raw = here.connection
        if not raw.autocommit and raw.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            _begin(here, {})
    return here


def _begin(here: BaseDatabaseWrapper, settings: Mapping[str, str]) -> None:
    """Begin the transaction and make its settings, in one message."""
    here.ensure_connection()
    here.validate_no_broken_transaction()
    with here.wrap_database_errors:
        raw = here.connection
        escaping = pq.Escaping(raw.pgconn)
        calls = [
            b"set_config('%s', %s, true)" % (name.encode(), escaping.escape_literal(value.encode()))
            for name, value in settings.items()
        ]
        text = b"BEGIN; SELECT " + b", ".join(calls) if calls else b"BEGIN"
        _first_row(raw, raw.pgconn.exec_(text))


def _name_of(raw: psycopg.Connection[Any], statement: str) -> bytes:
    names = _names.setdefault(raw, {})
    name = names.get(statement)
    if name is None:
        name = b"chengshu_%d" % len(names)
        numbers = count(1)
        text = re.sub("%s", lambda _mark: f"${next(numbers)}", statement)
        _first_row(raw, raw.pgconn.prepare(name, text.encode()))
        names[statement] = name
    return name


def _text(value: Any) -> bytes | None:
    """A parameter as the text that PostgreSQL reads.

    :raises psycopg.DataError: for a NUL, at which libpq would cut the text off
    """
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if "\x00" in text:
        raise psycopg.DataError("a text with a NUL cannot be kept")
    return text.encode()


def _first_row(raw: psycopg.Connection[Any], result: pq.abc.PGresult) -> tuple[Any, ...] | None:
    if result.status not in _SUCCESS:
        raise error_from_result(result, encoding=raw.info.encoding)
    if not result.ntuples:
        return None
    return tuple(_value(result, column) for column in range(result.nfields))


def _value(result: pq.abc.PGresult, column: int) -> Any:
    value = result.get_value(0, column)
    if value is None:
        return None
    return int(value) if result.ftype(column) in _INTEGERS else value.decode()
