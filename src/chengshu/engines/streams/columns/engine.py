"""chdb, asked one question at a time by many threads: a short connection each, limits, and a way to break one off.

One process may hold a path, and only one path. A connection costs about 2 ms; the interpreter's lock is free while a
query runs.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final
from uuid import uuid4

from chengshu.engines.streams.columns.requests import Question
from chengshu.foundation.errors import ChengshuError

LIMITS: Final = {
    "max_execution_time": "60",
    "max_memory_usage": str(2 * 1024**3),
    "max_threads": "2",
    "max_result_rows": "2000000",
    "max_query_size": str(4 * 1024 * 1024),
}
"""What holds unless a request asks for less; more than ``CEILINGS`` nobody gets."""
CEILINGS: Final = {
    "max_execution_time": 600,
    "max_memory_usage": 4 * 1024**3,
    "max_query_size": 16 * 1024**2,
    "max_threads": 4,
}
_MERGING: Final = "MergeMutate"
"""The name of ClickHouse's threads that merge parts."""
_NICENESS: Final = 10
_NUMBER: Final = re.compile(r"Code: (\d+)\.")


class EngineRefusal(ChengshuError):
    """The engine did not answer; ``number`` is ClickHouse's own number for the reason."""

    default_code = "columns.engine"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = _NUMBER.search(message)
        self.number = int(found[1]) if found else 1000


class Engine:
    """The store at a path.

    :param path: folder of its files; made if it is not there
    :raises EngineRefusal: if another process holds it
    """

    def __init__(self, path: Path) -> None:
        chdb: Any = import_module("chdb")  # half a gigabyte of library: only the owner process loads it
        path.mkdir(parents=True, exist_ok=True)
        self._folder = path.with_name(f"{path.name}-incoming")
        self._folder.mkdir(exist_ok=True)
        self._open: Callable[[], Any] = lambda: chdb.connect(str(path))
        try:
            self._kept = self._open()
        except Exception as error:
            raise EngineRefusal(str(error)) from error
        for left in self._folder.glob("*.data"):
            left.unlink()
        self._guard = threading.Lock()
        self._merges_give_way = False

    def close(self) -> None:
        self._kept.close()

    def version(self) -> str:
        return str(self._kept.query("SELECT version()", "TSV")).strip()

    @contextmanager
    def asked(self, question: Question) -> Iterator[Running]:
        """A question on a connection of its own, set up and not yet run."""
        if not self._merges_give_way:
            self._merges_give_way = _let_merges_give_way()
        connection = self._open()
        try:
            running = Running(connection, question, self._folder)
            with _told():
                running.set_up()
            yield running
        finally:
            connection.close()

    def break_off(self, mark: str) -> None:
        """Have a running query end with an error; nothing happens if it has ended."""
        with self._guard, _told():
            self._kept.query(
                f"KILL QUERY WHERE startsWith(query, '/* {mark} */') ASYNC FORMAT Null"  # mark: our own hex
            )


def _let_merges_give_way() -> bool:
    """Whoever inserts or asks goes before the merging of parts, which takes as much of the processors.

    ClickHouse's own setting for it is the server's, which cannot be told inside a process. Its threads begin with the
    first table; whether they were there.
    """
    found = False
    for task in Path("/proc/self/task").glob("*/comm"):
        with suppress(OSError):
            if task.read_text(encoding="utf-8").strip() == _MERGING:
                os.setpriority(os.PRIO_PROCESS, int(task.parent.name), _NICENESS)
                found = True
    return found


class Running:
    """A question on its connection; ``mark`` names it to :meth:`Engine.break_off`."""

    def __init__(self, connection: Any, question: Question, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._question = question
        self.mark = uuid4().hex

    def set_up(self) -> None:
        settings = {**LIMITS, **self._question.settings}
        for name, ceiling in CEILINGS.items():
            if not settings[name].isdigit() or not 0 < int(settings[name]) <= ceiling:
                settings[name] = str(ceiling)
        told = ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items())
        self._connection.query(f"SET {told}")
        for name, value in self._question.parameters.items():
            self._connection.query(f"SET param_{name} = {_quoted(value)}")
        if self._question.database:
            self._connection.query(f"USE `{self._question.database}`")

    def pieces(self) -> Generator[bytes, None, None]:
        """The answer, in pieces as the engine has them.

        :raises EngineRefusal: before the first piece or between two
        """
        with _told():
            if self._question.input:
                self._insert()
            elif self._question.is_streamed:
                yield from self._streamed()
            else:
                yield self._whole()

    def _insert(self) -> None:
        """By way of a file: data within a statement are cut off by the engine without a word, and its streaming
        insert hides that a materialized view failed.
        """
        question = self._question
        with NamedTemporaryFile(dir=self._folder, suffix=".data") as file:
            file.write(question.data)
            file.flush()
            source = f" FROM INFILE {_quoted(file.name)} FORMAT {question.input}"
            self._connection.query(question.statement + source.encode())

    def _whole(self) -> bytes:
        statement = self._question.statement
        marked = self._marked(statement) if self._question.is_reading else statement
        return bytes(self._connection.query(marked, self._question.output).bytes())

    def _streamed(self) -> Iterator[bytes]:
        text = self._marked(self._question.statement).decode()
        stream = self._connection.send_query(text, self._question.output)
        try:
            while (piece := stream.fetch()) is not None:
                content = bytes(piece.bytes())
                if not content:
                    break
                yield content
        finally:
            stream.close()

    def _marked(self, statement: bytes) -> bytes:
        return f"/* {self.mark} */ ".encode() + statement


@contextmanager
def _told() -> Iterator[None]:
    """The engine's errors as ours, whatever class they come in."""
    try:
        yield
    except (ChengshuError, GeneratorExit):
        raise
    except Exception as error:
        raise EngineRefusal(str(error)) from error


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\x00", "\\0")
    return f"'{escaped}'"
