"""``./chengshu up``, told from top to bottom."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module

from rich.markup import escape

from chengshu.cli.groups import apps_with
from chengshu.cli.output import people
from chengshu.foundation import config
from chengshu.foundation.errors import Conflict, Unavailable
from chengshu.foundation.runtime import instance, processes
from chengshu.foundation.runtime.cluster import embedded_cluster
from chengshu.foundation.runtime.database import is_embedded
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.steps import (
    HOST_STEPS,
    Step,
    is_prepared,
    take,
    take_administrator_note,
)
from chengshu.foundation.runtime.supervisor import Supervisor
from chengshu.foundation.runtime.system import port_is_free

DATABASE_PATIENCE_S = 60.0
WEB_PATIENCE_S = 60.0


def place() -> processes.Place:
    return processes.Place(
        bind=config.text("CHENGSHU_BIND", "127.0.0.1"),
        port=config.number("CHENGSHU_PORT", 8600, least=1, most=65535),
    )


def start(*, show_output: bool) -> int:
    """Prepare, serve until told to stop, and stop; the exit status.

    :raises Conflict: if another supervisor holds the data directory, or another program the port
    """
    begun = time.monotonic()
    layout, where = Layout.from_environment(), place()
    with instance.claim(layout):
        supervisor = Supervisor(layout.data, show=show_output)
        supervisor.catch_signals()
        _clear_the_ground(layout, where, supervisor)
        try:
            return _serve(layout, where, supervisor, begun)
        finally:
            supervisor.stop()
            instance.forget(layout)


def _serve(layout: Layout, where: processes.Place, supervisor: Supervisor, begun: float) -> int:
    take_visibly(HOST_STEPS, layout)
    if supervisor.must_stop():
        return 0
    _start_database(layout, supervisor)
    if supervisor.must_stop():
        return 0
    if not is_prepared(layout) and supervisor.run_once((sys.executable, "-m", "chengshu.cli", "prepare")):
        return 0 if supervisor.must_stop() else 1
    _start_serving(layout, where, supervisor)
    if supervisor.must_stop():
        return 0
    for description in beside_the_web(layout):
        supervisor.start(description)
    _welcome(layout, where, time.monotonic() - begun)
    while not supervisor.must_stop():
        supervisor.run(timeout_s=1.0)
        instance.write_down(layout, instance.Running(os.getpid(), where.url, supervisor.pids()))
    return 0


def beside_the_web(layout: Layout) -> Iterator[processes.ProcessDescription]:
    """The worker, and what the ``processes.py`` of installed apps describe."""
    yield processes.worker()
    for package, _file in apps_with("processes"):
        yield from import_module(f"{package}.processes").processes(layout)


def _clear_the_ground(layout: Layout, where: processes.Place, supervisor: Supervisor) -> None:
    left = instance.clear_leftovers(layout)
    if left:
        supervisor.announce(f"Ended {len(left)} processes that a killed supervisor left behind.")
    if not port_is_free(where.bind, where.port):
        raise Conflict(
            f"Port {where.port} on {where.bind} is taken by another program.",
            hint=f"Stop that program, or choose another port: CHENGSHU_PORT={where.port + 1} ./chengshu up",
        )


def _start_database(layout: Layout, supervisor: Supervisor) -> None:
    if not is_embedded():
        return
    cluster = embedded_cluster(layout)
    if cluster.stop():
        supervisor.announce("Stopped a database that a killed supervisor left behind.")
    cluster.forget_stale_pid()

    def make(_: Layout) -> str:
        cluster.prepare()
        return str(cluster.layout.cluster_home)

    take_visibly((Step("Database cluster", lambda _: True, make),), layout)
    if layout.cluster_pointer.exists():
        people.print(
            f"  [dim]The database lies outside {escape(str(layout.data))}, because its own user "
            f"{cluster.user.name if cluster.user else ''} may not pass through the directories above.[/]"
        )
    supervisor.start(processes.postgres(cluster))
    if (
        not supervisor.run(until=cluster.is_ready, timeout_s=DATABASE_PATIENCE_S)
        and not supervisor.must_stop()
    ):
        raise Unavailable("The database does not answer.", hint=f"Its log is {layout.logs / 'postgres.log'}.")


def _start_serving(layout: Layout, where: processes.Place, supervisor: Supervisor) -> None:
    """The web first and alone: on two cores all at once would only keep people waiting for the address."""
    supervisor.start(processes.web(where, layout))
    instance.write_down(layout, instance.Running(os.getpid(), where.url, supervisor.pids()))
    answers = supervisor.run(until=lambda: supervisor.is_healthy("web"), timeout_s=WEB_PATIENCE_S)
    if not answers and not supervisor.must_stop():
        raise Unavailable(
            "The web processes answer not at all or with an error.",
            hint=f"Their log is {layout.logs / 'web.log'}.",
        )


def _welcome(layout: Layout, where: processes.Place, seconds: float) -> None:
    people.print()
    people.print(f"  [bold green]Chengshu runs at {where.url}[/]  [dim](after {seconds:.1f} s)[/]")
    note = take_administrator_note(layout)
    for account in note:
        people.print(
            f"  {escape(account['title'])}: [bold]{escape(account['username'])}[/]"
            f"  one-time password [bold]{escape(account['password'])}[/]"
        )
    if note:
        people.print(
            "  They are shown only now; each person chooses their own password at the first sign-in."
        )
    people.print("  [dim]Ctrl-C stops everything cleanly.[/]")
    people.print()


def take_visibly(steps: tuple[Step, ...], layout: Layout) -> None:
    """Take steps with a line for each, and a spinner where there is a terminal."""
    take(
        steps,
        layout,
        report=lambda title, result, seconds: people.print(
            f"  [green]✓[/] {title:<18} {escape(result)} [dim]({seconds:.1f} s)[/]"
        ),
        announce=lambda title: people.status(f"{title} …"),
    )
