"""The supervisor: starts the described processes, brings back those that die, and stops all of them in order.

One thread, one loop. It knows nothing of Django or of databases: what to run and how to tell that it is
well comes in
:class:`ProcessDescription`. If it is killed itself, the kernel tells its children to stop
    (:func:`die_with_parent`).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from chengshu.foundation.runtime.logs import LineLog, announcer
from chengshu.foundation.runtime.probes import Probe
from chengshu.foundation.runtime.processes import ProcessDescription, child_environment
from chengshu.foundation.runtime.system import die_with_parent, give_way, group_members

TICK_S: Final = 0.2
PROBE_EVERY_S: Final = 10.0
PROBES_TO_FAIL: Final = 3
STEADY_AFTER_S: Final = 30.0
LONGEST_BACK_OFF_S: Final = 30.0


def back_off_s(failures: int) -> float:
    """Seconds to wait before the next start after so many quick deaths: at once, then 1, 2, 4 … 30."""
    return 0.0 if failures <= 1 else min(2.0 ** (failures - 2), LONGEST_BACK_OFF_S)


@dataclass(slots=True)
class Child:
    """One described process as it is right now."""

    description: ProcessDescription
    log: LineLog
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0
    probe: Probe | None = None
    next_probe: float = 0.0
    failed_probes: int = 0
    healthy: bool = False
    wanted: bool = field(default=False)

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0


class Supervisor:
    """Runs processes until told to stop.

    :param data: the data directory; its ``log`` folder gets one file per process
    :param show: also print the processes' output
    """

    def __init__(self, data: Path, *, show: bool = True) -> None:
        self._data = data
        self._show = show
        self._children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._own_log = LineLog("chengshu", data / "log", 4, show=show)
        self.announce: Callable[[str], None] = announcer(self._own_log)
        self._stopping = False
        self._stopped = False

    # -- what the caller says

    def catch_signals(self) -> None:
        """Make Ctrl-C, SIGTERM and a lost terminal mean "stop cleanly"; a second Ctrl-C changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def must_stop(self) -> bool:
        """Whether somebody has asked for the end."""
        return self._stopping

    def start(self, description: ProcessDescription) -> None:
        child = Child(
            description, LineLog(description.name, self._data / "log", len(self._children), show=self._show)
        )
        self._children[description.name] = child
        child.wanted = True
        self._launch(child)

    def run(self, until: Callable[[], bool] = lambda: False, timeout_s: float = float("inf")) -> bool:
        """Supervise until ``until`` holds, the time is up or we are asked to stop; True if it held."""
        deadline = time.monotonic() + timeout_s
        while not self._stopping and time.monotonic() < deadline:
            self._turn()
            if until():
                return True
        return False

    def run_once(self, command: Iterable[str]) -> int:
        """Run one command to its end, on our terminal, while all else is kept running; its exit status."""
        process = subprocess.Popen(  # noqa: S603
            tuple(command), env=child_environment(self._data, {}), preexec_fn=die_with_parent()
        )
        self.run(until=lambda: process.poll() is not None)
        if process.poll() is None:
            process.terminate()
        return process.wait()

    def is_healthy(self, name: str) -> bool:
        return self._children[name].healthy

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items()}

    def stop(self) -> None:
        """Stop everything, group by group in order; returns when nothing is left. Once is enough."""
        self._stopping = True
        if self._stopped:
            return
        self._stopped = True
        for order in sorted({child.description.order for child in self._children.values()}):
            self._stop_group([child for child in self._children.values() if child.description.order == order])
        self.announce("Everything is stopped.")
        self._own_log.close()
        self._selector.close()

    # -- one turn of the loop

    def _turn(self) -> None:
        self._pump(TICK_S)
        for child in self._children.values():
            self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if child.wanted and time.monotonic() >= child.due:
                self._launch(child)
            return
        if child.process.poll() is not None:
            self._bury(child)
        elif child.description.probe:
            self._check(child)
        else:
            child.healthy = True

    def _pump(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s) or ():
            child: Child = key.data
            output = os.read(key.fd, 65536)
            if output:
                child.log.feed(output)
            else:
                self._selector.unregister(key.fileobj)
        if not self._selector.get_map():
            time.sleep(min(timeout_s, 0.05))

    # -- birth and death

    def _launch(self, child: Child) -> None:
        description = child.description
        identity = _identity(description)
        try:
            child.process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
                description.command,
                cwd=description.folder,
                env=child_environment(self._data, description.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(description.stop_signal),
                **identity,
            )
        except OSError as error:
            self._reckon(child, f"cannot be started: {error}")
            return
        assert child.process is not None and child.process.stdout is not None  # noqa: PT018
        if description.niceness:
            give_way(child.process.pid, description.niceness)
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        child.started = time.monotonic()
        child.next_probe, child.failed_probes, child.healthy = 0.0, 0, False

    def _bury(self, child: Child) -> None:
        """A dead leader's followers hold ports and memory: they go before it is started again."""
        assert child.process is not None
        status, child_pid = child.process.returncode, child.pid
        self._drain(child)
        _kill_group(child_pid, signal.SIGKILL)
        if time.monotonic() - child.started > STEADY_AFTER_S:
            child.failures = 0
        self._reckon(child, f"(process {child_pid}) {_cause(status)}")
        if child.description.before_restart:
            child.description.before_restart()

    def _reckon(self, child: Child, what: str) -> None:
        child.failures += 1
        child.healthy, child.process = False, None
        wait_s = back_off_s(child.failures)
        child.due = time.monotonic() + wait_s
        self.announce(
            f"{child.description.name} {what}; restarting {f'in {wait_s:.0f} s' if wait_s else 'now'}."
        )

    def _drain(self, child: Child) -> None:
        """Read what it said last, and let go of its pipe and its probe."""
        if child.probe:
            child.probe.close()
            child.probe = None
        assert child.process is not None and child.process.stdout is not None  # noqa: PT018
        pipe = child.process.stdout
        if pipe.fileno() in {key.fd for key in self._selector.get_map().values()}:
            self._selector.unregister(pipe)
        with contextlib.suppress(BlockingIOError):
            child.log.feed(os.read(pipe.fileno(), 1024 * 1024))
        pipe.close()

    # -- health

    def _check(self, child: Child) -> None:
        if child.probe is None:
            if time.monotonic() >= child.next_probe and child.description.probe:
                child.probe = child.description.probe()
            return
        verdict = child.probe.healthy()
        if verdict is None:
            return
        child.probe.close()
        child.probe = None
        self._judge(child, verdict)

    def _judge(self, child: Child, verdict: bool) -> None:
        """A process that has never been well is still starting: it is asked often and not blamed."""
        was_well = child.healthy or child.failed_probes > 0
        child.healthy = verdict
        child.failed_probes = 0 if verdict or not was_well else child.failed_probes + 1
        child.next_probe = time.monotonic() + (PROBE_EVERY_S if verdict or was_well else TICK_S)
        if child.failed_probes >= PROBES_TO_FAIL:
            self.announce(
                f"{child.description.name} (process {child.pid}) has stopped answering; killing it."
            )
            _kill_group(child.pid, signal.SIGKILL)

    # -- the end

    def _stop_group(self, group: list[Child]) -> None:
        for child in group:
            child.wanted = False
            if child.process and child.process.poll() is None:
                self.announce(f"Stopping {child.description.name}.")
                child.process.send_signal(child.description.stop_signal)
        deadlines = {
            child.description.name: time.monotonic() + child.description.patience_s for child in group
        }
        for child in group:
            self._await_end(child, deadlines[child.description.name])

    def _await_end(self, child: Child, deadline: float) -> None:
        if child.process is not None:
            self._end(child, deadline)
        child.log.close()

    def _end(self, child: Child, deadline: float) -> None:
        assert child.process is not None
        while child.process.poll() is None:
            self._pump(0.05)
            if time.monotonic() > deadline:
                self.announce(f"{child.description.name} does not stop; killing it.")
                _kill_group(child.pid, signal.SIGKILL)
                child.process.wait()
        _kill_group(child.pid, signal.SIGKILL)
        self._drain(child)
        child.process = None

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True


def _identity(description: ProcessDescription) -> dict[str, object]:
    user = description.user
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def _kill_group(leader: int, number: int) -> None:
    """Signal what is left of a group; the leader's own number may have been reused only if the group is
    empty.
    """
    if not group_members(leader):
        return
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def _cause(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {signal.Signals(-status).name}"
