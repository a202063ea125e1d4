"""Pages by cursor: nothing twice, nothing left out, whatever happens meanwhile."""

from __future__ import annotations

from datetime import date

import pytest

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.orgs.models import Unit

pytestmark = pytest.mark.usefixtures("few_units")


def add(key: str, name: str, valid_from: date | None = None) -> Unit:
    return Unit.objects.create(key=key, kind="section", name=name, path=f"test/{key}/", valid_from=valid_from)


@pytest.fixture
def few_units(db: None) -> None:
    """Seven units under ``test/`` with equal names and unknown dates among them."""
    from chengshu.foundation.action import Reach, action

    @action(title="fill", at=Reach.EVERYWHERE)
    def fill_for_test() -> None:
        days = (None, date(2020, 1, 1), None, date(2021, 1, 1), date(2020, 1, 1), date(2019, 5, 5), None)
        for number, day in enumerate(days):
            add(f"t{number}", f"name{number % 3}", day)

    from chengshu.foundation import action as actions

    try:
        fill_for_test()
    finally:
        actions._registry.pop("http.fill_for_test")


def rows():  # type: ignore[no-untyped-def]
    return Unit.objects.filter(path__startswith="test/")


@pytest.mark.parametrize(
    "order", [("name",), ("-name",), ("name", "-key"), ("-valid_from", "name"), ("valid_from",), ("-pk",)]
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_forwards_and_back_show_every_row_once_and_in_order(order: tuple[str, ...], size: int) -> None:
    last = (order[0].startswith("-") and "-pk") or "pk"
    expected = [unit.key for unit in rows().order_by(*order, last)]
    seen: list[str] = []
    page = paginate(rows(), order=order, size=size)
    assert page.previous == ""
    seen += [unit.key for unit in page.rows]
    while page.next:
        page = paginate(rows(), order=order, cursor=page.next, size=size)
        seen += [unit.key for unit in page.rows]
    assert seen == expected
    back = [unit.key for unit in page.rows]
    while page.previous:
        page = paginate(rows(), order=order, cursor=page.previous, size=size)
        back = [unit.key for unit in page.rows] + back
    assert back == expected


def test_rows_taken_away_neither_repeat_nor_shift_the_next_page() -> None:
    first = paginate(rows(), order=("key",), size=3)
    kept = rows().exclude(key__in=["t0", "t2"])
    second = paginate(kept, order=("key",), cursor=first.next, size=3)
    assert [unit.key for unit in second.rows] == ["t3", "t4", "t5"]
    assert second.previous


@pytest.mark.parametrize("cursor", ["x", "eyJ", "../..", "\x00", "é" * 50, "W10:1:a"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        paginate(rows(), order=("key",), cursor=cursor)
    assert (refusal.value.field, refusal.value.code) == ("cursor", "cursor")


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = paginate(rows(), order=("key",), size=2).next
    with pytest.raises(InvalidInput):
        paginate(rows(), order=("name",), cursor=cursor)


def test_a_page_is_never_larger_than_allowed() -> None:
    assert len(paginate(rows(), order=("key",), size=10**9).rows) == 7
    assert len(paginate(rows(), order=("key",), size=-5).rows) == 1
