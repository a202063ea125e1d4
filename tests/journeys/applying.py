"""Applying as people do: find the matter, answer the guide, fill in the form, bring the materials, file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from tests.browser.windows import Window
from tests.journeys.town import number_in, picture

IDENTITY: Final = "440115200002291234"
USCC: Final = "91440115MA5900004H"
PERSON: Final[Mapping[str, str]] = {
    "applicant.name": "某某",
    "applicant.identity": IDENTITY,
    "applicant.phone": "13800138000",
    "applicant.address": "南沙区进港大道1号",
}
COMPANY: Final[Mapping[str, str]] = {
    "applicant.name": "某某建设有限公司",
    "applicant.legal_representative": "某某",
    "applicant.phone": "13800138000",
    "applicant.address": "南沙区进港大道1号",
}
PROJECT: Final[Mapping[str, str]] = {
    "project_code": "2504-440115-04-01-123456",
    "project_name": "明珠湾起步区综合管廊",
    "site_address": "南沙区明珠湾",
}


@dataclass(frozen=True)
class Receipt:
    """What the applicant takes home."""

    application_id: int
    number: str
    access_code: str


def pdf() -> bytes:
    """A small whole PDF."""
    content: bytes = import_module("chengshu.foundation.files.tests.samples").pdf()
    return content


def go(window: Window, click: Any) -> None:
    """Press something that leads to another page, and wait for that page."""
    with window.page.expect_navigation(wait_until="load"):
        click.click()


def find(window: Window, words: str, name: str) -> None:
    """From the portal's front page to a matter or a bundle, through the search or the front page's own cards."""
    window.open("/portal/")
    window.page.fill("#portal-search", words)
    go(window, window.page.locator("form.portal-search button"))
    go(window, window.page.locator("main h3 a", has_text=name).first)


def answer_guide(window: Window, answers: Mapping[str, str]) -> None:
    """The questions as they come up, and on with the answers."""
    go(window, window.page.locator("a[href*='/portal/guide/']").first)
    for question, answer in answers.items():
        choice = window.page.locator(f"#q-{question}-{answer}")
        with window.page.expect_response(lambda response: "/portal/guide/" in response.url):
            choice.check()
        window.page.locator(f"#q-{question}-{answer}:checked").wait_for()
    go(window, window.page.locator("a[href*='/portal/apply/']"))


def begin(window: Window, *, uscc: str = "", **answers: str) -> None:
    """Who applies, if the guide has not said so, and on to the form."""
    page = window.page
    if uscc:
        page.fill("input[name=uscc]", uscc)
    for question, answer in answers.items():
        page.check(f"input[name='q.{question}'][value='{answer}']")
    go(window, page.locator("main form button[type=submit].button--primary"))


def fill(window: Window, entries: Mapping[str, str]) -> None:
    """Controls of a form by the path of their field; choices by their value."""
    for path, value in entries.items():
        enter(window.page, f"f.{path}", value)


def enter(page: Any, name: str, value: str) -> None:
    control = page.locator(f"main [name='{name}']")
    assert control.count(), f"the page has no {name}: {page.url}"
    first = control.first
    kind = first.evaluate("e => e.type")
    if kind == "radio" or (kind == "checkbox" and control.count() > 1):
        page.locator(f"main [name='{name}'][value='{value}']").check()
    elif kind == "checkbox":
        first.check()
    elif kind == "select-one":
        first.select_option(value)
    else:
        first.fill(value)


def to_materials(window: Window) -> None:
    go(window, window.page.locator("button[name=next][value=materials]"))


def materials_asked(window: Window) -> list[str]:
    """Keys of the materials on the page that take files."""
    cards = window.page.locator("fieldset.material-card:has(input[type=file])").all()
    return [str(card.get_attribute("id")).removeprefix("m-") for card in cards]


def upload(window: Window, key: str, name: str = "", content: bytes | None = None) -> None:
    """Choose a file for a material and wait until it is there."""
    file = {
        "name": name or f"{key}.pdf",
        "mimeType": "application/pdf",
        "buffer": pdf() if content is None else content,
    }
    card = window.page.locator(f"#m-{key}")
    way = card.locator(f"input[type=radio][name='way.{key}'][value=upload]")
    if way.count():
        way.check()
    there = card.locator(f"input[type=hidden][name='f._materials.{key}.files']")
    before = there.count()
    card.locator("input[type=file]").set_input_files(file)
    there.nth(before).wait_for(state="attached")


def to_review(window: Window) -> None:
    go(window, window.page.locator("button[name=next][value=review]"))


def file(window: Window) -> Receipt:
    """Press the button that files, and read the receipt."""
    go(window, window.page.locator("form:has(input[name=request_key]) button[type=submit].button--primary"))
    kept = window.page.locator(".portal-receipt__keep dd").all_inner_texts()
    assert len(kept) == 2, window.page.inner_text("main")[:600]
    return Receipt(number_in(window.page.url), kept[0].strip(), kept[1].strip())


def bring_and_file(window: Window) -> Receipt:
    """Upload every material that is asked for, look everything over and file."""
    for key in materials_asked(window):
        upload(window, key)
    to_review(window)
    return file(window)


def look_up(window: Window, receipt: Receipt) -> str:
    """Where it stands, as anybody sees it who has number and code."""
    window.open("/portal/progress/")
    window.page.fill("main input[name=number]", receipt.number)
    window.page.fill("main input[name=access_code]", receipt.access_code)
    go(window, window.page.locator("main form button[type=submit]").first)
    return str(window.page.locator("#standing").inner_text())


def open_application(window: Window, receipt: Receipt) -> str:
    """The applicant's page of it."""
    window.open(f"/portal/applications/{receipt.application_id}/")
    return str(window.page.inner_text("main"))


def rate(window: Window, receipt: Receipt, *, level: int) -> None:
    """Rate the service (好差评) by what the application's page offers."""
    open_application(window, receipt)
    go(window, window.page.locator("a[href*='/ratings/']"))
    touch_points = window.page.locator("main input[type=radio][name=touch_point]")
    if touch_points.count():
        touch_points.last.check()
    window.page.check(f"main input[name=level][value='{level}']")
    picture(window, f"rating-{receipt.number}")
    go(window, window.page.locator("main form button[type=submit]").last)
    assert window.page.url.endswith("/ratings/done/"), window.page.inner_text("main")
