"""One imported district for a whole module: base data, the shipped facts and the cast, in a transaction that never
commits. Building it takes seconds, so the modules that walk over everything share it among their tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.contracts.district import District, build


@pytest.fixture(scope="module")
def district(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[District]:
    """The imported district, seen by nobody until a test asks as somebody."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("django.conf.settings.DATA_DIR", tmp_path_factory.mktemp("data"))
        yield build()
        transaction.set_rollback(True)
