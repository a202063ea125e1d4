"""What the tests of the tables share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _messages_in_english() -> Iterator[None]:
    """Messages are quoted here as the code writes them; their translations are data."""
    with translation.override("en"):
        yield
