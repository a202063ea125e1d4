"""Filters say what they do not know."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.filters import Filters, lookup


class UnitFilters(Filters):
    kind: str | None = lookup("kind")
    since: date | None = lookup("valid_from__gte")


@pytest.mark.parametrize("query", ["kinds=x", "kind=x&order=1", "__proto__=1", "unit__password=1", "%00=1"])
def test_an_unknown_filter_is_named_with_those_that_exist(query: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        UnitFilters.from_query(QueryDict(query))
    assert refusal.value.code == "unknown_filter"
    assert refusal.value.data == {"known": ["kind", "since"]}


def test_a_value_that_cannot_be_understood_is_named() -> None:
    with pytest.raises(InvalidInput) as refusal:
        UnitFilters.from_query(QueryDict("since=yesterday"))
    assert (refusal.value.field, refusal.value.code) == ("since", "filter_value")


def test_empty_values_and_what_tables_add_are_no_filters() -> None:
    filters = UnitFilters.from_query(QueryDict("kind=&since=2024-01-31&sort=-name&cursor=x&density=compact"))
    assert filters.lookups() == {"valid_from__gte": date(2024, 1, 31)}
