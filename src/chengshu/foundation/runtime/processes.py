"""The table of processes that make up a running Chengshu: what each is, how it is started, stopped and
watched.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chengshu.foundation.runtime.cluster import Cluster
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.os_user import OsUser
from chengshu.foundation.runtime.probes import PostgresProbe, Probe, WebProbe

WEB_WORKERS: Final = 2
WEB_THREADS: Final = 2
HEALTH_PATH: Final = "/healthz"
WORKER_NICENESS: Final = 5
"""A third of a processor beside one busy process, and all that is free."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this Chengshu serves.

    :param url: how a person on this machine reaches it
    """

    bind: str
    port: int

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.bind, self.bind)  # noqa: S104
        return f"http://{host}:{self.port}/"


@dataclass(frozen=True, slots=True)
class ProcessDescription:
    """One supervised process.

    :param stop_signal: asks it to finish in good order
    :param patience_s: seconds it gets for that, before it is killed
    :param probe: makes a health check; ``None`` means that being alive is all that is asked
    :param user: whom it runs as, if not as the supervisor
    :param order: processes stop in ascending order, equal ones together
    :param niceness: 0 to 19; the higher, the more it gives way where processors are short
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 10.0
    probe: Callable[[], Probe] | None = None
    user: OsUser | None = None
    order: int = 0
    niceness: int = 0
    folder: Path = Path("/")
    before_restart: Callable[[], object] | None = None


def postgres(cluster: Cluster) -> ProcessDescription:
    return ProcessDescription(
        name="postgres",
        command=cluster.command(),
        stop_signal=signal.SIGINT,
        patience_s=30.0,
        probe=lambda: PostgresProbe(cluster.layout.socket_directory),
        user=cluster.user,
        order=9,
        before_restart=lambda: (cluster.stop(timeout_s=5), cluster.forget_stale_pid()),
    )


def web(place: Place, layout: Layout) -> ProcessDescription:
    """granian in its WSGI form; the back-pressure counts connections, idle ones too, so it is set high."""
    options = {
        "--interface": "wsgi",
        "--host": place.bind,
        "--port": str(place.port),
        "--workers": str(WEB_WORKERS),
        "--blocking-threads": str(WEB_THREADS),
        "--backlog": "4096",
        "--backpressure": "2048",
        "--workers-kill-timeout": "5",
        "--respawn-interval": "1",
        "--log-level": "warning",
        "--static-path-route": "/static",
        "--static-path-mount": str(layout.data / "static"),
        "--static-path-expires": "3600",
    }
    flat = [part for pair in options.items() for part in pair]
    return ProcessDescription(
        name="web",
        command=(
            *(sys.executable, "-m", "granian", *flat),
            *("--no-ws", "--respawn-failed-workers", "chengshu.wsgi:application"),
        ),
        probe=lambda: WebProbe(place.bind, place.port, HEALTH_PATH),
    )


def worker() -> ProcessDescription:
    """It gives way to whoever waits: people in front of pages, devices at a gateway, alarms in the pump."""
    return ProcessDescription(
        name="worker", command=(sys.executable, "-m", "chengshu.cli", "worker"), niceness=WORKER_NICENESS
    )


def child_environment(data: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """What every child sees: our environment, marked so that a later start recognises leftovers."""
    from chengshu.foundation.runtime.system import MARK

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chengshu.settings",
        "PYTHONUNBUFFERED": "1",
        MARK: str(data),
        **extra,
    }
