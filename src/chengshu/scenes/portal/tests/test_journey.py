"""A person's way from the first question to the receipt, and what comes after it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengshu.engines.registers import api as registers
from chengshu.foundation.asking import asking
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MaterialState
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests.building import decide, hear
from chengshu.scenes.portal.tests.building import (
    CODE,
    IDENTITY,
    PERSON_FORM,
    PERSON_WAYS,
    Walk,
    errors_in,
    number_in,
    pdf,
    put_in_force,
    text,
)

SignIn = Callable[[str], Client]


@pytest.fixture
def walk(cast: Cast, signed_in: SignIn) -> Walk:
    put_in_force()
    return Walk(signed_in("resident"))


def test_a_step_that_was_not_begun_leads_to_the_first(walk: Walk) -> None:
    for step in ("form/", "materials/", "review/"):
        answer = walk.get(step)
        assert (answer.status_code, answer.headers["Location"]) == (302, walk.base)


def test_who_applies_and_every_answer_must_be_chosen(walk: Walk) -> None:
    answer = walk.post("", {"whom": "", "q.site": ""})
    assert answer.status_code == 422
    assert errors_in(answer) == ["请选择申请人。", "请选择一个答案，它决定需要哪些材料。"]


def test_nobody_is_asked_twice_who_applies(walk: Walk, cast: Cast) -> None:
    assert "由谁申请？" in text(walk.get(""))
    assert walk.start().headers["Location"] == f"{walk.base}form/"
    with asking(cast["resident"].asker()):
        draft = registers.draft(f"apply:{CODE}")
    assert draft is not None
    assert "applicant:person" in draft.typed.all("_portal.answers")


def test_what_is_typed_is_kept_exactly_even_when_it_is_wrong(walk: Walk) -> None:
    walk.start()
    odd = {
        **PERSON_FORM,
        "f.project_name": " 甲 ",
        "f.applicant.identity": "123",
        "f.remark": "第一行\r\n第二行",
    }
    answer = walk.form(odd)
    assert answer.status_code == 422
    assert any("证件号码" in words or "项目名称" in words for words in errors_in(answer)) or errors_in(answer)
    again = text(walk.get("form/"))
    assert 'value="123"' in again
    assert 'value=" 甲 "' in again
    assert "第一行" in again


def test_autosave_keeps_and_says_so(walk: Walk) -> None:
    walk.start()
    answer = walk.post("form/keep/", {**PERSON_FORM, "f.project_name": "半个名"})
    assert answer.json()["message"].startswith("已保存")
    assert 'value="半个名"' in text(walk.get("form/"))


def test_saving_for_later_is_found_among_the_drafts(walk: Walk) -> None:
    walk.start()
    assert walk.form({"f.project_name": "以后再说"}, later="1").headers["Location"] == "/portal/mine/"
    page = text(walk.client.get("/portal/mine/"))
    assert walk.base in page
    assert walk.base in text(walk.client.get("/portal/"))


def test_a_draft_can_be_discarded(walk: Walk) -> None:
    walk.start()
    walk.post("discard/", {})
    assert walk.get("form/").headers["Location"] == walk.base


def test_missing_materials_and_unsigned_letters_are_told_and_what_is_chosen_stays(walk: Walk) -> None:
    walk.start()
    walk.form()
    answer = walk.materials(**{"way.identity_document": "upload", "way.report": "defer"})
    assert answer.status_code == 422
    assert len(errors_in(answer)) == 2
    assert re.search(r'name="way.report" value="defer" checked', text(walk.get("materials/")))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("空.pdf", b"", "空"), ("假.pdf", b"not a pdf at all", "PDF"), ("程序.exe", b"MZ" + bytes(200), "")],
)
def test_a_file_that_cannot_be_taken_says_why_and_keeps_nothing_else_back(
    walk: Walk, name: str, content: bytes, words: str
) -> None:
    walk.start()
    walk.form()
    answer = walk.materials(
        **{
            "way.identity_document": "upload",
            "f._materials.identity_document.files": SimpleUploadedFile(name, content),
            "f._materials.report.files": pdf("报告.pdf"),
        }
    )
    assert answer.status_code == 422
    assert any(words in each for each in errors_in(answer))
    assert "报告.pdf" in text(walk.get("materials/"))


def test_a_file_can_be_taken_out_again(walk: Walk) -> None:
    walk.start()
    walk.form()
    walk.materials(**PERSON_WAYS())
    file_id = re.findall(
        r'name="f\._materials\.identity_document\.files" value="(\d+)"', text(walk.get("materials/"))
    )
    walk.post(
        "materials/",
        {
            "drop": f"identity_document:{file_id[0]}",
            "f._materials.identity_document.files": file_id[0],
            "way.identity_document": "upload",
        },
    )
    assert "材料.pdf" not in text(walk.get("materials/"))


def test_the_check_names_what_is_wrong_with_a_way_to_it_and_files_nothing(walk: Walk) -> None:
    walk.start()
    walk.post("form/keep/", {**PERSON_FORM, "f.project_name": ""})
    page = text(walk.get("review/"))
    assert f"{walk.base}form/#f-project_name" in page
    assert f"{walk.base}materials/#m-identity_document" in page
    answer = walk.file()
    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_filing_gives_number_code_and_receipt_and_the_code_shows_the_progress(
    walk: Walk, anonymous: Client
) -> None:
    walk.to_review()
    answer = walk.file()
    receipt = text(walk.client.get(answer.headers["Location"]))
    filed = Application.objects.get()
    code = re.search(r'<dd class="mono">([2-9A-HJ-NP-Z]{8})</dd>', receipt)
    assert filed.number in receipt
    assert code is not None
    progress = anonymous.post("/portal/progress/", {"number": filed.number, "access_code": code[1].lower()})
    assert progress.status_code == 200
    assert "城镇排水许可" in text(progress)
    assert IDENTITY not in text(progress)
    assert "测试项目" not in text(progress)
    paper = services.application(filed.pk).papers[0]
    file = walk.client.get(f"/papers/{paper.paper_id}/")
    assert b"".join(file.streaming_content)[:4] == b"%PDF"  # type: ignore[attr-defined]


def test_the_materials_are_as_they_were_chosen(walk: Walk) -> None:
    filed = walk.filed()
    states = {each.key: each.state for each in services.application(filed).materials}
    assert states["identity_document"] == MaterialState.UPLOADED
    assert states["report"] == MaterialState.LACKING
    assert states["proof"] == MaterialState.NOT_NEEDED


def test_a_pledge_replaces_a_material_only_when_its_text_is_accepted(walk: Walk) -> None:
    walk.answers = {"q.site": "leased"}
    walk.start()
    walk.form()
    ways = {**PERSON_WAYS(), "way.proof": "pledge"}
    assert walk.materials(**ways).status_code == 422
    assert walk.materials(**{**ways, **PERSON_WAYS(), "pledge_signed": "on"}).status_code == 302
    states = {each.key: each.state for each in services.application(_filed(walk)).materials}
    assert states["proof"] == MaterialState.PLEDGED


def _filed(walk: Walk) -> int:
    return number_in(walk.file())


def test_a_second_click_files_nothing_again_and_shows_the_same_receipt(walk: Walk) -> None:
    walk.to_review()
    key = walk.request_key()
    first = walk.post("review/", {"request_key": key})
    second = walk.post("review/", {"request_key": key})
    assert first.headers["Location"] == second.headers["Location"]
    assert second.cookies["chengshu_receipt"].value == first.cookies["chengshu_receipt"].value
    assert Application.objects.count() == 1


def test_the_code_is_shown_to_nobody_who_did_not_file_in_this_browser(walk: Walk, signed_in: SignIn) -> None:
    filed = walk.filed()
    page = text(signed_in("resident").get(f"/portal/applications/{filed}/receipt/"))
    assert not re.search(r'<dd class="mono">[2-9A-HJ-NP-Z]{8}</dd>', page)


def test_the_draft_is_gone_and_the_application_is_among_mine(walk: Walk) -> None:
    filed = walk.filed()
    page = text(walk.client.get("/portal/mine/"))
    assert Application.objects.get(pk=filed).number in page
    assert walk.base not in page
    assert Application.objects.get(pk=filed).number in text(walk.client.get("/portal/mine/", {"q": "排水"}))


def test_what_follows_later_is_handed_in(walk: Walk) -> None:
    filed = walk.filed()
    page = f"/portal/applications/{filed}/"
    assert "补交" in text(walk.client.get(page))
    assert walk.client.post(f"{page}supply/", {}).status_code == 422
    answer = walk.client.post(f"{page}supply/", {"f._materials.report.files": pdf()})
    assert answer.headers["Location"] == page
    states = {each.key: each.state for each in services.application(filed).materials}
    assert states["report"] == MaterialState.UPLOADED


def test_a_supplement_is_told_completely_and_handed_in(walk: Walk) -> None:
    filed = walk.filed()
    hear()
    decide(
        Application.objects.get(pk=filed).case_id or 0, "check", "supplement", "1. 补充营业面积\n2. 更正地址"
    )
    page = f"/portal/applications/{filed}/"
    shown = text(walk.client.get(page))
    assert "补充营业面积" in shown
    assert "更正地址" in shown
    wrong = walk.client.post(f"{page}supplement/", {"f.project_name": "", "f.applicant.name": "某某"})
    assert wrong.status_code == 422
    assert walk.client.post(f"{page}supplement/", PERSON_FORM).headers["Location"] == page
    hear()
    assert Application.objects.get(pk=filed).status == "7"


def test_an_application_is_withdrawn_with_a_reason(walk: Walk) -> None:
    filed = walk.filed()
    page = f"/portal/applications/{filed}/"
    assert walk.client.post(f"{page}withdraw/", {"reason": " "}).status_code == 422
    assert walk.client.post(f"{page}withdraw/", {"reason": "计划有变"}).headers["Location"] == page
    assert Application.objects.get(pk=filed).status == "14"
    assert walk.client.post(f"{page}withdraw/", {"reason": "再一次"}).status_code == 409


def test_the_applicants_identity_is_masked_on_the_page(walk: Walk) -> None:
    filed = walk.filed()
    page = text(walk.client.get(f"/portal/applications/{filed}/"))
    assert IDENTITY not in page
    assert "测试项目" in page
