"""Signing in, languages and the keyboard, as a person uses them."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chengshu.foundation.testing.personas import PASSWORD
from tests.browser.conftest import Site
from tests.browser.windows import PHONE, Window


def sign_in(window: Window, username: str, password: str = PASSWORD) -> None:
    window.open("/sign-in/")
    window.page.fill("input[name=username]", username)
    window.page.fill("input[name=password]", password)
    window.page.locator("input[name=password]").press("Enter")
    window.page.wait_for_load_state()


def test_a_person_signs_in_through_the_page(site: Site, stack: ExitStack) -> None:
    window = site.window(stack)
    sign_in(window, "handling.unit.officer")
    assert "/sign-in/" not in window.page.url
    assert window.complaints == []


def test_a_wrong_password_keeps_the_name_and_says_so(site: Site, stack: ExitStack) -> None:
    window = site.window(stack)
    sign_in(window, "window.clerk", "wrong-Password-1")
    assert window.page.url.rstrip("/").endswith("/sign-in")
    assert window.page.input_value("input[name=username]") == "window.clerk"
    assert "用户名或密码" in window.page.inner_text("body")


def test_a_page_that_needs_a_sign_in_comes_back_after_it(site: Site, stack: ExitStack) -> None:
    window = site.window(stack)
    window.open("/promises/rules/")
    assert "next=" in window.page.url
    window.page.fill("input[name=username]", "unit.head")
    window.page.fill("input[name=password]", PASSWORD)
    window.page.locator("input[name=password]").press("Enter")
    window.page.wait_for_url("**/promises/rules/")
    assert window.complaints == []


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-hant", "zh-Hant"), ("en", "en"), ("zh-hans", "zh-Hans")]
)
def test_the_language_is_chosen_and_kept(site: Site, stack: ExitStack, language: str, shown: str) -> None:
    window = site.window(stack, "supervisor", language="en" if language != "en" else "zh-hans")
    window.open("/promises/")
    button = window.page.locator(f"form[action='/language/'] [value='{language}']").first
    button.evaluate(
        "element => element.closest('form').requestSubmit(element.type === 'submit' ? element : undefined)"
    )
    window.page.locator(f"html[lang='{shown}']").wait_for(state="attached")
    window.open("/promises/rules/")
    assert window.page.evaluate("document.documentElement.lang") == shown


def test_the_first_tab_leads_past_the_menu(site: Site, stack: ExitStack) -> None:
    window = site.window(stack, "supervisor")
    window.open("/promises/")
    window.page.keyboard.press("Tab")
    target = window.page.evaluate("document.activeElement.getAttribute('href')")
    assert (target or "").startswith("#")
    window.page.keyboard.press("Enter")
    assert window.page.evaluate(f"document.querySelector('{target}') !== null")


def test_a_slash_opens_the_finder(site: Site, stack: ExitStack) -> None:
    window = site.window(stack, "supervisor")
    window.open("/promises/")
    window.page.wait_for_load_state("networkidle")
    window.page.keyboard.press("/")
    window.page.locator("input:focus").wait_for()
    window.page.keyboard.type("满意度")
    assert window.page.evaluate("document.activeElement.value") == "满意度"


def test_the_menu_is_reached_on_a_phone(site: Site, stack: ExitStack) -> None:
    window = site.window(stack, "supervisor", size=PHONE)
    window.open("/promises/")
    assert window.page.locator("a[href='/promises/']").count() > 0
    assert window.complaints == []
