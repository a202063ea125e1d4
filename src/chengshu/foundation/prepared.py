"""Statements that every write repeats, prepared once per connection: parsed and planned by the server a single time.

Django binds on the client and so sends each statement as new text. For the handful of statements that open, scope and
record every action that costs more than running them. They go straight to libpq, beside Django's cursors but on its
connection and within its transaction. Errors come out as Django's own, and a broken transaction refuses as it does
there.

Within :func:`opening` nothing travels alone that can travel in company. BEGIN, who asks and the scope of an action go
with the first statement; what :func:`later` was given goes, in its order, with whatever comes next, COMMIT at the
latest. So nothing reads past a statement that waits, and one that fails undoes the transaction as it would at once.
"""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import DatabaseError, DataError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import error_from_result

Row = tuple[Any, ...] | None
Call = tuple[str, Sequence[Any]]
"""A statement with ``%s`` for parameters, each cast to its type where the server could not tell; and what they are."""

_INTEGERS: Final = frozenset({20, 21, 23})
"""Object ids of bigint, smallint and integer."""
_SUCCESS: Final = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})
_END_OF_MESSAGE: Final = pq.ExecStatus.PIPELINE_SYNC
_IDLE: Final = pq.TransactionStatus.IDLE


@dataclass(slots=True)
class _Sent:
    """A statement with its parameters as the text that PostgreSQL reads."""

    statement: str
    values: list[bytes | None]


@dataclass(slots=True)
class _Line:
    """What waits on a connection to be sent with the next statement.

    :param here: the connection that is within ``opening``
    :param settings: told, not sent yet; they follow the ``calls``
    """

    here: BaseDatabaseWrapper
    settings: dict[str, str]
    calls: list[_Sent] = field(default_factory=list)
    has_begun: bool = False

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has happened in the transaction."""
        return not self.has_begun and not self.calls

    def add(self, call: _Sent) -> None:
        self.settle()
        self.calls.append(call)

    def settle(self) -> None:
        """Let the settings wait as a statement like any other."""
        if self.settings:
            self.calls.append(_setting(self.settings))
            self.settings = {}

    def take(self) -> list[_Sent]:
        """All that waits; from now on it counts as sent."""
        taken = self.calls if self.has_begun else [_BEGIN, *self.calls]
        self.calls, self.has_begun = [], True
        return taken


_BEGIN: Final = _Sent("BEGIN", [])
_COMMIT: Final = _Sent("COMMIT", [])

_names: WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]] = WeakKeyDictionary()
"""What each connection has prepared: statement → its name there."""
_line: ContextVar[_Line | None] = ContextVar("line", default=None)


def run(statement: str, parameters: Sequence[Any] = ()) -> Row:
    """Run one statement on the default connection, within its transaction; the first row it gives, if any.

    Whole numbers come as ``int``, everything else as text.
    """
    return run_all((statement, parameters))[0]


def run_all(*calls: Call) -> list[Row]:
    """Run statements one after the other, in one message; the first row of each."""
    line = _line.get()
    wanted = [_Sent(statement, _texts(parameters)) for statement, parameters in calls]
    if line is None:
        here = connections["default"]
        return _answers(here, [*_beginning(here), *wanted], len(wanted))
    line.settle()
    return _answers(line.here, [*line.take(), *wanted], len(wanted))


def later(statement: str, parameters: Sequence[Any] = ()) -> None:
    """Run a statement before anything else happens in the transaction; what it gives is not wanted.

    Outside of :func:`opening` it is run at once.
    """
    line = _line.get()
    if line is None:
        run(statement, parameters)
    else:
        line.add(_Sent(statement, _texts(parameters)))


def tell(settings: Mapping[str, str]) -> None:
    """Set settings of the database until the transaction ends."""
    line = _line.get()
    if line is None:
        here = connections["default"]
        _answers(here, [*_beginning(here), _setting(settings)])
    else:
        line.settings.update(settings)


@contextmanager
def opening(settings: Mapping[str, str]) -> Iterator[None]:
    """Within ``transaction.atomic()``: set settings before anything else is done in the block.

    Inside another transaction they are set at once, else together with the first statement, Django's included. What
    still waits at the end of the block goes with COMMIT; of settings only those that something came after, for they
    end with the transaction.
    """
    here = connections["default"]
    if here.savepoint_ids:
        tell(settings)
        yield
        return
    line = _Line(here, dict(settings))
    token = _line.set(line)
    here.execute_wrappers.append(_settle_first)
    try:
        yield
        if not line.is_untouched and not here.needs_rollback:
            _answers(here, [*line.take(), _COMMIT])
    finally:
        here.execute_wrappers.pop()
        _line.reset(token)


@contextmanager
def undoable() -> Iterator[None]:
    """A transaction, or a part of one, of which nothing stays when the block fails.

    Where nothing has happened in the transaction yet, it takes no savepoint to come back there: the transaction is
    rolled back and begins again.
    """
    line = _line.get()
    if line is None:
        with transaction.atomic():
            yield
    elif line.is_untouched:
        settings, hooks = dict(line.settings), len(line.here.run_on_commit)
        try:
            yield
        except BaseException:
            _start_over(line, settings, hooks)
            raise
    else:
        with transaction.atomic():
            try:
                yield
            except BaseException:
                line.calls, line.settings = [], {}
                raise


def _start_over(line: _Line, settings: dict[str, str], hooks: int) -> None:
    """Back to the empty transaction; one whose connection is lost stays broken."""
    here = line.here
    line.calls, line.settings = [], settings
    if line.has_begun:
        try:
            with here.wrap_database_errors:
                here.connection.rollback()
        except (DatabaseError, AttributeError):
            here.needs_rollback = True
            return
    line.has_begun = False
    del here.run_on_commit[hooks:]
    here.needs_rollback = False


def _settle_first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Django's hook around every statement of its own cursors: what waits goes before it."""
    line = _line.get()
    if line is not None:
        line.settle()
        if line.calls or not line.has_begun:
            _answers(line.here, line.take())
    return execute(sql, params, many, context)


