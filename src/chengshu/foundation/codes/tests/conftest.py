"""What the tests of codes share: the lists of ../shared, if this machine has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chengshu.foundation.errors import InvalidInput


@pytest.fixture
def shared_data(shared: Path) -> Path:
    return shared / "data"


@pytest.fixture
def naughty_strings(shared_data: Path) -> list[str]:
    strings: list[str] = json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8"))
    return strings


def refusal_of(check: Callable[[], object]) -> str:
    """The reason code with which a check refuses, empty when it accepts."""
    try:
        check()
    except InvalidInput as refusal:
        return refusal.code
    return ""
