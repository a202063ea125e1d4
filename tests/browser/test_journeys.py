"""The work of a year, done by the people who do it, in a real browser."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from tests.browser.conftest import Site
from tests.browser.windows import Window


def take(site: Site, stack: ExitStack, persona: str, ref: str, step: str) -> Window:
    """One step of a form's life through its dialog, every choice answered with the best grade."""
    window = site.window(stack, persona)
    window.open(f"/promises/forms/{ref}/")
    assert window.page.locator(f"[data-opens=step-{step}]").count(), (
        f"{persona} is not offered {step}: {window.page.inner_text('main')[:600]}"
    )
    window.page.wait_for_load_state("networkidle")
    dialog = window.page.locator(f"#step-{step}[open]")
    for _press in range(5):
        window.page.click(f"[data-opens=step-{step}]")
        window.page.wait_for_timeout(300)
        if dialog.count():
            break
    for choice in dialog.locator("select").all():
        choice.select_option(index=1)
    for text in dialog.locator("textarea").all():
        text.fill("经核对，同意。")
    with window.page.expect_navigation():
        dialog.locator("button[type=submit]").click()
    window.page.wait_for_load_state()
    assert window.complaints == []
    return window


def settle_findings(site: Site, stack: ExitStack, ref: str) -> None:
    """Dismiss every open finding of a form, each with a reason, as its head."""
    window = site.window(stack, "unit_head")
    window.open(f"/promises/forms/{ref}/")
    dismissals = window.page.locator("#findings form[action$='/dismiss/']")
    for _finding in range(dismissals.count()):
        details = window.page.locator(
            "#findings details", has=window.page.locator("form[action$='/dismiss/']")
        ).first
        details.locator("summary").click()
        details.locator("input[name=reason]").fill("已与业务科室核对，按原文申报。")
        with window.page.expect_navigation():
            details.locator("form[action$='/dismiss/'] button").click()
    assert window.complaints == []


def test_a_correction_is_accepted_and_becomes_a_version(site: Site, stack: ExitStack) -> None:
    window = site.window(stack, "unit_head")
    window.open("/promises/forms/P45/")
    before = window.page.locator("#findings del").count()
    assert before > 0, "the linter suggests nothing for P45"
    decide = window.page.locator(
        "#findings details", has=window.page.locator("form[action$='/accept/']")
    ).first
    decide.locator("summary").click()
    with window.page.expect_navigation():
        decide.locator("form[action$='/accept/'] button").first.click()
    window.page.wait_for_load_state()
    assert re.search(r"版本\s*2|第\s*2\s*版", window.page.inner_text("main"))
    assert window.complaints == []


def test_a_form_goes_from_its_unit_to_the_public(site: Site, stack: ExitStack) -> None:
    finance = site.window(stack, "finance_reviewer")
    finance.open("/promises/review/")
    finance.page.fill("input[name=adopted_on]", "2025-01-20")
    finance.page.fill("input[name=replied_on]", "2025-02-05")
    with finance.page.expect_navigation():
        finance.page.locator("form[action*='/review/dates/'] button[type=submit]").click()
    settle_findings(site, stack, "P44")
    take(site, stack, "unit_head", "P44", "submit_form")
    take(site, stack, "department_officer", "P44", "start_department_review")
    take(site, stack, "department_officer", "P44", "pass_to_finance")
    take(site, stack, "finance_reviewer", "P44", "approve_form")
    published = take(site, stack, "department_officer", "P44", "publish_form")
    assert "已公开" in published.page.locator("li[aria-current=step]").first.inner_text()
    public = site.window(stack, "anonymous")
    public.open("/promises/public/")
    assert "机构运行辅助经费" in public.page.inner_text("main")
    public.page.locator("a", has_text="机构运行辅助经费").first.click()
    public.page.wait_for_load_state()
    assert "编外人员聘用合规率" in public.page.inner_text("main")
    assert public.complaints == []


