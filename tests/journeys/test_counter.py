"""The same permit taken in at the counter of the service hall, and its result handed out there (综合窗口)."""

from __future__ import annotations

from contextlib import ExitStack

from tests.journeys import applying, working
from tests.journeys.test_environment import FORM, NAME
from tests.journeys.town import Town, number_in, picture

CENTRE = "service-centre"
ANSWERS = {"applicant": "person", "agent": "self", "discharge": "new"}
PAPERS = ("identity_document", "drainage_plan", "drainage_statement", "site_use_document")


def test_a_permit_is_received_handed_on_granted_and_handed_out_at_the_counter(
    town: Town, stack: ExitStack
) -> None:
    clerk = town.officer(stack, CENTRE, "window_clerk")
    page = clerk.page
    clerk.open("/hall/")
    page.fill("#matter-search", "排水许可")
    applying.go(clerk, page.locator("form[role=search] button[type=submit]").last)
    applying.go(clerk, page.locator("article.service a", has_text=NAME).first)
    for question, answer in ANSWERS.items():
        applying.enter(page, f"q.{question}", f"{question}:{answer}")
    applying.go(clerk, page.locator("button.button[value=checklist]").first)
    applying.fill(clerk, {"applicant.kind": "person", **FORM})
    for key in PAPERS:
        applying.enter(page, f"way.{key}", "paper")
    picture(clerk, "counter-filled")
    applying.go(clerk, page.locator("button.button--primary[value=file]"))
    picture(clerk, "counter-receipt")
    number = page.locator(".receipt__number").inner_text().strip()
    code = page.locator(".receipt dd").first.inner_text().strip()
    application = number_in(page.locator("a[href*='/applications/']").last.get_attribute("href"))
    receipt = applying.Receipt(application, number, code)
    town.settle()
    assert "已接件" in applying.look_up(town.anybody(stack), receipt)

    clerk.open("/hall/hand-overs/")
    picture(clerk, "counter-hand-over")
    give = page.locator(f"form[action$='/hand-overs/{application}/give/']")
    give.locator("textarea[name=items]").fill("身份证明\n排水方案")
    applying.go(clerk, give.locator("button[type=submit]"))

    case_id = working.case_of(town, application)
    working.do(town, stack, case_id, "check", "accept")
    working.do(town, stack, case_id, "review", "propose_grant", entries=working.REVIEW)
    working.do(town, stack, case_id, "head", "agree", entries=working.REVIEW)
    working.do(town, stack, case_id, "decide", "grant", entries=working.DECISION)
    working.do(town, stack, case_id, "make", "made", entries=working.licence("排水〔2026〕2"))

    clerk.open("/hall/results/")
    picture(clerk, "counter-results")
    out = page.locator(f"form[action$='/results/{application}/']")
    out.locator("input[name=to]").fill("本人")
    applying.go(clerk, out.locator("button[type=submit]"))
    town.settle()
    assert [one.node for one in town.open_tasks(case_id)] == ["archive"]
    assert "办结（通过）" in applying.look_up(town.anybody(stack), receipt)
    clerk.open("/hall/results/")
    assert number not in page.inner_text("main")
    assert clerk.complaints == []
