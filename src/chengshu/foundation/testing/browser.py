"""The platform as people meet it: a database of its own with real commits, the real web server, a real Chromium.

For browser tests and measurements. Nothing here touches data that people entered: the database is a copy of the tests'
template under a name of its own, and it is dropped at the end.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from django.conf import settings
from django.db import connections

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.sessions import open_session
from chengshu.foundation.runtime.doctor import chromium
from chengshu.foundation.testing import database
from chengshu.foundation.testing.personas import TERMINAL, Cast, Persona, cast_in

CHROMIUM_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
"""Nothing leaves the machine, and little memory is used."""
START_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running web server.

    :param url: without a slash at its end
    """

    url: str
    process: subprocess.Popen[bytes]

    def cpu_s(self) -> float:
        """Processor seconds used so far by the server and its workers."""
        return sum(_cpu_of(pid) for pid in (self.process.pid, *_children_of(self.process.pid)))


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """A migrated copy that this process uses while the block runs; dropped afterwards."""
    make_database(name)
    try:
        with using(name):
            yield name
    finally:
        drop_database(name)


def make_database(name: str) -> None:
    """A migrated copy of the tests' template, without rows."""
    database._make_copy(name)


def drop_database(name: str) -> None:
    with database._server() as server:
        database.drop_database(server, name)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Have this process use another database of the same server for a while."""
    before = settings.DATABASES["default"]["NAME"]
    database._use(name)
    try:
        yield
    finally:
        for connection in connections.all():
            connection.close()
        database._use(before)


def committed_cast() -> Cast:
    """The cast with all its accounts, committed; the base data must be there."""
    with asking(system("test", "cli")):
        cast = cast_in()
        for name in cast:
            cast[name]
    return cast


def session_cookie(persona: Persona) -> str:
    """The cookie of a new live session, committed, second factor passed."""
    with asking(system("test", "cli")):
        _session, token = open_session(persona.account, TERMINAL, second_factor=True)
    return token


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(data: Path, *, name: str = "", workers: int = 1, threads: int = 2) -> Iterator[Served]:
    """The real web server over a database of this server.

    :param name: of the database; the one that this process uses now, if empty
    :param data: a data directory of its own; secrets and built front end are taken from the present one
    """
    port = free_port()
    _furnish(data)
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "warning", "--no-ws"),
        *("--backlog", "1024", "--backpressure", "512", "--static-path-route", "/static"),
        *("--static-path-mount", str(data / "static"), "chengshu.wsgi:application"),
    ]
    with (data / "web.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            command, env=_environment(data, name), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await_health(url, process, data / "web.log")
            yield Served(url, process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


_running: list[Any] = []
"""The Chromium of this process: Playwright's blocking interface runs once in a process."""


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium of this machine under Playwright.

    :raises LookupError: if this machine has none
    """
    program = chromium()
    if not program:
        raise LookupError("this machine has no Chromium: apt-get install chromium")
    if _running:
        yield _running[0]
        return
    from playwright.sync_api import sync_playwright

    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=flags)
        _running.append(launched)
        try:
            yield launched
        finally:
            _running.clear()
            launched.close()


def _furnish(data: Path) -> None:
    """The same secrets as this process, so that its sessions hold there too; and the static files."""
    data.mkdir(parents=True, exist_ok=True)
    present = Path(settings.DATA_DIR) / "secrets"
    if present.is_dir() and not (data / "secrets").exists():
        shutil.copytree(present, data / "secrets")
    if not (data / "static").exists():
        _collect_static(data / "static")


def _collect_static(target: Path) -> None:
    from django.contrib.staticfiles.finders import get_finders

    target.mkdir()
    for finder in get_finders():
        for path, storage in finder.list([]):
            destination = target / path
            destination.parent.mkdir(parents=True, exist_ok=True)
            _same_file(storage.path(path), destination)


def _same_file(source: str, destination: Path) -> None:
    """A second name of the file, or a copy where that cannot be; the web server follows no symbolic links."""
    try:
        os.link(source, destination)
    except OSError:
        shutil.copyfile(source, destination)


def _environment(data: Path, name: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url(name),
        "DJANGO_SETTINGS_MODULE": "chengshu.settings",
        "CHENGSHU_DATA_DIR": str(data),
        "PYTHONPATH": str(Path(database.PACKAGE).parent),
    }


def database_url(name: str = "") -> str:
    """What another process needs to use the database of this one, as both roles."""
    owner, app = settings.DATABASES["owner"], settings.DATABASES["default"]
    query = {
        "host": owner["HOST"],
        "app_role": app["USER"],
        "app_password": app["PASSWORD"],
    }
    password = quote(str(owner["PASSWORD"]), safe="")
    address = f"{quote(owner['USER'])}:{password}@localhost:{owner['PORT'] or 5432}"
    return f"postgresql://{address}/{name or owner['NAME']}?{urlencode(query)}"


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"the web server ended at once: {log.read_text()[-2000:]}")
        try:
            if httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(
        f"the web server did not answer in {START_PATIENCE_S:.0f} s: {log.read_text()[-2000:]}"
    )


def _children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()] if children.exists() else []


def _cpu_of(pid: int) -> float:
    """User and system time of one process, from ``/proc``."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
