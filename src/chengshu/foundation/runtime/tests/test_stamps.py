"""What is built again, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chengshu.foundation.errors import InvalidFile
from chengshu.foundation.runtime.catalogues import compile_stale, stale
from chengshu.foundation.runtime.stamps import digest_of, is_fresh, write_stamp

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Indicators of %(name)s"
msgstr "%(name)s的绩效指标与后台"
"""


def test_without_a_stamp_nothing_is_fresh(tmp_path: Path) -> None:
    assert not is_fresh(tmp_path / "stamp", "digest")


def test_a_stamp_is_fresh_for_its_own_digest_only(tmp_path: Path) -> None:
    write_stamp(tmp_path / "a" / "stamp", "one")
    assert is_fresh(tmp_path / "a" / "stamp", "one")
    assert not is_fresh(tmp_path / "a" / "stamp", "two")


def test_the_digest_sees_content_and_names_but_not_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    before = digest_of([first, second], tmp_path)
    assert digest_of([second, first], tmp_path) == before
    second.write_text("3")
    changed = digest_of([first, second], tmp_path)
    assert changed != before
    second.rename(tmp_path / "c")
    assert digest_of([first, tmp_path / "c"], tmp_path) != changed


def _catalogue(package: Path, text: str = CATALOGUE) -> Path:
    source = package / "hub" / "x" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(text, encoding="utf-8")
    return source


def _translated(package: Path, language: str) -> str:
    import gettext

    path = package / "hub" / "x" / "locale" / language / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Indicators of %(name)s")


def test_catalogues_are_compiled_and_the_traditional_one_is_derived(tmp_path: Path) -> None:
    _catalogue(tmp_path)
    compile_stale(tmp_path)
    assert _translated(tmp_path, "zh_Hans") == "%(name)s的绩效指标与后台"
    assert _translated(tmp_path, "zh_Hant") == "%(name)s的績效指標與後台"


def test_a_compiled_catalogue_is_left_alone_until_its_source_changes(tmp_path: Path) -> None:
    source = _catalogue(tmp_path)
    compile_stale(tmp_path)
    assert stale(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))
    assert len(stale(tmp_path)) == 2


def test_a_hand_written_traditional_catalogue_wins(tmp_path: Path) -> None:
    source = _catalogue(tmp_path)
    by_hand = Path(str(source).replace("zh_Hans", "zh_Hant"))
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text(CATALOGUE.replace("的绩效指标与后台", "手寫"), encoding="utf-8")
    compile_stale(tmp_path)
    assert _translated(tmp_path, "zh_Hant") == "%(name)s手寫"


def test_a_broken_catalogue_is_named_with_its_line(tmp_path: Path) -> None:
    _catalogue(tmp_path, CATALOGUE + "\nthis is no catalogue\n")
    with pytest.raises(InvalidFile, match=r"django\.po"):
        compile_stale(tmp_path)
