"""Pages: trying a form out without scripts, its versions and their review, drafts, reading, printing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from docx import Document

from chengshu.engines.registers import actions, api, queries
from chengshu.engines.registers.data import Submission
from chengshu.engines.registers.models import FormDefinition, FormVersion
from chengshu.engines.registers.tests.builders import KEY, NATURAL, SOURCE, published, typed, unit
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused

pytestmark = pytest.mark.usefixtures("district", "in_november")
As = Callable[[str], Any]
SignedIn = Callable[[str], Client]
SENT = {f"f.{path}": value for path, value in NATURAL.items()}
VERSION = f"/registers/forms/{KEY}/1/"


def handed_in(as_persona: As, **changes: Any) -> Submission:
    form = published()
    with as_persona("window_clerk"):
        return api.submit_form(subject="case:17", form=form, typed=typed(form, **changes), unit=unit())


@pytest.mark.parametrize(
    "path", ["/registers/", "/registers/new/", f"/registers/forms/{KEY}/source/", VERSION]
)
def test_designers_pages_are_closed_to_residents(path: str, signed_in: SignedIn) -> None:
    published()
    assert signed_in("resident").get(path).status_code == 403


def test_a_clerk_may_not_write_review_or_retire(as_persona: As) -> None:
    published()
    definition = FormDefinition.objects.get()
    with as_persona("window_clerk"):
        with pytest.raises(Refused):
            actions.save_form_version(definition=definition, source=SOURCE + " ")
        with pytest.raises(Refused):
            actions.create_form(unit=unit(), key="sample.other", source=SOURCE)
        with pytest.raises(Refused):
            actions.retire_form(definition=definition, reason="不再办理")


def test_whoever_wrote_a_version_does_not_put_it_in_use(as_persona: As) -> None:
    published()
    with as_persona("section_head"):
        version = actions.save_form_version(definition=FormDefinition.objects.get(), source=SOURCE + "\n")
        actions.send_form_version(version=version)
        with pytest.raises(Refused) as refused:
            actions.publish_form_version(version=version)
    assert refused.value.code == "form.own_review"


def test_versions_go_through_review_in_the_browser(signed_in: SignedIn) -> None:
    published()
    changed = SOURCE.replace("预计人数", "参加人数")
    writer, head = signed_in("reviewer"), signed_in("section_head")
    saved = writer.post(f"/registers/forms/{KEY}/source/", {"source": changed, "note": "改一个字段名"})
    assert saved.status_code == 302
    assert writer.post(f"/registers/forms/{KEY}/2/publish/").status_code == 403
    assert head.post(f"/registers/forms/{KEY}/2/publish/").status_code == 409
    assert writer.post(f"/registers/forms/{KEY}/2/send/").status_code == 302
    assert head.post(f"/registers/forms/{KEY}/2/return/", {"reason": "请写明原因"}).status_code == 302
    assert writer.post(f"/registers/forms/{KEY}/2/send/").status_code == 302
    assert head.post(f"/registers/forms/{KEY}/2/publish/").status_code == 302
    assert api.form(KEY).version == 2
    assert [version.state for version in FormVersion.objects.order_by("number")] == ["retired", "published"]
    assert "参加人数" in head.get(f"/registers/forms/{KEY}/2/").content.decode()
    assert head.post(f"/registers/forms/{KEY}/retire/", {"reason": "不再办理"}).status_code == 302
    assert not FormVersion.objects.filter(state="published").exists()
    assert head.post(f"/registers/forms/{KEY}/2/vanish/").status_code == 404


def test_return_form_version_needs_a_reason(as_persona: As) -> None:
    published()
    with as_persona("reviewer"):
        version = actions.save_form_version(definition=FormDefinition.objects.get(), source=SOURCE + "\n")
        actions.send_form_version(version=version)
    with as_persona("section_head"), pytest.raises(InvalidInput):
        actions.return_form_version(version=version, reason=" ")


def test_an_unchanged_definition_is_no_new_version() -> None:
    published()
    with pytest.raises(Conflict):
        actions.save_form_version(definition=FormDefinition.objects.get(), source=SOURCE)


def test_a_broken_definition_comes_back_as_typed_with_every_remark(signed_in: SignedIn) -> None:
    published()
    broken = SOURCE.replace('"x-validator": "uscc"', '"x-validator": "usc"').replace('"sum"', '"summe"')
    answer = signed_in("section_head").post(f"/registers/forms/{KEY}/source/", {"source": broken})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "/properties/total/x-computed/summe" in page
    line = broken[: broken.index('"summe"')].count("\n") + 1
    assert f'href="#line-{line}"' in page
    assert f'id="line-{line}"' in page
    assert FormVersion.objects.count() == 1


def test_a_new_form_begins_as_a_draft(signed_in: SignedIn) -> None:
    browser = signed_in("section_head")
    source = json.dumps({"type": "object", "title": "请假单", "properties": {"days": {"type": "integer"}}})
    assert browser.post("/registers/new/", {"key": "Bad Key", "source": source}).status_code == 422
    assert browser.post("/registers/new/", {"key": "office.leave", "source": source}).status_code == 302
    assert browser.post("/registers/new/", {"key": "office.leave", "source": source}).status_code == 422
    assert FormVersion.objects.get().state == "draft"
    assert "office.leave" not in api.known_forms()
    with pytest.raises(Missing):
        api.form("office.leave")


def test_the_scenes_forms_are_loaded_once() -> None:
    first = actions.load_declared_forms()
    again = actions.load_declared_forms()
    assert again["added"] == again["changed"] == 0
    assert again["kept"] == sum(first.values())
    assert {each.type.key for each in queries.declared_forms()} <= api.known_forms()


def test_a_form_is_tried_without_scripts(signed_in: SignedIn) -> None:
    published()
    browser = signed_in("section_head")
    empty = browser.get(VERSION).content.decode()
    assert 'name="f.items.0.name"' in empty
    assert 'name="f.items.1.name"' not in empty.split("<template")[0]
    added = browser.post(VERSION, SENT | {"f._do": "add:items"})
    page = added.content.decode()
    assert added.status_code == 200
    assert 'name="f.items.1.name"' in page.split("<template")[0]
    assert 'value="138 0013 8000"' in page
    assert "error-summary" not in page


def test_errors_stand_at_their_fields_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    published()
    wrong = SENT | {"f.people": "<b>很多</b>", "f.applicant.phone": "12", "f.items.0.price": "x"}
    answer = signed_in("section_head").post(VERSION, wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    for path in ("people", "applicant-phone", "items-0-price"):
        assert f'href="#f-{path}"' in page
        assert f'id="f-{path}-error"' in page
    assert "&lt;b&gt;很多&lt;/b&gt;" in page
    assert "<b>很多</b>" not in page


def test_what_would_be_accepted_shows_what_the_process_gets(signed_in: SignedIn) -> None:
    published()
    answer = signed_in("section_head").post(VERSION, SENT)
    assert answer.status_code == 200
    assert "applicant_kind" in answer.content.decode()


def test_hidden_fields_stay_in_the_page_and_are_marked_hidden(signed_in: SignedIn) -> None:
    published()
    browser = signed_in("section_head")
    assert 'data-path="purpose_text" data-kind="long_text"' in browser.get(VERSION).content.decode()
    natural = browser.post(VERSION, SENT | {"f._do": "refresh"}).content.decode()
    assert _is_hidden(natural, "applicant.uscc")
    assert not _is_hidden(natural, "applicant.id_card")
    company = browser.post(VERSION, SENT | {"f.applicant.kind": "2", "f._do": "refresh"}).content.decode()
    assert not _is_hidden(company, "applicant.uscc")
    assert _is_hidden(company, "applicant.id_card")


def _is_hidden(page: str, path: str) -> bool:
    start = page.index(f'data-path="{path}"')
    return page[start : page.index(">", start)].endswith(" hidden")


def test_every_field_has_a_label_and_every_group_a_legend(signed_in: SignedIn) -> None:
    published()
    page = signed_in("section_head").get(VERSION).content.decode()
    for path in ("applicant-name", "begins_on", "items-0-price", "total"):
        assert f'for="f-{path}"' in page
        assert f'id="f-{path}"' in page
    assert page.count("<fieldset") == page.count("<legend")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "People expected"), ("zh-hant", "預計人數"), ("zh-hans", "预计人数")]
)
def test_a_form_speaks_three_languages(language: str, title: str) -> None:
    form = published()
    with override(language):
        view = api.view(form, api.typed_of(form, {}))
    assert title in [field.title for field in view.fields]


def test_one_field_is_checked_while_filling_in(signed_in: SignedIn, anonymous: Client) -> None:
    published()
    url = f"{VERSION}check/"
    assert anonymous.post(url, SENT).status_code in (302, 401)
    browser = signed_in("resident")
    wrong = browser.post(url, SENT | {"f.people": "x", "path": "people"}).json()
    assert wrong["error"]
    right = browser.post(url, SENT | {"f.people": "x", "path": "town"}).json()
    assert right == {"error": "", "notes": []}
    holiday = browser.post(url, SENT | {"f.begins_on": "2026-11-29", "path": "begins_on"}).json()
    assert "2026-11-30" in holiday["notes"][0]
    assert browser.post(url, {"path": "nothing"}).json() == {"error": "", "notes": []}


def test_my_drafts_lead_back_to_what_they_are_for(as_persona: As, signed_in: SignedIn) -> None:
    form = published()
    api.register_subject("testcase", lambda rest: f"/somewhere/{rest}/")
    with as_persona("resident"):
        api.save_draft(subject="testcase:5", form=form, typed=typed(form, people="还不知道"))
    browser = signed_in("resident")
    page = browser.get("/registers/drafts/").content.decode()
    assert "/somewhere/5/" in page
    assert "testcase:5" not in signed_in("window_clerk").get("/registers/drafts/").content.decode()
    assert browser.post("/registers/drafts/discard/", {"subject": "testcase:5"}).status_code == 302
    assert "testcase:5" not in browser.get("/registers/drafts/").content.decode()


def test_a_submission_is_read_masked_and_a_value_revealed_for_a_purpose(
    as_persona: As, signed_in: SignedIn
) -> None:
    submission = handed_in(as_persona)
    browser = signed_in("window_clerk")
    url = f"/registers/submissions/{submission.submission_id}/"
    page = browser.get(url).content.decode()
    assert "440115200002291234" not in page
    assert "万顷沙镇" in page
    assert "2,401.00" in page
    asked = {"field": "applicant.id_card"}
    assert browser.post(f"{url}reveal/", asked | {"purpose": ""}).status_code == 422
    assert browser.get(f"{url}reveal/?field=town").status_code == 404
    shown = browser.post(f"{url}reveal/", asked | {"purpose": "核对申请人身份"}).content.decode()
    assert "440115200002291234" in shown
    assert AuditEntry.objects.filter(action="registers.reveal_value", outcome="done").count() == 1


@pytest.mark.parametrize(
    ("paper", "file_format", "begins"),
    [("form", "pdf", b"%PDF"), ("form", "docx", b"PK"), ("receipt", "pdf", b"%PDF")],
)
def test_a_submission_is_printed(
    paper: str, file_format: str, begins: bytes, as_persona: As, signed_in: SignedIn
) -> None:
    deferred = {"has_food": "1", "_materials__food_permit__defer": "on", "_materials___pledge": "on"}
    submission = handed_in(as_persona, **deferred)
    browser = signed_in("window_clerk")
    answer = browser.get(f"/registers/submissions/{submission.submission_id}/{paper}.{file_format}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert browser.get(f"/registers/submissions/{submission.submission_id}/{paper}.exe").status_code == 404


def test_the_paper_says_what_was_entered_and_promised(as_persona: As) -> None:
    deferred = {"has_food": "1", "_materials__food_permit__defer": "on", "_materials___pledge": "on"}
    submission = handed_in(as_persona, purpose="other", purpose_text="一场\n社区活动", **deferred)
    with override("zh-hans"):
        document = Document(io.BytesIO(api.paper(submission, file_format="docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for text in ("一场\n社区活动", "舞台", "2,401.00 元", "食品经营许可证", "138****8000"):
        assert text in cells
    assert "440115200002291234" not in str(cells)
    with pytest.raises(InvalidInput):
        api.paper(submission, file_format="exe")


def test_code_lists_are_shown_with_their_source(signed_in: SignedIn) -> None:
    page = signed_in("window_clerk").get("/registers/codes/?list=nansha_town").content.decode()
    assert "440115004" in page
    assert "国家统计局" in page


@pytest.mark.parametrize(
    "naughty", ["a\x00b", "' OR 1=1 --", "<script>alert(1)</script>", "%s%n", "👩‍👩‍👧", "A" * 5000]
)
def test_no_text_breaks_a_page(naughty: str, signed_in: SignedIn) -> None:
    published()
    browser = signed_in("section_head")
    sent = [
        ("/registers/new/", {"key": naughty, "source": naughty}),
        (f"/registers/forms/{KEY}/source/", {"source": SOURCE + " ", "note": naughty}),
        (f"/registers/forms/{KEY}/2/send/", {}),
        (f"/registers/forms/{KEY}/2/return/", {"reason": naughty}),
        ("/registers/drafts/discard/", {"subject": naughty}),
        ("/registers/records/project/", {"key": naughty}),
        (VERSION, dict.fromkeys(SENT, naughty)),
        (f"{VERSION}check/", {"path": naughty}),
        (f"/registers/forms/{KEY}/retire/", {"reason": naughty}),
    ]
    for path, fields in sent:
        answer = browser.post(path, fields)
        assert answer.status_code < 500, path
        assert b"<script>alert(1)</script>" not in answer.content
    assert browser.get("/registers/forms/a%00b/").status_code == 404
    assert browser.get(f"/registers/forms/{KEY}/99999999999/").status_code == 404
