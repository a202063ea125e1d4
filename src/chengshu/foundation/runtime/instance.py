"""One running Chengshu per data directory: the lock that keeps it so, and what it says about itself."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from chengshu.foundation.errors import Conflict
from chengshu.foundation.runtime.cluster import wait_until
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.system import is_alive, marked_processes


@dataclass(frozen=True, slots=True)
class Running:
    """What a supervisor wrote down about itself.

    :param pids: process ids by name
    """

    supervisor: int
    url: str
    pids: dict[str, int]


def claim(layout: Layout) -> IO[str]:
    """Take the data directory for this process, for as long as the returned file stays open.

    The kernel lets go of the lock when its holder dies, so a stale pid file never keeps anybody out.

    :raises Conflict: if another supervisor holds it
    """
    layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (layout.run / "supervisor.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Conflict(
            f"Chengshu already runs on {layout.data}{_holder(layout)}.",
            hint="Stop it with ./chengshu down, or set CHENGSHU_DATA_DIR to another directory.",
        ) from error
    return lock


def is_claimed(layout: Layout) -> bool:
    """Whether a supervisor holds this data directory right now."""
    path = layout.run / "supervisor.lock"
    if not path.exists():
        return False
    with path.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _holder(layout: Layout) -> str:
    known = running(layout, claimed=True)
    return f" (process {known.supervisor}, {known.url})" if known else ""


def write_down(layout: Layout, state: Running) -> None:
    draft = _path(layout).with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    draft.replace(_path(layout))


def running(layout: Layout, *, claimed: bool | None = None) -> Running | None:
    """The supervisor that runs on this data directory, if there is one."""
    if not (is_claimed(layout) if claimed is None else claimed):
        return None
    try:
        return Running(**json.loads(_path(layout).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def forget(layout: Layout) -> None:
    _path(layout).unlink(missing_ok=True)


def clear_leftovers(layout: Layout) -> list[int]:
    """End processes that outlived a killed supervisor; to be called by whoever holds the claim only."""
    left = marked_processes(str(layout.data))
    for number, patience_s in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 4.0)):
        for pid in marked_processes(str(layout.data)):
            _signal(pid, number)
        if wait_until(lambda: not marked_processes(str(layout.data)), patience_s):
            break
    return left


def stop(layout: Layout, timeout_s: float = 60.0) -> bool:
    """Ask the supervisor to stop and wait for it; False if none runs.

    :raises Conflict: if it does not stop in time
    """
    known = running(layout)
    if known is None:
        return False
    _signal(known.supervisor, signal.SIGTERM)
    if not wait_until(lambda: not is_claimed(layout) or not is_alive(known.supervisor), timeout_s):
        raise Conflict(
            f"Process {known.supervisor} does not stop.", hint=f"Look into {layout.logs / 'chengshu.log'}."
        )
    return True


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _path(layout: Layout) -> Path:
    return layout.run / "running.json"
