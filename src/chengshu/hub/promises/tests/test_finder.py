"""The finder: words and filters, facets, and pages that neither repeat nor lose a row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.promises.queries.finder import SORTS, Search, find_promises
from chengshu.hub.promises.queries.years import years
from chengshu.hub.promises.tests.board_world import FullYear


def refs(full_year: FullYear, **given: str) -> list[str]:
    return [row["ref"] for row in find_promises(full_year.year, Search.of(given), size=200).rows]


def test_a_sub_unit_finds_its_own_promises_only(full_year: FullYear) -> None:
    with full_year.as_persona("unit_officer"):
        found = find_promises(years()[0], Search())
    assert {row["form_ref"] for row in found.rows} == {"P44", "P45"}


@pytest.mark.parametrize(
    "given",
    [
        {"unit": "x"},
        {"verdict": "fine"},
        {"severity": "Q"},
        {"least": "viel"},
        {"most": "NaN"},
        {"sort": "name"},
    ],
)
def test_an_unreadable_filter_is_refused_with_its_field(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        Search.of(given)
    assert raised.value.field == next(iter(given))


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJBIiwiQiJd", "WyJQMDEiLCItMSJd", "%00", "漢"])
def test_a_page_marker_that_was_not_given_out_is_refused(full_year: FullYear, cursor: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        find_promises(full_year.year, Search(), cursor=cursor)
    assert raised.value.field == "cursor"


def test_the_page_says_what_cannot_be_read_and_keeps_the_words(full_year: FullYear) -> None:
    answer = full_year.browser("department_officer").get("/promises/find/?q=RTO&least=viel")
    assert answer.status_code == 422
    assert 'value="RTO"' in answer.content.decode()


def test_words_find_names_texts_projects_and_references(full_year: FullYear) -> None:
    assert refs(full_year, q="RTO") == ["D16", "P36#1"]
    assert refs(full_year, q="P36#1") == refs(full_year, q="p36-1") == ["P36#1"]
    assert len(refs(full_year, q="P36")) == 6
    assert refs(full_year, q="《2小时") == ["P21#5"]


def test_a_null_character_finds_nothing_and_breaks_nothing(full_year: FullYear) -> None:
    assert refs(full_year, q="RTO\x00") == ["D16", "P36#1"]


def test_rules_and_severities_narrow_to_promises_that_have_them(full_year: FullYear) -> None:
    assert "P36#1" in refs(full_year, code="V03", severity="E")
    assert refs(full_year, code="V03", severity="W") == []


def test_amounts_narrow_to_projects_in_between(full_year: FullYear) -> None:
    found = find_promises(full_year.year, Search.of({"least": "1,000", "most": "1200"}), size=200)
    assert {row["form_ref"] for row in found.rows} == {"P02", "P20"}


def test_facets_count_what_is_found(full_year: FullYear) -> None:
    found = find_promises(full_year.year, Search())
    assert found.total == sum(found.facets["family"].values()) == sum(found.facets["binding"].values()) == 306
    assert (found.facets["family"]["11"], found.facets["verdict"]) == (100, {"unproven": 306})


@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_neither_repeat_nor_lose_a_promise(full_year: FullYear, sort: str) -> None:
    seen: list[str] = []
    cursor = ""
    for _page in range(20):
        found = find_promises(full_year.year, Search(sort=sort), cursor=cursor, size=37, with_facets=False)
        seen += [row["ref"] for row in found.rows]
        cursor = found.next_cursor
        if not cursor:
            break
    assert (len(seen), len(set(seen))) == (306, 306)


def test_sorting_by_amount_really_sorts(full_year: FullYear) -> None:
    amounts = [row["amount"] for row in find_promises(full_year.year, Search(sort="-amount"), size=200).rows]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == Decimal("2666.83")


def test_the_list_of_the_api_pages_like_the_finder(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    first = browser.get("/api/v1/promises/indicators", {"q": "满意度", "size": 5}).json()
    second = browser.get(
        "/api/v1/promises/indicators", {"q": "满意度", "size": 5, "cursor": first["next"]}
    ).json()
    assert len(first["items"]) == len(second["items"]) == 5
    assert not {row["ref"] for row in first["items"]} & {row["ref"] for row in second["items"]}
    wrong = browser.get("/api/v1/promises/indicators", {"severity": "Q"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "severity")


def test_every_header_that_sorts_can_be_followed(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    statuses = {sort: browser.get("/promises/find/", {"sort": sort}).status_code for sort in SORTS}
    assert set(statuses.values()) == {200}


def test_what_was_found_leaves_as_a_table_within_scope(
    full_year: FullYear, signed_in: Callable[[str], Client]
) -> None:
    answer = signed_in("unit_officer").get("/export/promises.found/", {"format": "csv", "family": "11"})
    assert answer.status_code == 200
    text = b"".join(answer).decode("utf-8-sig")
    refs = [line.split(",")[0] for line in text.splitlines()[1:] if line]
    assert refs
    assert {ref.partition("#")[0] for ref in refs} <= {"P44", "P45"}
    assert signed_in("system_administrator").get("/export/promises.found/").status_code == 403
