"""Secrets are made once, for their owner's eyes."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret


def test_a_secret_stays_what_it_was(tmp_path: Path) -> None:
    first = secret("django", Layout(tmp_path))
    assert len(first) >= 50
    assert secret("django", Layout(tmp_path)) == first
    assert secret("other", Layout(tmp_path)) != first


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    secret("django", Layout(tmp_path))
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "django").stat().st_mode) == 0o600


def test_all_who_ask_at_once_see_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(lambda _: secret("django", Layout(tmp_path)), range(40)))
    assert len(seen) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["django"]


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("a file where the folder should be")
    with pytest.raises(Misconfigured, match="CHENGSHU_DATA_DIR"):
        secret("django", Layout(tmp_path))
