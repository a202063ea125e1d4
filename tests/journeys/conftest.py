"""One served district for all journeys of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chengshu.foundation.runtime.doctor import chromium
from tests.journeys.town import Town, open_town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "town" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def town(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The district with everything that ships, behind the real web server."""
    if not chromium():
        pytest.skip("needs a Chromium, which this machine does not have: apt-get install chromium")
    with open_town(django_db_blocker, tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened
