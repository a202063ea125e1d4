"""What has to be done before Chengshu serves, as data: each step says what it is, whether it is needed,
and how.

``HOST_STEPS`` need neither Django nor a database. The others run inside ``./chengshu prepare`` with the
database answering, ``DATABASE_STEPS`` with Django loaded. A step is idempotent: every start walks through
all of them.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chengshu.foundation.errors import Conflict
from chengshu.foundation.runtime import catalogues, frontend, roles
from chengshu.foundation.runtime.database import connection_parameters, is_embedded
from chengshu.foundation.runtime.grants import grant_application
from chengshu.foundation.runtime.layout import PACKAGE, Layout
from chengshu.foundation.runtime.stamps import digest_of, is_fresh, write_stamp

BASE_DATA_COMMANDS: Final = ("load_base_data",)
"""Management commands that load what every district needs; each one that exists runs at every start."""

ADMINISTRATOR_COMMAND: Final = "first_administrator"
"""Management command that makes the first accounts if there are none, and then prints a JSON list of them, each with
``username``, ``title`` and ``password``.
"""

_LOCK: Final = 0x63_68_73_6D
_NOTE: Final = "first-administrator.json"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before serving.

    :param title: what it is, as the operator sees it
    :param needed: whether there is anything to do
    :param run: does it and says in a few words what came of it
    """

    title: str
    needed: Callable[[Layout], bool]
    run: Callable[[Layout], str]


Report = Callable[[str, str, float], None]
"""Called after each step that ran, with its title, its result and the seconds it took."""


def take(steps: tuple[Step, ...], layout: Layout, report: Report, announce: Callable[[str], Any]) -> None:
    """Take every step that is needed, in order; the first error ends it.

    :param announce: gives a context manager that is open while a step runs
    """
    for step in steps:
        if step.needed(layout):
            begun = time.monotonic()
            with announce(step.title):
                result = step.run(layout)
            report(step.title, result, time.monotonic() - begun)


def _always(layout: Layout) -> bool:
    return True


def _prepare_data_directory(layout: Layout) -> str:
    """As root the database's own user must pass through it, yet nobody may list it."""
    layout.data.mkdir(parents=True, exist_ok=True)
    if layout.data.stat().st_uid != os.geteuid():
        raise Conflict(
            f"The data directory {layout.data} belongs to somebody else.",
            hint="Run Chengshu as its owner, or set CHENGSHU_DATA_DIR to another directory.",
        )
    layout.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for folder in (layout.secrets, layout.run, layout.logs, layout.files, layout.stamps):
        folder.mkdir(mode=0o700, exist_ok=True)
    return str(layout.data)


BUILD_STEPS: Final = (
    Step("Front end", lambda layout: frontend.is_stale(), frontend.build),
    Step("Translations", lambda layout: bool(catalogues.stale()), lambda layout: catalogues.compile_stale()),
)
HOST_STEPS: Final = (Step("Data directory", _always, _prepare_data_directory), *BUILD_STEPS)


def _prepare_roles(layout: Layout) -> str:
    if is_embedded():
        roles.prepare_embedded(layout)
    else:
        roles.prepare_external(connection_parameters())
    return "owner and application"


def pending_migrations() -> list[str]:
    """Migrations that are not applied yet, as ``app.name``."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _migrate(layout: Layout) -> str:
    """One runner at a time: a second one waits here and then finds nothing to do."""
    from django.core.management import call_command
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            count = len(pending_migrations())
            if count:
                call_command("migrate", database="owner", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return f"{count} applied"


def _grant(layout: Layout) -> str:
    from django.db import connections, transaction

    with transaction.atomic(using="owner"):
        grant_application(connections["owner"])
    return "application role"


def _static_sources() -> list[Path]:
    return sorted(path for path in PACKAGE.glob("*/*/static/**/*") if path.is_file())


def _static_stamp(layout: Layout) -> Path:
    return layout.stamps / "static"


def _static_digest() -> str:
    return digest_of(_static_sources(), PACKAGE)


def _collect_static(layout: Layout) -> str:
    from django.core.management import call_command

    digest = _static_digest()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    write_stamp(_static_stamp(layout), digest)
    return f"{len(_static_sources())} files"


def is_prepared(layout: Layout) -> bool:
    """Whether the embedded database was prepared by exactly this code, so that nothing is left to do.

    Another server may have been changed by somebody else, so it is always looked at.
    """
    return is_embedded() and is_fresh(_prepared_stamp(layout), _prepared_digest(layout))


def mark_prepared(layout: Layout) -> None:
    write_stamp(_prepared_stamp(layout), _prepared_digest(layout))


def forget_prepared(layout: Layout) -> None:
    """The database was replaced from outside; the next start looks at it again."""
    _prepared_stamp(layout).unlink(missing_ok=True)


def _prepared_stamp(layout: Layout) -> Path:
    return layout.stamps / "prepared"


def _prepared_digest(layout: Layout) -> str:
    """All code and data of ours, and which cluster it was."""
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.glob("*/*/facts/*.json"), *_static_sources()]
    return f"{digest_of(sources, PACKAGE)} {layout.cluster_home}"


def _existing_commands(names: tuple[str, ...]) -> list[str]:
    from django.core.management import get_commands

    return [name for name in names if name in get_commands()]


def _load_base_data(layout: Layout) -> str:
    from django.core.management import call_command

    told = io.StringIO()
    for name in _existing_commands(BASE_DATA_COMMANDS):
        call_command(name, stdout=told)
    return " ".join(told.getvalue().split())


def _make_administrator(layout: Layout) -> str:
    """What the command prints goes to a note only we can read; the end of ``up`` shows and deletes it."""
    from django.core.management import call_command

    told = io.StringIO()
    call_command(ADMINISTRATOR_COMMAND, stdout=told)
    if told.getvalue().strip():
        layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(layout.run / _NOTE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as note:
            note.write(told.getvalue())
        return "made"
    return "exists"


def take_administrator_note(layout: Layout) -> list[dict[str, str]]:
    """User name, title and password of each account made at this start, once; empty at every other start."""
    path = layout.run / _NOTE
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    path.unlink()
    return [{str(key): str(value) for key, value in account.items()} for account in note]


ROLE_STEPS: Final = (Step("Database roles", _always, _prepare_roles),)
DATABASE_STEPS: Final = (
    Step("Migrations", lambda layout: bool(pending_migrations()), _migrate),
    Step("Grants", _always, _grant),
    Step(
        "Static files", lambda layout: not is_fresh(_static_stamp(layout), _static_digest()), _collect_static
    ),
    Step("Base data", lambda layout: bool(_existing_commands(BASE_DATA_COMMANDS)), _load_base_data),
    Step(
        "Administrator",
        lambda layout: bool(_existing_commands((ADMINISTRATOR_COMMAND,))),
        _make_administrator,
    ),
)
