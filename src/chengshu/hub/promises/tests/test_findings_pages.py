"""The report of findings and the catalogue of rules."""

from __future__ import annotations

import pytest
from django.test import Client

from chengshu.hub.promises.lint import rules
from chengshu.hub.promises.models import FindingState
from chengshu.hub.promises.queries.findings import standing_findings
from chengshu.hub.promises.tests.board_world import FullYear

PAGE = "/promises/findings/"


def text(browser: Client, path: str = PAGE) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("query", ["severity=Z", "code=V99", "state=gone", "group=Q", "year=x"])
def test_a_filter_that_does_not_exist_is_refused(full_year: FullYear, query: str) -> None:
    assert full_year.browser("department_officer").get(f"{PAGE}?{query}").status_code == 422


def test_another_department_is_told_that_there_is_nothing(full_year: FullYear) -> None:
    assert "No tables have been imported yet" in text(full_year.browser("other_department_officer"))


def test_a_sub_unit_sees_the_findings_of_its_own_projects(full_year: FullYear) -> None:
    page = text(full_year.browser("unit_officer"))
    assert "P44" in page
    assert "P36" not in page


def test_a_finding_is_told_with_its_text_and_leads_to_its_promise(full_year: FullYear) -> None:
    page = text(full_year.browser("department_officer"), f"{PAGE}?project=P36&code=V03")
    assert 'href="/promises/P36-1/"' in page
    assert "V03" in page


def test_filters_narrow_and_pages_follow(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    total = standing_findings(full_year.year).filter(severity="E", state=FindingState.OPEN).count()
    page = text(browser, f"{PAGE}?severity=E")
    assert f"Rows 1–50 of {total}" in page
    assert f"Rows 51–100 of {total}" in text(browser, f"{PAGE}?severity=E&cursor=50")


def test_the_words_follow_the_reader(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    english = text(browser, f"{PAGE}?code=V03")
    answer = browser.get(f"{PAGE}?code=V03", headers={"accept-language": "zh-hans"})
    assert "Printed text" in english
    assert "Printed text" not in answer.content.decode()


def test_every_rule_stands_in_the_catalogue_with_what_it_rests_on(full_year: FullYear) -> None:
    page = text(full_year.browser("supervisor"), "/promises/rules/")
    assert all(f'id="{rule.code}"' in page for rule in rules())


def test_the_report_asks_the_database_a_fixed_number_of_times(
    full_year: FullYear, django_assert_max_num_queries: object
) -> None:
    browser = full_year.browser("department_officer")
    text(browser)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        text(browser)
