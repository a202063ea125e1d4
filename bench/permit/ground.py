"""A durable PostgreSQL of its own for a measurement: fsync on, nothing shared with the tests' fast and lossy one."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (
    ("max_connections", "100"),
    ("shared_buffers", "512MB"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
)


@contextmanager
def durable(name: str) -> Iterator[Path]:
    """A migrated database with base data and a data directory, both gone afterwards.

    With ``DATABASE_URL`` set its server is used as it is; the report says whether that one is durable.
    """
    sys.path[:0] = [str(ROOT / "src")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")
    folder = Path(tempfile.mkdtemp(prefix=f"chengshu-{name}-"))
    folder.chmod(0o711)
    try:
        with _server(folder), _database(f"chengshu_bench_{name}_{os.getpid()}"):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    if os.environ.get("DATABASE_URL"):
        yield
        return
    os.environ["CHENGSHU_DATA_DIR"] = str(folder)
    cluster = make_cluster(folder)
    cluster.start()
    try:
        _prepare_roles(folder)
        yield
    finally:
        cluster.stop()
        shutil.rmtree(cluster.layout.cluster_home, ignore_errors=True)


def make_cluster(folder: Path) -> Any:
    """The cluster of this data directory with durable settings, made but not started."""
    from chengshu.foundation.runtime.cluster import embedded_cluster
    from chengshu.foundation.runtime.layout import Layout

    cluster = embedded_cluster(Layout(folder), SETTINGS)
    cluster.prepare()
    return cluster


def _prepare_roles(folder: Path) -> None:
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.runtime.roles import prepare_embedded

    prepare_embedded(Layout(folder), owner_may_create_databases=True)


@contextmanager
def _database(name: str) -> Iterator[None]:
    """Dropped at the end; where somebody still has it open, it goes with its cluster."""
    import django
    import psycopg

    django.setup()
    from chengshu.foundation.testing.browser import drop_database, make_database, using

    logging.disable(logging.INFO)
    make_database(name)
    try:
        with using(name):
            yield
    finally:
        with suppress(psycopg.errors.ObjectInUse):
            drop_database(name)


def durability() -> str:
    """What the server promises of a commit."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'), version(),"
            " current_setting('server_version')"
        )
        fsync, commit, _version, number = cursor.fetchone()
    return f"PostgreSQL {number}, fsync {fsync}, synchronous_commit {commit}"
