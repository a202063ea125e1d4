"""A PostgreSQL for tests: its own embedded cluster under ``<data>/test``, fast because a crash may lose it.

Run as a pytest plugin (``-p chengshu.foundation.runtime.database_for_tests``) it points this very process
to that cluster before settings are read, starts the cluster if need be and leaves it running for the next
run; ``./chengshu down --tests`` stops it. With ``DATABASE_URL`` set, tests use that server and none of
this happens.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from chengshu.foundation.runtime.cluster import THROW_AWAY, Cluster, embedded_cluster
from chengshu.foundation.runtime.database import is_embedded
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.roles import prepare_embedded

_CHOSEN = "CHENGSHU_TEST_DATA_DIR"


def test_layout() -> Layout:
    """Where the tests' data lies: beside, never inside, what people entered."""
    chosen = os.environ.get(_CHOSEN)
    return Layout(Path(chosen) if chosen else Layout.from_environment().data / "test")


def test_cluster(layout: Layout) -> Cluster:
    return embedded_cluster(layout, (*THROW_AWAY, ("max_connections", "200")))


def ensure_test_server() -> Layout:
    """Point the environment to the tests' data directory and have its database answer."""
    layout = test_layout()
    os.environ[_CHOSEN] = os.environ["CHENGSHU_DATA_DIR"] = str(layout.data)
    layout.run.mkdir(parents=True, exist_ok=True)
    if not is_embedded():
        return layout
    with (layout.run / "test-server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = test_cluster(layout)
        if not cluster.leftovers():
            cluster.prepare()
            cluster.start()
        prepare_embedded(layout, owner_may_create_databases=True)
    return layout


def pytest_addoption() -> None:
    """The earliest hook there is: pytest-django reads the settings in the next one."""
    ensure_test_server()


test_layout.__test__ = test_cluster.__test__ = False  # type: ignore[attr-defined]
