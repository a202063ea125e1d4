"""The board, the project page, the promise page and their API: who sees what, and that the figures are the facts'."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chengshu.hub.promises.models import Verdict
from chengshu.hub.promises.pages.board.meaning import explain
from chengshu.hub.promises.queries.board import board
from chengshu.hub.promises.queries.years import years
from chengshu.hub.promises.tests.board_world import FullYear

PAGES = ("/promises/", "/promises/projects/P36/", "/promises/P36-1/", "/promises/find/", "/promises/compare/")


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_the_public_is_sent_to_sign_in(full_year: FullYear, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"].startswith(reverse("identity:sign_in"))) == (302, True)


@pytest.mark.parametrize("path", PAGES)
def test_whoever_has_no_post_is_refused(full_year: FullYear, path: str) -> None:
    assert full_year.browser("resident").get(path).status_code == 403


def test_another_department_sees_an_explaining_empty_board_and_nothing_else(full_year: FullYear) -> None:
    browser = full_year.browser("other_department_officer")
    page = text(browser, "/promises/")
    assert "Your unit has no promises here" in page
    assert "heat__cell" not in page
    assert [browser.get(path).status_code for path in PAGES[1:3]] == [404, 404]
    assert browser.get("/api/v1/promises/board").status_code == 404


def test_a_sub_unit_sees_its_own_two_projects_only(full_year: FullYear) -> None:
    browser = full_year.browser("unit_officer")
    with full_year.as_persona("unit_officer"):
        seen = board(years()[0])
    assert [line.ref for line in seen.lines] == ["P44", "P45"]
    assert seen.amount == Decimal("451.03")
    statuses = {
        ref: browser.get(f"/promises/projects/{ref}/").status_code
        for ref in ("P44", "P45", "P43", "P46", "D")
    }
    assert statuses == {"P44": 200, "P45": 200, "P43": 404, "P46": 404, "D": 404}
    assert [browser.get(f"/promises/{slug}/").status_code for slug in ("P44-1", "P36-1", "D16")] == [
        200,
        404,
        404,
    ]


def test_a_sub_unit_is_shown_no_check_over_a_department_that_it_does_not_see(full_year: FullYear) -> None:
    page = text(full_year.browser("unit_officer"), "/promises/projects/P44/")
    assert "No check over the whole department can be shown to you" in page


def test_the_board_shows_every_promise_and_all_the_money(full_year: FullYear) -> None:
    whole = board(full_year.year)
    assert (len(whole.promises), len(whole.projects), whole.amount) == (306, 46, Decimal("13074.48"))
    assert whole.lines[0].amount == Decimal("15074.16")
    page = text(full_year.browser("department_officer"), "/promises/?lens=verdict")
    assert page.count('class="heat__cell heat__cell--neutral"') == 306
    assert "13,074.48" in page


def test_the_board_asks_the_database_a_fixed_number_of_times(full_year: FullYear) -> None:
    with CaptureQueriesContext(connection) as asked:
        board(full_year.year)
    assert len(asked) == 3


def test_nothing_is_kept_at_first_and_the_board_opens_on_the_findings(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), "/promises/")
    assert "field-board--findings" in page
    assert board(full_year.year).verdicts() == {Verdict.UNPROVEN: 306}


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("family=31", "/promises/P36-6/", "/promises/P36-1/"),
        ("severity=E", "/promises/P36-1/", "/promises/P36-2/"),
        ("severity=clean", "/promises/P36-2/", "/promises/P36-1/"),
    ],
)
def test_a_filter_keeps_what_fits_and_drops_the_rest(
    full_year: FullYear, query: str, inside: str, outside: str
) -> None:
    page = text(full_year.browser("department_officer"), f"/promises/?{query}")
    assert (f'href="{inside}"' in page, f'href="{outside}"' in page) == (True, False)


@pytest.mark.parametrize("query", ["lens=x", "sort=x", "unit=x", "family=99", "severity=Q", "year=abc"])
def test_a_filter_that_is_not_on_offer_is_refused_and_named(full_year: FullYear, query: str) -> None:
    assert full_year.browser("department_officer").get(f"/promises/?{query}").status_code == 422


def test_sorting_by_amount_puts_the_largest_project_first(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), "/promises/?sort=-amount&group=none")
    places = [page.index(f'href="/promises/projects/{ref}/"') for ref in ("P03", "P24", "P20", "P41")]
    assert places == sorted(places)


def test_the_view_by_money_lists_every_project_for_those_without_scripts(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), "/promises/?lens=money")
    assert page.count('<th scope="row"><a href="/promises/projects/') == 46
    block = page.split('id="treemap-data">')[1].split("</script>")[0]
    tiles = json.loads(block)["tiles"]
    assert sum(Decimal(tile["value"]) for tile in tiles) == Decimal("13074.48")


def test_an_unknown_year_is_missing(full_year: FullYear) -> None:
    assert full_year.browser("department_officer").get("/promises/?year=1999").status_code == 404


def test_the_project_page_explains_targets_and_names_findings(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), "/promises/projects/P36/")
    assert all(
        words in page for words in ("365.70", "&gt;12小时", "V03", "C02", "X12", "/promises/projects/P35/")
    )


def test_the_department_has_a_page_with_its_whole_budget(full_year: FullYear) -> None:
    page = text(full_year.browser("supervisor"), "/promises/projects/D/")
    assert "15,074.16" in page
    assert "D16" in page
    assert "Cannot be traced" in page


def test_the_promise_page_keeps_the_printed_text_and_says_what_is_wrong(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), "/promises/P36-1/")
    assert all(words in page for words in ("&gt;12小时", "≤12小时", "Lower is better", "V03", "P36#2"))
    assert "Nothing proves this promise yet" in page


def test_every_promise_has_a_page(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    slugs = [promise.ref.replace("#", "-") for promise in board(full_year.year).promises][::7]
    assert [slug for slug in slugs if browser.get(f"/promises/{slug}/").status_code != 200] == []


def test_an_unclear_operator_is_told_and_not_guessed() -> None:
    explained = explain("《2小时", "修复时间")
    assert any("≤" in str(value) and "<" in str(value) for _term, value in explained.rows)


def test_a_composite_value_is_explained_part_by_part() -> None:
    assert len(explain("在国产化环境下,简单查询≤3S,复杂查询≤5S", "查询速度").parts) == 2


def test_the_api_gives_the_totals_and_one_promise(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    totals = browser.get("/api/v1/promises/board").json()
    assert (totals["promises"], totals["projects"], Decimal(totals["amount"])) == (
        306,
        46,
        Decimal("13074.48"),
    )
    one = browser.get("/api/v1/promises/indicators/P36-1").json()
    assert (one["annual_raw"], one["verdict"]) == (">12小时", "unproven")
    assert {"V03", "C02"} <= {finding["code"] for finding in one["findings"]}
    assert browser.get("/api/v1/promises/indicators/P99-1").status_code == 404