def test_an_attested_value_is_approved_and_the_promise_is_kept(
    site: Site, stack: ExitStack, tmp_path: Path
) -> None:
    bind(site.window(stack, "unit_head"), "P45-3")
    proof = tmp_path / "proof.txt"
    proof.write_text("固话畅通率统计：98%", encoding="utf-8")
    officer = site.window(stack, "unit_officer")
    officer.open("/promises/evidence/P45-3/")
    officer.page.fill("input[name=value]", "98")
    officer.page.fill("input[name=as_of]", "2025-12-31")
    officer.page.fill("textarea[name=statement]", "全年巡检记录，畅通率98%。")
    officer.page.set_input_files("input[name=file]", str(proof))
    with officer.page.expect_navigation():
        officer.page.locator("form:has(textarea[name=statement]) button[type=submit]").first.click()
    officer.page.wait_for_load_state()
    assert "98" in officer.page.inner_text("main"), officer.page.inner_text("main")[:800]
    head = site.window(stack, "unit_head")
    head.open("/promises/evidence/P45-3/")
    head.page.locator("a[href*='/promises/attestations/']").first.click()
    head.page.wait_for_load_state()
    with head.page.expect_navigation():
        head.page.locator("button[value=approve]").click()
    board = site.window(stack, "supervisor")
    board.open("/promises/P45-3/")
    assert "已兑现" in board.page.inner_text("main") or "兑现" in board.page.inner_text("main")
    assert officer.complaints + head.complaints + board.complaints == []


def bind(window: Window, slug: str) -> None:
    """Have a promise proven by the attestation of a post of its unit."""
    window.open(f"/promises/evidence/{slug}/")
    form = window.page.locator("form[action*='/bind/']").first
    form.locator("input[name=kind][value=attestation]").check()
    labels = form.locator("select[name=post] option").all_inner_texts()
    chosen = next((label for label in labels if "经办" in label and "政务中心" in label), None)
    assert chosen, labels
    form.locator("select[name=post]").select_option(label=chosen.strip())
    reason = form.locator("textarea[name=reason], input[name=reason]")
    if reason.count():
        reason.first.fill("由单位绩效经办岗逐年核定。")
    with window.page.expect_navigation():
        form.locator("button[type=submit]").click()
    window.page.wait_for_load_state()
    assert window.complaints == []


def test_the_two_tables_are_read_looked_at_and_imported(site: Site, stack: ExitStack, shared: Path) -> None:
    window = site.window(stack, "department_officer")
    window.open("/promises/import/")
    tables = sorted((shared / "source-tables").glob("*.txt"))
    window.page.set_input_files("input[name=files]", [str(path) for path in tables])
    window.page.fill("input[name=year]", "2024")
    window.page.locator("form:has(input[name=files]) button[type=submit]").click()
    confirm = window.page.locator("form:has(input[value=confirm]) button[type=submit]")
    confirm.wait_for()
    assert "13,074.48" in window.page.inner_text("main")
    confirm.click()
    window.page.wait_for_url("**/promises/?year=2024", timeout=60_000)
    assert "46" in window.page.inner_text("main")
    window.open("/promises/findings/?year=2024")
    assert "P36#1" in window.page.inner_text("main") or "P01#" in window.page.inner_text("main")
    assert window.complaints == []


def test_a_wrong_file_is_refused_with_the_place(site: Site, stack: ExitStack, tmp_path: Path) -> None:
    window = site.window(stack, "department_officer")
    window.open("/promises/import/")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("这不是绩效目标表\n", encoding="utf-8")
    window.page.set_input_files("input[name=files]", str(wrong))
    with window.page.expect_navigation() as answer:
        window.page.locator("form:has(input[name=files]) button[type=submit]").click()
    assert answer.value.status == 422
    assert window.page.locator("form:has(input[value=confirm])").count() == 0
