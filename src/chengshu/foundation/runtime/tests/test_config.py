"""Settings from the environment: what is wrong is named before anything starts."""

from __future__ import annotations

import pytest

from chengshu.foundation import config
from chengshu.foundation.errors import Misconfigured

KEY = "CHENGSHU_TRIED"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        ("https://www.example.gov.cn", "https://www.example.gov.cn"),
        ("https://www.example.gov.cn/", "https://www.example.gov.cn"),
        ("http://10.1.2.3:8600/chengshu/", "http://10.1.2.3:8600/chengshu"),
    ],
)
def test_a_public_address_is_kept_without_its_last_slash(
    monkeypatch: pytest.MonkeyPatch, given: str, read: str
) -> None:
    monkeypatch.setenv(KEY, given)
    assert config.address(KEY) == read


@pytest.mark.parametrize(
    "given", ["www.example.gov.cn", "ftp://example.org", "https://", "https://a.cn/?x=1", "https://a.cn/#top"]
)
def test_what_is_no_public_address_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(KEY, given)
    with pytest.raises(Misconfigured, match=KEY):
        config.address(KEY)
