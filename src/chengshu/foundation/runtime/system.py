"""What the operating system tells about processes and ports; Linux's ``/proc`` where there is one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

MARK: Final = "CHENGSHU_SUPERVISED"
"""Environment variable of every supervised process; its value is the data directory."""

_PR_SET_PDEATHSIG: Final = 1


def processes_in(directory: Path) -> list[int]:
    """Processes whose working directory is ``directory``: every PostgreSQL process works in its cluster."""
    target = os.path.realpath(directory)
    return [pid for pid in _pids() if _working_directory(pid) == target]


def marked_processes(value: str) -> list[int]:
    """Processes, but not this one, that were started with our mark for the data directory ``value``."""
    wanted = f"{MARK}={value}".encode()
    return [pid for pid in _pids() if pid != os.getpid() and wanted in _environment(pid)]


def group_members(group: int) -> list[int]:
    """Living processes of a process group; zombies are not counted."""
    return [pid for pid in _pids() if _group(pid) == group]


def is_alive(pid: int) -> bool:
    """Whether there is such a process; 0 stands for "none"."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def give_way(pid: int, niceness: int) -> None:
    """Have a process that leads a session give way to others: 0 is as everybody, 19 the most.

    Linux weighs sessions against each other where it groups by them (sched(7), autogroup) and then looks at a
    process's own niceness only within its session, so both are set. A process that is gone is left alone.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def die_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """A function to run in a new child: the kernel will send it ``number`` when the supervisor dies, even
    by kill -9.

    It only works if the supervisor starts its children from a thread that lives as long as itself.
    """
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return lambda: None
    parent = os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _pids() -> Iterator[int]:
    try:
        names = os.listdir("/proc")
    except FileNotFoundError:
        return
    yield from (int(name) for name in names if name.isdigit())


def _working_directory(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _group(pid: int) -> int:
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[2])
