"""What a file must not be, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chengshu.foundation.errors import InvalidFile, InvalidInput, Refused
from chengshu.foundation.files import purposes, scanning
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import Content, File
from chengshu.foundation.files.tests.samples import archive, image, office, pdf, png_header
from chengshu.foundation.orgs.models import Unit

Stored = Callable[..., File]

WRONG = {
    "an unknown ending": ("a.exe", b"MZ", "file.type_unknown"),
    "no ending": ("report", pdf(), "file.type_unknown"),
    "html called text of the web": ("a.html", b"<html>", "file.type_unknown"),
    "svg with script": ("a.svg", b"<svg onload='x'/>", "file.type_unknown"),
    "a program called pdf": ("a.pdf", b"MZ\x90\x00\x03", "file.type_mismatch"),
    "text called pdf": ("a.pdf", b"hello", "file.type_mismatch"),
    "a pdf after junk": ("a.pdf", b"GIF89a" + pdf(), "file.type_mismatch"),
    "png called jpg": ("a.jpg", image("PNG"), "file.type_mismatch"),
    "word called excel": ("a.xlsx", office("word/document.xml"), "file.type_mismatch"),
    "word called zip": ("a.zip", office("word/document.xml"), "file.type_mismatch"),
    "zip called word": ("a.docx", archive({"a.txt": b"x"}), "file.type_mismatch"),
    "binary called csv": ("a.csv", b"a,b\x00c", "file.type_mismatch"),
    "half a character": ("a.txt", b"ok \x81", "file.type_mismatch"),
    "pdf and zip at once": ("a.pdf", pdf() + archive({"a.txt": b"x"}), "file.two_kinds"),
    "png and zip at once": ("a.png", image("PNG") + archive({"a.jar": b"x"}), "file.two_kinds"),
    "pdf cut off": ("a.pdf", pdf()[:40], "file.damaged"),
    "png cut off": ("a.png", image("PNG", (300, 300))[:40], "file.damaged"),
    "zip cut off": ("a.zip", archive({"a.txt": b"x" * 100})[:60], "file.damaged"),
    "an image of ten thousand megapixels": ("a.png", png_header(100_000, 100_000), "file."),
    "an image of 121 megapixels": ("a.png", png_header(11_000, 11_000), "file."),
    "a zip bomb": ("a.zip", archive({"a": b"\0" * 30_000_000}), "file.archive_bomb"),
    "a zip bomb in word's clothes": (
        "a.docx",
        office("word/document.xml", big=b"\0" * 30_000_000),
        "file.archive_bomb",
    ),
    "too many entries": ("a.zip", archive({str(n): b"" for n in range(10_001)}), "file.archive_bomb"),
    "an entry above the folder": ("a.zip", archive({"../a.txt": b"x"}), "file.archive_path"),
    "an entry at the root": ("a.zip", archive({"/etc/a.txt": b"x"}), "file.archive_path"),
    "an entry on a drive": ("a.zip", archive({"C:\\a.txt": b"x"}), "file.archive_path"),
    "macros": ("a.xlsx", office("xl/workbook.xml", **{"xl/vbaProject.bin": b"x"}), "file.macros"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_wrong_file_is_refused_with_its_reason_and_leaves_nothing(
    case: str, stored: Stored, store_folder: Path
) -> None:
    name, content, code = WRONG[case]
    with pytest.raises(InvalidFile) as refusal:
        stored(name, content)
    assert refusal.value.code.startswith(code)
    assert refusal.value.hint
    assert not Content.objects.exists()
    assert [path for path in store_folder.rglob("*") if path.is_file()] == []


def test_an_empty_file_is_refused(units: dict[str, Unit]) -> None:
    with pytest.raises(InvalidFile) as refusal:
        store_file(unit=units["service-centre"], name="a.txt", content=b"")
    assert refusal.value.code == "file.empty"


def test_a_file_above_the_general_limit_is_refused(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purposes.Purpose, "most_bytes", 10)
    limit = purposes.Purpose("x", 10)
    monkeypatch.setitem(purposes._purposes, "x", limit)
    with pytest.raises(InvalidFile) as refusal:
        stored("a.txt", b"x" * 11, purpose="x")
    assert refusal.value.code == "file.too_large"
    assert stored("a.txt", b"x" * 10, purpose="x").content.size == 10


def test_a_purpose_may_accept_fewer_kinds(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(purposes._purposes, "x", purposes.Purpose("x", kinds=frozenset({"pdf"})))
    with pytest.raises(InvalidFile) as refusal:
        stored("a.png", image(), purpose="x")
    assert refusal.value.code == "file.type_unknown"
    assert "pdf" in str(refusal.value.hint)
    assert "png" not in str(refusal.value.hint)


@pytest.mark.parametrize("purpose", ["../x", "A B", "x" * 61, "用途"])
def test_a_purpose_is_a_plain_word(stored: Stored, purpose: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        stored(purpose=purpose)
    assert refusal.value.code == "file.purpose"


def test_a_scanner_keeps_a_file_out(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "_scanners", [])
    scanning.scanner(lambda path: "EICAR" if b"EICAR" in path.read_bytes() else "")
    with pytest.raises(InvalidFile) as refusal:
        stored("a.txt", b"EICAR")
    assert refusal.value.code == "file.infected"
    assert "EICAR" in str(refusal.value.message)
    assert stored("a.txt", b"clean").pk


def test_nobody_stores_files_of_another_unit(units: dict[str, Unit], as_persona: Any) -> None:
    with as_persona("other_department_officer"), pytest.raises(Refused):
        store_file(unit=units["service-centre"], name="a.pdf", content=pdf())
    with as_persona("resident"), pytest.raises(Refused):
        store_file(unit=units["service-centre"], name="a.pdf", content=pdf())
