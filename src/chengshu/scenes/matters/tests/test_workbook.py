"""The catalogue as a workbook: nothing is lost, errors are named by their place."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from chengshu.foundation.errors import Conflict, InvalidFile, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.matters import actions, facts
from chengshu.scenes.matters.actions.importing import plan_import
from chengshu.scenes.matters.models import Edition, Matter
from chengshu.scenes.matters.tests.builders import a_draft, in_force, in_review, said
from chengshu.scenes.matters.workbook import read_catalogue, write_catalogue


def changed(content: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = load_workbook(io.BytesIO(content))
    book[sheet][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(InvalidFile, match=r".+"):
        read_catalogue(b"PK\x03\x04 not really")


def test_the_whole_shipped_catalogue_goes_round_without_loss() -> None:
    catalogue = [fact.elements for fact in facts.matters()]
    assert list(read_catalogue(write_catalogue(catalogue))) == catalogue


def test_a_text_that_looks_like_a_formula_stays_text() -> None:
    risky = said(name='=HYPERLINK("x")')
    assert read_catalogue(write_catalogue([risky])) == (risky,)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "column"),
    [
        ("matters", "B3", None, "name"),
        ("materials", "A3", "no.such", "local_code"),
        ("materials", "D3", "9", ""),
        ("matters", "D1", "strange", "strange"),
    ],
)
def test_an_error_names_sheet_row_and_column(sheet: str, cell: str, value: object, column: str) -> None:
    content = changed(write_catalogue([said()]), sheet, cell, value)
    with pytest.raises(InvalidFile) as wrong:
        read_catalogue(content)
    assert wrong.value.place is not None
    assert wrong.value.place.line in (1, 3)
    if column:
        assert (wrong.value.place.sheet, wrong.value.field) == (sheet, column)


def test_a_stranger_imports_nothing(db: None, as_persona: Any) -> None:
    load_base_data()
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.import_catalogue(catalogue=(said(),), reason="导入")
    assert not Matter.objects.exists()


def test_a_matter_under_review_stops_the_whole_import(db: None, as_persona: Any) -> None:
    load_base_data()
    in_review()
    catalogue = (said("test.new"), said(promised_limit="3wd"))
    with pytest.raises(Conflict), as_persona("section_head"):
        actions.import_catalogue(catalogue=catalogue, reason="导入")
    assert not Matter.objects.filter(local_code="test.new").exists()


def test_the_dry_run_says_what_would_change_and_writes_nothing(db: None) -> None:
    load_base_data()
    in_force()
    before = Edition.objects.count()
    planned = plan_import(
        (
            said(promised_limit="3wd"),
            said("test.new"),
        )
    )
    assert [(one.is_new, [each.element for each in one.changes]) for one in planned] == [
        (False, ["promised_limit"]),
        (True, []),
    ]
    assert Edition.objects.count() == before


def test_the_import_writes_drafts_and_not_what_is_in_force(db: None, as_persona: Any) -> None:
    load_base_data()
    matter = in_force()
    with as_persona("section_head"):
        count = actions.import_catalogue(
            catalogue=(said(promised_limit="3wd"), said("test.new")), reason="统一压缩时限"
        )
    matter.refresh_from_db()
    assert count == 2
    assert matter.elements["promised_limit"] == "10wd"
    assert matter.editions.get(state="draft").elements["promised_limit"] == "3wd"


def test_the_page_compares_first_and_writes_on_confirmation(
    db: None, signed_in: Callable[[str], Client]
) -> None:
    load_base_data()
    a_draft()
    client = signed_in("section_head")
    content = client.get("/matters/workbook/export/").content
    book = changed(content, "matters", "B3", "新的名称")
    page = client.post("/matters/workbook/", {"file": SimpleUploadedFile("目录.xlsx", book)})
    text = page.content.decode()
    assert page.status_code == 200
    assert "新的名称" in text
    assert Matter.objects.get().name == "测试许可"
    kept = text.split('name="kept" value="')[1].split('"')[0]
    client.post("/matters/workbook/", {"step": "confirm", "kept": kept, "reason": "更名"})
    assert Matter.objects.get().name == "新的名称"
