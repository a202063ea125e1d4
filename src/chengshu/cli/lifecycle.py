"""Commands around the life of an installation: ``up``, ``down``, ``status``, ``doctor``, ``worker`` and
friends.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.foundation.errors import Conflict

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(doctor)
    app.command()(build)
    app.command()(prepare)
    app.command(hidden=True)(worker)
    app.command(context_settings=_PASS_ON)(manage)
    app.command(context_settings=_PASS_ON)(psql)


def up(
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Keep the processes' output in log files only.")
    ] = False,
) -> None:
    """Start everything; Ctrl-C stops it cleanly."""
    from chengshu.cli.starting import start

    raise typer.Exit(start(show_output=not quiet))


def down(
    tests: Annotated[bool, typer.Option("--tests", help="Stop the database kept for tests as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Stop a running Chengshu."""
    from chengshu.foundation.runtime import instance
    from chengshu.foundation.runtime.cluster import Cluster
    from chengshu.foundation.runtime.database_for_tests import test_layout
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.runtime.programs import wheel_programs

    layout = Layout.from_environment()
    stopped = instance.stop(layout)
    if not stopped and not instance.is_claimed(layout):
        stopped = Cluster(layout, wheel_programs(), None).stop()
    if tests:
        stopped = Cluster(test_layout(), wheel_programs(), None).stop() or stopped
    if as_json:
        print_json({"stopped": stopped})
    else:
        people.print("Stopped." if stopped else "Nothing was running.")


def status(as_json: AsJson = False) -> None:
    """Tell whether Chengshu runs, and its processes; the exit status is 3 if it does not."""
    from chengshu.foundation.runtime import instance
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.runtime.system import is_alive

    layout = Layout.from_environment()
    known = instance.running(layout)
    pids = known.pids if known else {}
    alive = {name: is_alive(pid) for name, pid in pids.items()}
    if as_json:
        print_json({
            "running": known is not None,
            "data": str(layout.data),
            "url": known.url if known else None,
            "supervisor": known.supervisor if known else None,
            "processes": {name: {"pid": pids[name], "alive": alive[name]} for name in pids},
        })  # fmt: skip
    elif known:
        rows = [(name, pids[name], "running" if alive[name] else "down") for name in pids]
        print_table(("process", "pid", "state"), rows, title=f"{known.url}  (supervisor {known.supervisor})")
    else:
        people.print(f"Chengshu does not run on {layout.data}. Start it with ./chengshu up.")
    raise typer.Exit(0 if known else 3)


def doctor(as_json: AsJson = False) -> None:
    """Look for whatever could keep Chengshu from running; the exit status is 1 if something does."""
    from chengshu.foundation.runtime.doctor import examine

    findings = examine()
    if as_json:
        print_json([finding.as_data() for finding in findings])
    else:
        print_table(
            ("check", "", "finding", "next step"),
            [(one.check, one.verdict, one.finding, one.hint) for one in findings],
        )
    raise typer.Exit(1 if any(one.verdict == "bad" for one in findings) else 0)


def build() -> None:
    """Build the front end and compile translations, if they changed. ``up`` does this by itself."""
    from chengshu.cli.starting import take_visibly
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.runtime.steps import BUILD_STEPS

    take_visibly(BUILD_STEPS, Layout.from_environment())


def prepare() -> None:
    """Bring the database up to date: roles, migrations, grants, base data. ``up`` does this by itself."""
    import django

    from chengshu.cli.starting import take_visibly
    from chengshu.foundation.runtime.cluster import running_cluster
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.runtime.steps import DATABASE_STEPS, ROLE_STEPS, mark_prepared

    layout = Layout.from_environment()
    with running_cluster(layout):
        take_visibly(ROLE_STEPS, layout)
        django.setup()
        take_visibly(DATABASE_STEPS, layout)
    mark_prepared(layout)


def worker() -> None:
    """Work off jobs, events and periodic rounds; one of the processes that ``up`` starts."""
    import django

    django.setup()
    from chengshu.foundation.jobs.worker import run

    run()


def manage(context: typer.Context) -> None:
    """Hand the rest of the line to Django's own command line."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./chengshu manage", *context.args])


def psql(
    context: typer.Context,
    owner: Annotated[
        bool, typer.Option("--owner", help="As the owner: row security does not bind it. Mind what you do.")
    ] = False,
) -> None:
    """Open PostgreSQL's own prompt as the application role; further arguments go to psql."""
    from chengshu.foundation.runtime.database import connection_parameters, libpq_environment
    from chengshu.foundation.runtime.programs import wheel_programs

    parameters = connection_parameters()
    chosen = parameters.owner if owner else parameters.app
    program = wheel_programs().path("psql")
    if parameters.embedded and not os.path.exists(f"{chosen['HOST']}/.s.PGSQL.{chosen['PORT']}"):
        raise Conflict("The database does not run.", hint="Start it with ./chengshu up.")
    sys.stdout.flush()
    os.execve(program, [str(program), *context.args], {**os.environ, **libpq_environment(chosen)})  # noqa: S606
