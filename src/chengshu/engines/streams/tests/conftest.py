"""The district for the tests that use the database, and columnar stores for those that use one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.columns.schema import prepare
from chengshu.engines.streams.tests.owning import OwnerProcess
from chengshu.foundation.orgs.base_data import load_base_data


@pytest.fixture
def district(db: None) -> None:
    load_base_data()


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnerProcess]:
    """A columnar store of the tests' own, in its own process."""
    process = OwnerProcess(tmp_path_factory.mktemp("columns"))
    process.start()
    yield process
    process.stop()


@pytest.fixture(params=["owner process", "CLICKHOUSE_URL"])
def store(request: pytest.FixtureRequest) -> Iterator[Columns]:
    """An empty database with the tables, in each kind of store there is."""
    url = os.environ.get("CLICKHOUSE_URL", "")
    if request.param == "CLICKHOUSE_URL" and not url:
        pytest.skip("CLICKHOUSE_URL is not set, so there is no other ClickHouse to hold this against")
    database = f"test_{uuid4().hex[:12]}"
    layout = None if request.param == "CLICKHOUSE_URL" else request.getfixturevalue("owner").layout
    found = Columns(url if layout is None else "", layout, database)
    prepare(found)
    yield found
    found.run(f"DROP DATABASE {database}")
    found.close()


@pytest.fixture
def own_store(owner: OwnerProcess) -> Iterator[Columns]:
    """An empty database with the tables in the owner process."""
    database = f"test_{uuid4().hex[:12]}"
    found = Columns("", owner.layout, database)
    prepare(found)
    yield found
    found.run(f"DROP DATABASE {database}")
    found.close()
