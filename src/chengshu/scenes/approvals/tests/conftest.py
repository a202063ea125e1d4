"""The district with every process in force, built once for each test module and rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from chengshu.foundation.asking import asking, system
from chengshu.scenes.approvals.tests.walking import put_in_force


@pytest.fixture(scope="module")
def _processes_of_the_module(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Everything put in force in a transaction that never commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        own = override_settings(DATA_DIR=tmp_path_factory.mktemp("data"))
        with own, asking(system("test", "cli")):
            put_in_force()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def in_force(_processes_of_the_module: None, db: None) -> None:
    """Every process is in force; whatever a test writes is undone, the processes stay for the next one."""
