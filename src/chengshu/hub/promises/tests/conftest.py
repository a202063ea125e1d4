"""A small budget year that is built once for each test module and rolled back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from chengshu.foundation.asking import asking, system
from chengshu.hub.promises.tests.board_world import FullYear, build_full_year
from chengshu.hub.promises.tests.proof_world import World, build


@pytest.fixture(scope="module")
def small_year(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of ``proof_world`` in a transaction that never commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        with asking(system("test", "cli")):
            built = build()
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def world(small_year: World) -> Iterator[World]:
    """The small year, as the system sees it; whatever a test writes is undone."""
    with transaction.atomic():
        with asking(system("test", "cli")):
            yield small_year
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def imported_facts(django_db_setup: None, django_db_blocker: Any) -> Iterator[FullYear]:
    """All 306 promises of the shipped facts, in a transaction that never commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        with asking(system("test", "cli")):
            built = build_full_year()
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def full_year(imported_facts: FullYear) -> Iterator[FullYear]:
    """The whole year, as the system sees it; whatever a test writes is undone."""
    with transaction.atomic():
        with asking(system("test", "cli")):
            yield imported_facts
        transaction.set_rollback(True)
