"""One imported district for a whole module: base data, the shipped facts and the cast, in a transaction that never
commits. Building it takes seconds, so the modules that walk over everything share it among their tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.contracts.district import District, build
from tests.contracts.samples import Rows, make_rows


@pytest.fixture(scope="module")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the shared district lie."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _own_data_directory(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> None:
    """Tests that share a district share its files; every other test has a directory of its own."""
    shares = "district" in request.fixturenames
    settings.DATA_DIR = request.getfixturevalue("shared_data") if shares else tmp_path


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: Any, shared_data: Path) -> Iterator[District]:
    """The imported district, seen by nobody until a test asks as somebody."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("django.conf.settings.DATA_DIR", shared_data)
        district = build()
        patch.undo()
        yield district
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def rows(district: District, shared_data: Path) -> Rows:
    """One row of everything in that district."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.DATA_DIR", shared_data)
        return make_rows(district)
