"""The district for the tests that use the database, and one fixed day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from django.http import QueryDict
from freezegun import freeze_time

from chengshu.foundation.orgs.base_data import load_base_data


@pytest.fixture
def district(db: None) -> None:
    load_base_data()


@pytest.fixture
def in_november() -> Iterator[None]:
    """A Sunday with a holiday notice on file for the year; the API's schemas must be made before time is frozen."""
    import_module("chengshu.urls")
    with freeze_time("2026-11-22T02:00:00Z"):
        yield


@pytest.fixture
def rf_post() -> Callable[[dict[str, object]], QueryDict]:
    """What a browser's form arrives as."""

    def made(values: dict[str, object]) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, value in values.items():
            query.setlist(name, list(value) if isinstance(value, list | tuple) else [str(value)])
        return query

    return made
