"""The district for the tests that use the database."""

from __future__ import annotations

import pytest

from chengshu.foundation.orgs.base_data import load_base_data


@pytest.fixture
def district(db: None) -> None:
    load_base_data()
