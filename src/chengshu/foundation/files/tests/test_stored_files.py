"""What is stored is whole, kept once, and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.files import store
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import Content, File
from chengshu.foundation.files.names import safe_name
from chengshu.foundation.files.queries import read_file
from chengshu.foundation.files.tests.samples import NAUGHTY_NAMES, archive, image, office, pdf
from chengshu.foundation.files.verification import remove_orphans, verify_store
from chengshu.foundation.orgs.models import Unit

Stored = Callable[..., File]

RIGHT = {
    "a.pdf": (pdf(), "application/pdf"),
    "a.png": (image("PNG"), "image/png"),
    "a.JPG": (image("JPEG"), "image/jpeg"),
    "a.jpeg": (image("JPEG"), "image/jpeg"),
    "a.webp": (image("WEBP"), "image/webp"),
    "a.docx": (
        office("word/document.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "a.xlsx": (
        office("xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "a.pptx": (
        office("ppt/presentation.xml"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "a.ofd": (archive({"OFD.xml": b"<ofd/>"}), "application/ofd"),
    "a.zip": (archive({"资料/说明.txt": "说明".encode()}), "application/zip"),
    "a.csv": ("单位,金额\n服务中心,1.00\n".encode("gb18030"), "text/csv"),
    "a.txt": ("\ufeff指标\r\n".encode(), "text/plain"),
    "a.json": (b'{"a": 1}', "application/json"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_each_accepted_kind_is_stored_unchanged(name: str, stored: Stored) -> None:
    content, media_type = RIGHT[name]
    file = stored(name, content)
    assert read_file(file) == content
    assert file.media_type == media_type
    assert file.content.sha256 == hashlib.sha256(content).hexdigest()
    assert file.content.sm3 == sm3(content)


def test_equal_content_is_kept_once_however_it_is_called(stored: Stored, store_folder: Path) -> None:
    content = pdf(note="once")
    first, second = stored("一.pdf", content), stored("二.pdf", content, unit="finance-bureau")
    assert first.content_id == second.content_id
    assert first.pk != second.pk
    assert Content.objects.count() == 1
    assert [path.name for path in store.contents_on_disk()] == [first.content.sha256]


@pytest.mark.parametrize("given", NAUGHTY_NAMES)
def test_a_name_is_never_a_path_and_never_misleads(given: str, stored: Stored, store_folder: Path) -> None:
    file = stored(given)
    assert file.name.endswith("pdf")
    assert not set(file.name) & set('/\\\x00\r\n\u202e\u200b\ufeff"<>')
    assert len(file.name) <= 200
    assert safe_name(file.name) == file.name
    assert file.content.path.is_relative_to(store_folder)
    assert File.objects.get(pk=file.pk).name == file.name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a/b\\c.txt", "c.txt"),
        ("con.txt", "_con.txt"),
        ("报告\u202e.pdf", "报告.pdf"),
        ("", "file"),
        ("..", "file"),
        ("a\tb.txt", "ab.txt"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_safe_names(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("digest", ["", "../" * 10, "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_digest_leads_to_a_path(digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        store.path_of(digest)


def test_a_content_that_lost_bytes_is_healed_by_storing_it_again(stored: Stored) -> None:
    file = stored()
    whole = file.content.path.read_bytes()
    file.content.path.write_bytes(whole[:10])
    stored("again.pdf", whole)
    assert read_file(file) == whole


def test_verification_names_what_is_missing_changed_and_unknown(stored: Stored) -> None:
    missing, changed, sound = (stored(content=pdf(note=str(n))).content for n in range(3))
    missing.path.unlink()
    changed.path.write_bytes(changed.path.read_bytes().replace(b"% 1", b"% 9"))
    stray = store.path_of("f" * 64)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"stray")
    found = verify_store()
    assert (found.missing, found.corrupt, found.orphans) == ([missing.sha256], [changed.sha256], ["f" * 64])
    assert (found.checked, found.is_sound) == (3, False)
    assert sound.path.is_file()


def test_only_old_unknown_contents_are_swept(stored: Stored) -> None:
    kept = stored().content
    stray = store.path_of("e" * 64)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"stray")
    assert remove_orphans() == 0
    assert remove_orphans(older_than_s=-1) == 1
    assert kept.path.is_file()
    assert verify_store().is_sound


def test_a_member_of_the_unit_stores_and_is_named(units: dict[str, Unit], cast: Any, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        file = store_file(unit=units["service-centre"], name="a.pdf", content=pdf())
    assert file.created_by == cast["unit_officer"].account