def _beginning(here: BaseDatabaseWrapper) -> list[_Sent]:
    """BEGIN, where Django has said that a transaction is on and nothing was sent in it."""
    here.ensure_connection()
    raw = here.connection
    return [_BEGIN] if not raw.autocommit and raw.pgconn.transaction_status == _IDLE else []


def _setting(settings: Mapping[str, str]) -> _Sent:
    calls = ", ".join([f"set_config('{name}', %s, true)" for name in settings])
    return _Sent(f"SELECT {calls}", _texts(settings.values()))


def _answers(here: BaseDatabaseWrapper, calls: list[_Sent], wanted: int = 0) -> list[Row]:
    """Send all in one message, and wait until all are answered.

    :param wanted: of how many, the last ones, the first row is wanted
    :raises DatabaseError: what the first of them to fail says; those behind it are not run
    """
    here.ensure_connection()
    here.validate_no_broken_transaction()
    with here.wrap_database_errors:
        raw = here.connection
        known = _names.setdefault(raw, {})
        named = [
            (known.get(call.statement) or _prepare(raw, known, call.statement), call.values) for call in calls
        ]
        results = _results(raw, named) if len(named) > 1 else [raw.pgconn.exec_prepared(*named[0])]
        for result in results:
            if result.status not in _SUCCESS:
                raise error_from_result(result, encoding=raw.info.encoding)
        return [_first_row(result) for result in results[len(results) - wanted :]]


def _results(raw: psycopg.Connection[Any], named: list[tuple[bytes, list[bytes | None]]]) -> list[Any]:
    server = raw.pgconn
    try:
        server.enter_pipeline_mode()
        for name, values in named:
            server.send_query_prepared(name, values)
        server.pipeline_sync()
        results = list(_read(server))
        server.exit_pipeline_mode()
    except BaseException:
        raw.close()  # answers may be under way that the next to ask would take for theirs
        raise
    return results


def _read(server: pq.abc.PGconn) -> Iterator[Any]:
    """The results up to the end of the message. Waits as the other threads of this process go on."""
    ready = select.poll()
    ready.register(server.socket, select.POLLIN | select.POLLOUT)
    while server.flush():
        ready.poll()
        server.consume_input()
    ready.modify(server.socket, select.POLLIN)
    gaps = 0
    while gaps < 2:  # one after each statement; two when the connection is lost
        while server.is_busy():
            ready.poll()
            server.consume_input()
        result = server.get_result()
        if result is None:
            gaps += 1
        elif result.status == _END_OF_MESSAGE:
            return
        else:
            gaps = 0
            yield result
    raise psycopg.OperationalError("the connection to the database was lost")


def _prepare(raw: psycopg.Connection[Any], known: dict[str, bytes], statement: str) -> bytes:
    name = b"chengshu_%d" % len(known)
    numbers = count(1)
    text = re.sub("%s", lambda _mark: f"${next(numbers)}", statement)
    result = raw.pgconn.prepare(name, text.encode())
    if result.status not in _SUCCESS:
        raise error_from_result(result, encoding=raw.info.encoding)
    known[statement] = name
    return name


def _texts(values: Iterable[Any]) -> list[bytes | None]:
    """Parameters as the text that PostgreSQL reads; bytes are such a text already.

    :raises DataError: for a NUL, at which libpq would cut the text off
    """
    return [value if value is None or isinstance(value, bytes) else _text(value) for value in values]


def _text(value: Any) -> bytes:
    text = (
        value if isinstance(value, str) else value.isoformat() if isinstance(value, datetime) else str(value)
    )
    if "\x00" in text:
        raise DataError("a text with a NUL cannot be kept")
    return text.encode()


def _first_row(result: pq.abc.PGresult) -> Row:
    if not result.ntuples:
        return None
    return tuple([_value(result, column) for column in range(result.nfields)])


def _value(result: pq.abc.PGresult, column: int) -> Any:
    value = result.get_value(0, column)
    if value is None:
        return None
    return int(value) if result.ftype(column) in _INTEGERS else value.decode()
