"""The supervisor's log: each line of each process to a file that rotates, and to the terminal with its
name before it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_COLOURS: Final = (36, 35, 33, 34, 32)
_LONGEST_LINE: Final = 64 * 1024
ZONE: Final = ZoneInfo("Asia/Shanghai")


class RotatingFile:
    """An append-only file that is renamed to ``.1`` … ``.n`` when it grows too large.

    :param limit: bytes after which the next line starts a new file
    :param kept: how many old files are kept
    """

    def __init__(self, path: Path, limit: int = 10 * 1024 * 1024, kept: int = 5) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._limit, self._kept = path, limit, kept
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        if self._file.tell() > self._limit:
            self._rotate()
        self._file.write(line + b"\n")
        self._file.flush()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.rename(self._numbered(number + 1))
        self._path.rename(self._numbered(1))
        self._file = self._path.open("ab")

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def close(self) -> None:
        self._file.close()


class LineLog:
    """Takes raw output of one process and writes whole lines.

    :param show: also print the lines to the terminal
    """

    def __init__(self, name: str, folder: Path, colour: int, *, show: bool) -> None:
        self._prefix = _prefix(name, colour)
        self._file = RotatingFile(folder / f"{name}.log")
        self._rest = b""
        self._show = show

    def feed(self, output: bytes) -> None:
        *lines, self._rest = (self._rest + output).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self.line(line)

    def line(self, line: bytes) -> None:
        self._file.write(line)
        if self._show:
            print_line(self._prefix + line.decode("utf-8", "replace"))

    def close(self) -> None:
        if self._rest:
            self.line(self._rest)
        self._file.close()


def _prefix(name: str, colour: int) -> str:
    if not sys.stderr.isatty():
        return f"{name:<8} | "
    return f"\x1b[{_COLOURS[colour % len(_COLOURS)]}m{name:<8}\x1b[0m | "


def print_line(text: str) -> None:
    """A line to the terminal; a terminal that has gone away is no reason to stop serving."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        return


def announcer(log: LineLog) -> Callable[[str], None]:
    """A function that logs one of the supervisor's own sentences with the time."""

    def announce(sentence: str) -> None:
        log.line(f"{datetime.now(ZONE):%Y-%m-%d %H:%M:%S} {sentence}".encode())

    return announce
