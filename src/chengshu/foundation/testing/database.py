"""One migrated template per state of the source, one copy per test process; tests are the application's role."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

TEMPLATE = "chengshu_test_template_"
TEMPLATES_KEPT = 3
COPY = "chengshu_test_copy_"
PACKAGE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_name: str) -> Iterator[None]:
    """Replaces pytest-django's: the owner migrates a template once, each process copies it."""
    with django_db_blocker.unblock():
        copy = f"{COPY}{worker_name}"
        _make_copy(copy)
        _use(copy)
        yield
        for connection in connections.all():
            connection.close()
        with _server() as server, suppress(psycopg.errors.ObjectInUse):
            drop_database(server, copy)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What cuts an idle connection of this process between two tests is told, and costs neither of them."""
    for connection in connections.all(initialized_only=True):
        if (
            connection.connection is not None
            and not connection.in_atomic_block
            and not connection.is_usable()
        ):
            print(f"the server had ended a connection before {item.nodeid}", file=sys.__stderr__)
            connection.close()


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{os.getpid()}"


def _server() -> psycopg.Connection[Any]:
    """The owner, connected beside the test databases."""
    return _connected("owner")


def _connected(alias: str) -> psycopg.Connection[Any]:
    """One of our two roles, connected to the server's maintenance database."""
    given = connections[alias].get_connection_params()
    return psycopg.connect(
        dbname="postgres",
        user=given["user"],
        password=given.get("password"),
        host=given.get("host"),
        port=given.get("port"),
        autocommit=True,
    )


def _make_copy(copy: str) -> None:
    """Copy the template of this source; one process at a time makes it, if a migration or base datum is new.

    Its name tells the source, so that a test which runs another tree's tests on the same server takes nothing away.
    """
    template = f"{TEMPLATE}{_stamp()}"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(740199)")
        if not _is_complete(server, template):
            _make_template(server, template)
        _drop_leftovers(server)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(template))
        )


def drop_database(server: psycopg.Connection[Any], name: str) -> None:
    """Drop a database. Sessions left open in it are ended by their own role first: the owner may not end them.

    :raises psycopg.errors.ObjectInUse: if somebody keeps it open for longer than the server's own five seconds
    """
    for alias in ("default", "owner"):
        with _connected(alias) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
                [name],
            )
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _drop_leftovers(server: psycopg.Connection[Any]) -> None:
    """Copies of test processes that ended without dropping them: their process number is no longer alive.

    And templates of sources long gone. What somebody is connected to is left alone.
    """
    names = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s"
        " AND datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)",
        [f"{COPY}%"],
    ).fetchall()
    left = [name for (name,) in names if not Path(f"/proc/{name.rpartition('_')[2]}").exists()]
    templates = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC", [f"{TEMPLATE}%"]
    ).fetchall()
    for name in [*left, *(name for (name,) in templates[TEMPLATES_KEPT:])]:
        with suppress(psycopg.errors.ObjectInUse):
            drop_database(server, name)


def _is_complete(server: psycopg.Connection[Any], template: str) -> bool:
    """Whether it was made to its end: only then does it carry a comment."""
    found = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [template]
    ).fetchone()
    return found is not None and found[0] is not None


def _make_template(server: psycopg.Connection[Any], template: str) -> None:
    """Migrate a database and load the base data, then have this process use again what it used before."""
    used = settings.DATABASES["default"]["NAME"]
    drop_database(server, template)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
    _use(template)
    call_command("migrate", database="owner", verbosity=0)
    from chengshu.foundation.runtime.grants import grant_application

    with transaction.atomic(using="owner"):
        grant_application(connections["owner"])
    _load_base_data()
    _use(used)
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS 'complete'").format(sql.Identifier(template)))


def _load_base_data() -> None:
    """The district's structure and roles, as the application's role loads them in earnest."""
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.base_data import load_base_data

    with asking(system("base-data", "cli")):
        load_base_data()


def _use(database: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database
        settings.DATABASES[alias]["NAME"] = database


def _stamp() -> str:
    """Changes when any migration, model, role or base datum does."""
    digest = hashlib.sha256()
    patterns = (
        "*/*/migrations/*.py",
        "*/*/models*.py",
        "*/**/roles.py",
        "foundation/scope/*.py",
        "foundation/orgs/facts/*",
    )
    sources = [source for pattern in patterns for source in PACKAGE.glob(pattern) if source.is_file()]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
