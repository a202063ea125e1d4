"""The supervisor with children of its own making: restarts, back-off, order of stopping, no orphans."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengshu.foundation.runtime.cluster import wait_until
from chengshu.foundation.runtime.probes import PortFileProbe, WebProbe
from chengshu.foundation.runtime.processes import ProcessDescription
from chengshu.foundation.runtime.supervisor import PROBES_TO_FAIL, Child, Supervisor, back_off_s
from chengshu.foundation.runtime.system import MARK, group_members, is_alive, marked_processes

PATIENCE_S = 20.0


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, show=False)
    yield made
    made.stop()


def _description(name: str, code: str, **more: object) -> ProcessDescription:
    return ProcessDescription(name=name, command=(sys.executable, "-u", "-c", code), **more)  # type: ignore[arg-type]


def _log(folder: Path, name: str) -> str:
    return (folder / "log" / f"{name}.log").read_text(encoding="utf-8")


SLEEPER = "import time\nprint('ready')\nwhile True: time.sleep(1)"


def test_a_killed_child_comes_back_and_the_log_says_so(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(_description("sleeper", SLEEPER))
    first = supervisor.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    assert supervisor.run(until=lambda: supervisor.pids()["sleeper"] not in (0, first), timeout_s=PATIENCE_S)
    assert is_alive(supervisor.pids()["sleeper"])
    assert "sleeper (process" in _log(tmp_path, "chengshu")
    assert "was killed by SIGKILL; restarting now" in _log(tmp_path, "chengshu")


def test_a_child_that_cannot_live_is_started_ever_less_often(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(_description("broken", "raise SystemExit(7)"))
    log = tmp_path / "log" / "chengshu.log"
    assert supervisor.run(until=lambda: "restarting in 2 s" in log.read_text(), timeout_s=PATIENCE_S)
    assert log.read_text().count("ended with status 7") == 3


def test_a_child_that_is_to_give_way_does(supervisor: Supervisor) -> None:
    supervisor.start(_description("polite", SLEEPER, niceness=5))
    supervisor.start(_description("plain", SLEEPER))
    polite, plain = (os.getpriority(os.PRIO_PROCESS, supervisor.pids()[name]) for name in ("polite", "plain"))
    assert (polite, plain) == (5, os.getpriority(os.PRIO_PROCESS, 0))


def test_waiting_grows_to_a_limit() -> None:
    assert [back_off_s(failures) for failures in (1, 2, 3, 4, 20)] == [0.0, 1.0, 2.0, 4.0, 30.0]


def test_a_missing_program_does_not_end_the_supervisor(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(ProcessDescription(name="missing", command=("/nonexistent/program",)))
    supervisor.start(_description("sleeper", SLEEPER))
    assert supervisor.run(until=lambda: supervisor.is_healthy("sleeper"), timeout_s=PATIENCE_S)
    assert "missing cannot be started" in _log(tmp_path, "chengshu")


def test_what_a_dead_leader_leaves_behind_is_ended_before_it_is_started_again(supervisor: Supervisor) -> None:
    follower = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    supervisor.start(_description("leader", f"import subprocess, sys, time; {follower}; time.sleep(600)"))
    leader = supervisor.pids()["leader"]
    assert supervisor.run(until=lambda: len(group_members(leader)) == 2, timeout_s=PATIENCE_S)
    os.kill(leader, signal.SIGKILL)
    assert supervisor.run(until=lambda: supervisor.pids()["leader"] not in (0, leader), timeout_s=PATIENCE_S)
    assert wait_until(lambda: not group_members(leader), PATIENCE_S)


def test_processes_stop_in_order_and_each_by_its_own_signal(supervisor: Supervisor, tmp_path: Path) -> None:
    code = (
        "import signal, sys, time\n"
        "def end(number, frame):\n"
        "    print({name!r}, number, file=open({path!r}, 'a'), flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); signal.signal(signal.SIGINT, end)\n"
        "print('ready')\nwhile True: time.sleep(0.05)"
    )
    path = str(tmp_path / "order")
    base = _description("base", code.format(path=path, name="base"), stop_signal=signal.SIGINT, order=9)
    supervisor.start(base)
    supervisor.start(_description("front", code.format(path=path, name="front")))
    ready = [tmp_path / "log" / f"{name}.log" for name in ("base", "front")]
    assert supervisor.run(
        until=lambda: all("ready" in log.read_text() for log in ready), timeout_s=PATIENCE_S
    )
    supervisor.stop()
    assert (tmp_path / "order").read_text().splitlines() == ["front 15", "base 2"]


def test_a_child_that_ignores_the_request_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEPER}"
    supervisor.start(_description("deaf", deaf, patience_s=0.3))
    log = tmp_path / "log" / "deaf.log"
    assert supervisor.run(until=lambda: "ready" in log.read_text(), timeout_s=PATIENCE_S)
    pid = supervisor.pids()["deaf"]
    supervisor.stop()
    assert not is_alive(pid)
    assert "deaf does not stop; killing it" in _log(tmp_path, "chengshu")


class _Silent:
    """A health check that always fails."""

    def healthy(self) -> bool:
        return False

    def close(self) -> None:
        return None


def test_a_child_that_was_well_and_stops_answering_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(_description("mute", SLEEPER, probe=_Silent))
    child: Child = supervisor._children["mute"]
    first = child.pid
    supervisor._judge(child, True)
    for _ in range(PROBES_TO_FAIL):
        supervisor._judge(child, False)
    assert supervisor.run(until=lambda: supervisor.pids()["mute"] not in (0, first), timeout_s=PATIENCE_S)
    assert "mute (process" in _log(tmp_path, "chengshu")


def test_a_child_that_has_never_been_well_is_still_starting(supervisor: Supervisor) -> None:
    supervisor.start(_description("slow", SLEEPER, probe=_Silent))
    child: Child = supervisor._children["slow"]
    for _ in range(PROBES_TO_FAIL * 3):
        supervisor._judge(child, False)
    assert child.failed_probes == 0
    assert is_alive(child.pid)


def test_nobody_answers_on_a_closed_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        probe = WebProbe("127.0.0.1", taken.getsockname()[1], "/")
        assert wait_until(lambda: probe.healthy() is False, PATIENCE_S)
        probe.close()


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from chengshu.foundation.runtime.supervisor import Supervisor\n"
        "from chengshu.foundation.runtime.processes import ProcessDescription\n"
        "supervisor = Supervisor(Path(sys.argv[1]), show=False)\n"
        "sleeper = (sys.executable, '-c', 'import time; time.sleep(600)')\n"
        "supervisor.start(ProcessDescription(name='child', command=sleeper))\n"
        "supervisor.run()"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    assert wait_until(lambda: len(marked_processes(str(tmp_path))) == 1, PATIENCE_S)
    process.kill()
    process.wait()
    assert wait_until(lambda: not marked_processes(str(tmp_path)), PATIENCE_S)


def test_children_carry_the_mark_of_their_data_directory(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(
        _description("sleeper", f"import os; print(os.environ[{MARK!r}], flush=True)\n{SLEEPER}")
    )
    log = tmp_path / "log" / "sleeper.log"
    assert supervisor.run(until=lambda: str(tmp_path) in log.read_text(), timeout_s=PATIENCE_S)
    assert marked_processes(str(tmp_path)) == [supervisor.pids()["sleeper"]]


def test_a_process_that_names_its_port_in_a_file_is_asked_there(tmp_path: Path) -> None:
    file = tmp_path / "port"
    assert PortFileProbe(file, "/").healthy() is False
    for content in ("no port", "", "-1"):
        file.write_text(content, encoding="ascii")
        assert PortFileProbe(file, "/").healthy() is False
    with socket.create_server(("127.0.0.1", 0)) as server:
        file.write_text(str(server.getsockname()[1]), encoding="ascii")
        probe = PortFileProbe(file, "/")
        assert probe.healthy() is None
        asked, _address = server.accept()
        with asked:
            assert asked.recv(1000).startswith(b"GET / HTTP/1.")
            asked.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            assert wait_until(probe.healthy, PATIENCE_S)
        probe.close()
