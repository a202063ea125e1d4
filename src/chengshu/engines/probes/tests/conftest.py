"""The district for the tests that use the database, and a data directory of the tests' own for the signing key."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.foundation.orgs.base_data import load_base_data


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHENGSHU_PROBES_NETWORKS", "127.0.0.0/8,::1/128")


@pytest.fixture
def district(db: None) -> None:
    load_base_data()
