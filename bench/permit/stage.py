"""The processes of a running platform, to be killed one after the other: database, web with its workers, worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.permit.ground import ROOT

THREADS = 2
WEB_WORKERS = 2
PATIENCE_S = 240.0


@dataclass
class Stage:
    """Everything that runs, and how to kill it without a warning.

    :param environment: what web and worker are started with
    """

    cluster: Any
    folder: Path
    port: int
    environment: Mapping[str, str]
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    killed: dict[str, int] = field(default_factory=lambda: {"web": 0, "worker": 0, "postgresql": 0})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._start_web()
        self._start_worker()
        self.await_web()

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def kill_web(self) -> None:
        """One of the web server's own workers, as the kernel does when memory is short; the server starts another."""
        assert self.web is not None
        workers = _children_of(self.web.pid)
        if workers:
            _kill(workers[self.killed["web"] % len(workers)])
            self.killed["web"] += 1

    def mend(self) -> None:
        """Start again what has given up, as the supervisor does with a web server whose workers die too often."""
        if self.web is None or self.web.poll() is not None:
            self._start_web()
        if self.worker is None or self.worker.poll() is not None:
            self._start_worker()

    def kill_worker(self) -> None:
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()
        self.killed["worker"] += 1
        self._start_worker()

    def kill_postgresql(self) -> None:
        """The server with all its backends at once, as when the power fails; started again, it recovers by itself."""
        postmaster = self.cluster.postmaster()
        for pid in (postmaster, *_children_of(postmaster)):
            _kill(pid)
        self.killed["postgresql"] += 1
        give_up = time.monotonic() + PATIENCE_S
        while self.cluster.leftovers() and time.monotonic() < give_up:
            time.sleep(0.02)
        self.cluster.start()

    def await_web(self) -> None:
        import httpx

        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            self.mend()
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise RuntimeError(f"the web server does not answer: {(self.folder / 'web.log').read_text()[-2000:]}")

    def _start_web(self) -> None:
        options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port))
        sizes = (
            "--workers",
            str(WEB_WORKERS),
            "--blocking-threads",
            str(THREADS),
            "--respawn-interval",
            "0.5",
        )
        command = [sys.executable, "-m", "granian", *options, *sizes, "--respawn-failed-workers", "--no-ws"]
        self.web = self._start([*command, "--log-level", "warning", "chengshu.wsgi:application"], "web.log")

    def _start_worker(self) -> None:
        self.worker = self._start([sys.executable, "-m", "chengshu.cli", "worker"], "worker.log")

    def _start(self, command: list[str], log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                command, cwd=ROOT, env=dict(self.environment), stdout=output, stderr=subprocess.STDOUT
            )


def environment_for(folder: Path) -> dict[str, str]:
    """Web and worker find database, secrets and data in this folder and nowhere else."""
    from chengshu.foundation.testing.browser import database_url

    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CHENGSHU_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "chengshu.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }


def _children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()] if children.exists() else []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
