"""Every test of files has a store of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.tests.samples import pdf
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit


@pytest.fixture(autouse=True)
def store_folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "files"


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    load_base_data()
    return {unit.key: unit for unit in Unit.objects.all()}


@pytest.fixture
def stored(units: dict[str, Unit]) -> Callable[..., File]:
    """``stored()`` is a PDF of the service centre."""

    def make(
        name: str = "报告.pdf", content: bytes = b"", unit: str = "service-centre", purpose: str = ""
    ) -> File:
        return store_file(unit=units[unit], name=name, content=content or pdf(), purpose=purpose)

    return make
