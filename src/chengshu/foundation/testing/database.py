"""One migrated template per run, one copy of it per test process; tests connect as the application's role."""

from __future__ import annotations

import hashlib
import os
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

TEMPLATE = "chengshu_test_template"
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
    """Copy the template, made anew when a migration or base datum changed; one process at a time."""
    stamp = _stamp()
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(740199)")
        found = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [TEMPLATE]
        ).fetchone()
        if found is None or found[0] != stamp:
            _make_template(server, stamp)
        _drop_leftovers(server)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(TEMPLATE))
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
    """Copies of test processes that ended without dropping them: their process number is no longer alive."""
    names = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{COPY}%"]).fetchall()
    for (name,) in names:
        if not Path(f"/proc/{name.rpartition('_')[2]}").exists():
            with suppress(psycopg.errors.ObjectInUse):
                drop_database(server, name)


def _make_template(server: psycopg.Connection[Any], stamp: str) -> None:
    drop_database(server, TEMPLATE)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    _use(TEMPLATE)
    call_command("migrate", database="owner", verbosity=0)
    from chengshu.foundation.runtime.grants import grant_application

    with transaction.atomic(using="owner"):
        grant_application(connections["owner"])
    _load_base_data()
    for connection in connections.all():
        connection.close()
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(TEMPLATE), sql.Literal(stamp))
    )


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
        "*/*/models.py",
        "*/*/roles.py",
        "foundation/scope/*.py",
        "foundation/orgs/facts/*",
    )
    sources = [source for pattern in patterns for source in PACKAGE.glob(pattern) if source.is_file()]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()
