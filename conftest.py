"""The tests' ground: a database migrated by its owner and used by the application's role, as in real life."""

from __future__ import annotations

import os
from pathlib import Path

import freezegun
import pytest

freezegun.configure(extend_ignore_list=["clickhouse_connect", "numpy", "pandas", "pyarrow"])
# Freezing looks at every attribute of every module, and the columnar client loads pandas when it is looked at.

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
# The browser driver keeps an event loop in the test process; Django would take every later test for an async one.

pytest_plugins = ["chengshu.foundation.testing.database", "chengshu.foundation.testing.fixtures"]

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the public sources beside the project, when this machine has it."""
    if not SHARED.is_dir():
        pytest.skip("needs the public source tables and data in ../shared, which this machine does not have")
    return SHARED
