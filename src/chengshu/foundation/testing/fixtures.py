"""Fixtures that every test may use: everything visible to the test itself, personas signed in through HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from chengshu.foundation.asking import asking, system
from chengshu.foundation.testing.personas import Cast, Persona, cast_in


@pytest.fixture(autouse=True)
def _see_everything(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that uses the database reads and acts as the system, unless it asks as somebody else.

    Tests with real commits (``transactional_db``) open their own transactions and say themselves who asks.
    """
    uses = set(request.fixturenames)
    if "transactional_db" in uses or "db" not in uses:
        yield
        return
    request.getfixturevalue("db")
    with asking(system("test", "cli")):
        yield


@pytest.fixture(autouse=True)
def _own_data_directory(settings: Any, tmp_path: Path) -> None:
    """Files that a test stores lie in its own directory."""
    settings.DATA_DIR = tmp_path


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Whatever language a request spoke, the next test begins in the platform's own."""
    yield
    translation.deactivate()


@pytest.fixture
def cast(db: None) -> Cast:
    """The one cast of the whole project: posts, never invented persons."""
    return cast_in()


@pytest.fixture
def signed_in(cast: Cast) -> Callable[[str], Client]:
    """``signed_in("unit_officer")`` gives a browser with a live session of that persona."""

    def client_of(name: str) -> Client:
        persona: Persona = cast[name]
        client = Client()
        persona.sign_in(client)
        return client

    return client_of


@pytest.fixture
def anonymous(db: None) -> Client:
    return Client()


@pytest.fixture
def as_persona(cast: Cast) -> Callable[[str], Any]:
    """``with as_persona("unit_officer"): …`` asks as that persona without HTTP."""
    return lambda name: asking(cast[name].asker())
