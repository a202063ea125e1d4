"""Hands that slip: wrong files, a double click, a connection that breaks in the middle of the form."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import Any

from chengshu.hub.services.models import Application
from tests.browser.windows import Window
from tests.journeys import applying
from tests.journeys.test_environment import FORM, NAME
from tests.journeys.town import Town, picture

MOST_BYTES = 30_000_000


def begin(town: Town, stack: ExitStack, name: str) -> Window:
    """Somebody at the form of the drainage permit."""
    phone = town.citizen(stack, name)
    applying.find(phone, "排水许可", NAME)
    applying.answer_guide(phone, {"applicant": "person", "agent": "self", "discharge": "new"})
    applying.begin(phone)
    return phone


def choose(phone: Window, key: str, name: str, content: bytes) -> Any:
    """Choose a file for a material; the line that tells what became of it."""
    card = phone.page.locator(f"#m-{key}")
    card.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )
    return card.locator(".upload__file .field__error").last


def test_files_that_cannot_be_taken_say_why_and_a_double_click_files_once(
    town: Town, stack: ExitStack
) -> None:
    phone = begin(town, stack, "clumsy.applicant")
    applying.fill(phone, FORM)
    applying.to_materials(phone)
    for name, content, words in (
        ("空.pdf", b"", "空"),
        ("假.pdf", b"not a pdf at all", "内容"),
        ("程序.exe", b"MZ" + bytes(200), "不接受"),
        ("大.pdf", b"%PDF-1.4" + bytes(MOST_BYTES), "30 MB"),
    ):
        told = choose(phone, "identity_document", name, content)
        told.filter(has_text=words).wait_for()
        told.evaluate("e => e.closest('.upload__file').remove()")
    choose(phone, "identity_document", "空.pdf", b"").wait_for()
    picture(phone, "bad-files")
    for key in applying.materials_asked(phone):
        applying.upload(phone, key)
    applying.to_review(phone)
    button = phone.page.locator("form:has(input[name=request_key]) button[type=submit].button--primary")
    with phone.page.expect_navigation(url="**/receipt/"):
        button.dblclick()
    phone.page.locator(".portal-receipt__keep").wait_for()
    with town.inside():
        assert Application.objects.filter(account__username="clumsy.applicant").count() == 1


def test_a_file_chosen_before_the_page_is_ready_is_sent(town: Town, stack: ExitStack) -> None:
    """On a slow line the form can be used before the script that sends files has come."""
    phone = begin(town, stack, "early.applicant")
    applying.fill(phone, FORM)
    held: list[Any] = []
    phone.page.route(re.compile(r"/assets/upload-[^/]+\.js$"), lambda route: held.append(route))
    applying.to_materials(phone)
    told = choose(phone, "identity_document", "空.pdf", b"")
    phone.page.wait_for_function("() => document.readyState === 'complete'")
    assert held
    assert told.count() == 0
    for route in held:
        route.continue_()
    told.filter(has_text="空").wait_for()


def test_what_is_typed_without_a_connection_is_there_afterwards(town: Town, stack: ExitStack) -> None:
    phone = begin(town, stack, "tunnel.applicant")
    applying.fill(phone, applying.PERSON)
    phone.page.context.set_offline(True)
    applying.fill(phone, {"project_name": "隧道里填写的项目"})
    phone.page.locator(".keep-note").wait_for()
    picture(phone, "offline")
    phone.page.context.set_offline(False)
    phone.page.locator("[data-autosave-state]").filter(has_text="已保存").wait_for()
    phone.complaints.clear()
    again = town.citizen(stack, "tunnel.applicant")
    again.open("/portal/mine/")
    applying.go(again, again.page.locator("main .matter-line a[href*='/portal/apply/']").first)
    if again.page.locator("[name='f.project_name']").count() == 0:
        applying.begin(again)
    assert again.page.locator("[name='f.project_name']").input_value() == "隧道里填写的项目"
    assert again.complaints == []
