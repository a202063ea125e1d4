"""A newcomer's path in a real browser: write a decision table, draw an approval by hand, have both put in force."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengshu.engines.cases import api
from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.sessions import COOKIE
from chengshu.foundation.orgs.base_data import load
from chengshu.foundation.runtime.doctor import chromium
from chengshu.foundation.testing import browser as kit

pytestmark = pytest.mark.browser
PEOPLE = ("reviewer", "section_head")


class Desk:
    """A window of one person, and everything it complained about."""

    def __init__(self, browser: Any, url: str, cookie: str) -> None:
        self.url = url
        self.context = browser.new_context(viewport={"width": 1600, "height": 900}, reduced_motion="reduce")
        cookies = {COOKIE: cookie, "chengshu_language": "zh-hans"}
        self.context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items()])
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    @property
    def properties(self) -> Any:
        """The panel beside the drawing."""
        return self.page.locator('[data-part="props"]')

    def begin(self, shape: str, key: str, title: str) -> None:
        """Fill in the form of a new model and come to its editor."""
        self.open("/desk/new/")
        self.page.check(f"[name=starter][value={shape}]")
        self.page.fill("[name=title]", title)
        self.page.fill("[name=key]", key)
        self.page.click("form.form button[type=submit]")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector(".desk-editor[data-ready]")

    def append(self, what: str, name: str = "") -> str:
        """Click what shall follow in the pad of the selected element and type its name; its id."""
        known = set(self.ids())
        self.page.click(f'.djs-context-pad [data-action="append.{what}"]')
        self.page.wait_for_timeout(150)
        if name:
            self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        new = [one for one in self.ids() if one not in known and not one.startswith("Flow")]
        return new[0]

    def ids(self) -> list[str]:
        return list(
            self.page.evaluate(
                "document.querySelector('.desk-editor').modeler.get('elementRegistry')"
                ".filter(e => !e.labelTarget && e.parent).map(e => e.id)"
            )
        )

    def select(self, element: str) -> None:
        self.page.evaluate(
            "id => { const m = document.querySelector('.desk-editor').modeler;"
            " m.get('selection').select(m.get('elementRegistry').get(id)) }",
            element,
        )
        self.page.wait_for_timeout(80)

    def choose(self, label: str, value: str) -> None:
        """Choose in a list of the properties panel."""
        self.properties.get_by_label(label, exact=True).select_option(value)
        self.page.wait_for_timeout(80)

    def write(self, label: str, value: str) -> None:
        field = self.properties.get_by_label(label, exact=True)
        field.fill(value)
        field.blur()
        self.page.wait_for_timeout(80)

    def saved(self) -> None:
        self.page.wait_for_selector('[data-part="saved"][data-tone="positive"]')

    def submit(self, note: str) -> None:
        self.page.click('[data-do="submit"]')
        self.page.fill("#desk-submit [name=note]", note)
        self.page.click("#desk-submit button[type=submit]")
        self.page.wait_for_url(re.compile(r"/desk/model/[^/]+/$"))

    def deploy_first_waiting(self) -> None:
        self.open("/desk/")
        self.page.click(".notice a")
        self.page.click("[data-opens=desk-deploy]")
        self.page.click("#desk-deploy button[type=submit]")
        self.page.wait_for_url(re.compile(r"/desk/model/[^/]+/$"))


@pytest.fixture
def desks(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> Iterator[tuple[dict[str, Desk], str]]:
    if not chromium():
        pytest.skip("needs a Chromium, which this machine does not have: apt-get install chromium")
    with django_db_blocker.unblock(), ExitStack() as stack:
        name = stack.enter_context(kit.own_database(f"chengshu_newcomer_{os.getpid()}"))
        with asking(system("test", "cli")), transaction.atomic():
            load()
        cast = kit.committed_cast()
        served = stack.enter_context(kit.serving(tmp_path, name=name))
        browser = stack.enter_context(kit.browser())
        yield {who: Desk(browser, served.url, kit.session_cookie(cast[who])) for who in PEOPLE}, name


def test_a_newcomer_draws_an_approval_with_a_countersign_and_a_decision_and_it_comes_into_force(
    desks: tuple[dict[str, Desk], str],
) -> None:
    author, head = (desks[0][who] for who in PEOPLE)
    write_a_decision_table(author)
    head.deploy_first_waiting()
    draw_an_approval(author)
    try_it(author)
    author.submit("新流程：五步审批，含会签与分级")
    head.deploy_first_waiting()
    with asking(system("test", "cli")):
        assert "office.seal" in {one.key for one in api.startable()}
    assert author.complaints + head.complaints == []


def write_a_decision_table(desk: Desk) -> None:
    desk.begin("decision", "office.level", "审批层级")
    desk.page.click("#tab-trial")
    desk.page.fill("#decision-input-amount", "45")
    desk.page.click('[data-do="evaluate"]')
    assert "分管领导" in desk.page.inner_text(".trial__result")
    assert desk.page.locator("tr.rule-matched .rule-index").inner_text().strip() == "2"
    desk.submit("按金额分级")


def draw_an_approval(desk: Desk) -> None:
    desk.begin("blank", "office.seal", "用印申请")
    desk.select("start")
    steps = {name: step(desk, name, role) for name, role in (("受理", "window_clerk"), ("初审", "reviewer"))}
    steps["定级"] = desk.append("append-task", "定级")
    desk.page.click('.djs-context-pad [data-action="replace"]')
    desk.page.click('.djs-popup [data-id="replace-with-rule-task"]')
    desk.page.wait_for_timeout(150)
    desk.choose("决策表", "office_level")
    desk.write("结果存入变量", "level")
    steps["会签"] = desk.append("append-task", "会签")
    desk.properties.get_by_label("多人会签").check()
    desk.choose("会签方式", "all")
    steps["复核"] = step(desk, "复核", "section_head")
    steps["审定"] = step(desk, "审定", "department_head")
    desk.properties.get_by_role("button", name="同意／不同意").click()
    way = desk.append("gateway")
    desk.append("end-event", "通过")
    desk.select(way)
    desk.append("end-event", "不通过")
    decide_the_way(desk, way, steps["审定"])
    desk.saved()
    desk.page.wait_for_selector('[data-part="lint-badge"]:not([data-tone="negative"])')


def step(desk: Desk, name: str, role: str) -> str:
    """One more task for people, done by a role."""
    made = desk.append("append-task", name)
    desk.choose("岗位角色", role)
    return made


def decide_the_way(desk: Desk, gateway: str, task: str) -> None:
    """The first flow out of the gateway on agreement, the second otherwise."""
    first, second = desk.page.evaluate(
        "id => document.querySelector('.desk-editor').modeler.get('elementRegistry').get(id).outgoing.map(f => f.id)",
        gateway,
    )
    desk.select(first)
    desk.write("满足此条件时通过", f'{task}_outcome = "agree"')
    desk.select(second)
    desk.properties.get_by_label("其余情况").check()


def try_it(desk: Desk) -> None:
    """A test run with sample data, to the end."""
    desk.page.click("#tab-trial")
    desk.page.fill("#trial-sample", '{"amount": 45}')
    desk.page.click('[data-do="trial-start"]')
    for _step in range(6):
        desk.page.wait_for_selector(".trial__card")
        before = desk.page.inner_text(".trial__stage")
        desk.page.locator(".trial__card [data-outcome]").first.click()
        desk.page.wait_for_function(
            "before => document.querySelector('.trial__stage').innerText !== before", arg=before
        )
    assert "事项已办结" in desk.page.inner_text(".trial__stage")
    assert "分管领导" in desk.page.inner_text(".trial__variables")
