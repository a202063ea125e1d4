"""One supervisor per data directory, and what a killed one leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chengshu.foundation.errors import Conflict
from chengshu.foundation.runtime import instance
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.logs import LineLog, RotatingFile
from chengshu.foundation.runtime.system import MARK, port_is_free


def test_a_second_claim_is_refused_and_names_the_first(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with instance.claim(layout):
        instance.write_down(layout, instance.Running(os.getpid(), "http://127.0.0.1:1/", {"web": 1}))
        with pytest.raises(Conflict, match=rf"process {os.getpid()}, http://127.0.0.1:1/"):
            instance.claim(layout)
        assert instance.running(layout) == instance.Running(os.getpid(), "http://127.0.0.1:1/", {"web": 1})


def test_a_stale_record_of_a_killed_supervisor_means_that_nothing_runs(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with instance.claim(layout):
        instance.write_down(layout, instance.Running(os.getpid(), "http://127.0.0.1:1/", {}))
    assert instance.running(layout) is None
    assert instance.stop(layout) is False
    with instance.claim(layout):
        assert instance.is_claimed(layout)


def test_leftovers_are_found_by_their_mark_and_ended(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], env={**os.environ, MARK: str(tmp_path)}
    )
    try:
        assert instance.clear_leftovers(Layout(tmp_path)) == [left.pid]
        assert left.wait(timeout=20) != 0
        assert stranger.poll() is None
    finally:
        for process in (stranger, left):
            process.kill()
            process.wait()


def test_a_port_somebody_listens_on_is_not_free() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not port_is_free("127.0.0.1", taken.getsockname()[1])


def test_a_log_starts_a_new_file_when_it_is_full_and_keeps_a_few_old_ones(tmp_path: Path) -> None:
    log = RotatingFile(tmp_path / "web.log", limit=10, kept=2)
    for number in range(6):
        log.write(b"line %d 0123456789" % number)
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2"]
    assert (tmp_path / "web.log").read_bytes() == b"line 5 0123456789\n"


def test_lines_that_arrive_in_pieces_are_written_whole(tmp_path: Path) -> None:
    log = LineLog("web", tmp_path, 0, show=False)
    for piece in (b"one\ntw", b"o\n\xe5\x9f", b"\x8e"):
        log.feed(piece)
    log.close()
    assert (tmp_path / "web.log").read_text(encoding="utf-8") == "one\ntwo\n城\n"
