"""Reads of one shape: the rows of the query set that they were written from, whatever is asked and whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from chengshu.foundation.asking import asking, system
from chengshu.foundation.compiled import compiled, hand_out
from chengshu.foundation.http.actions import save_view
from chengshu.foundation.http.models import SavedView
from chengshu.foundation.orgs.models import Unit


def _below(parent_id: int, kind: str) -> QuerySet[Unit]:
    return (
        Unit.objects.select_related("parent")
        .prefetch_related("children")
        .filter(parent_id=parent_id, kind=kind)
        .order_by("id")
    )


@pytest.fixture
def asks(db: None) -> Any:
    with asking(system("test", "cli")):
        yield


def test_it_gives_the_rows_of_its_query_set_with_what_is_joined_and_prefetched(asks: None) -> None:
    rows = compiled(_below)
    asked = list(Unit.objects.exclude(parent=None).values_list("parent_id", "kind").distinct()[:8])
    assert len(asked) > 2
    for parent_id, kind in [*asked, (2**62, "none")]:
        plain, found = list(_below(parent_id, kind)), rows(parent_id, kind)
        assert found == plain
        with CaptureQueriesContext(connection) as queries:
            assert [
                (one.name, one.parent.name if one.parent else "", list(one.children.all())) for one in found
            ] == [
                (one.name, one.parent.name if one.parent else "", list(one.children.all())) for one in plain
            ]
        assert len(queries) == 0


def test_what_is_handed_out_is_what_would_be_prefetched(asks: None) -> None:
    parents = list(Unit.objects.filter(children__isnull=False).distinct().order_by("id")[:5])
    childless = Unit.objects.filter(children__isnull=True).order_by("id")[0]
    rows = [*parents, childless]
    wanted = [list(Unit.objects.get(pk=row.pk).children.all()) for row in rows]
    assert len(parents) > 1
    hand_out(rows, "children", Unit.objects.exclude(parent=None))
    with CaptureQueriesContext(connection) as queries:
        assert [list(row.children.all()) for row in rows] == wanted
        assert [len(row.children.all()) for row in rows] == [len(one) for one in wanted]
    assert len(queries) == 0
    hand_out([], "children", rows)


def test_it_describes_its_query_set_once(asks: None) -> None:
    described = []

    def named(name: str) -> QuerySet[Unit]:
        described.append(name)
        return Unit.objects.filter(name=name)[:1]

    rows = compiled(named)
    names = list(Unit.objects.order_by("id").values_list("name", flat=True)[:3])
    assert [[one.name for one in rows(name)] for name in names] == [[name] for name in names]
    assert rows("' OR true --") == []
    assert len(described) == 1


def test_rows_of_somebody_else_stay_unseen(as_persona: Callable[[str], Any], db: None) -> None:
    rows = compiled(lambda page: SavedView.objects.filter(page=page))
    with as_persona("reviewer"):
        save_view(name="v", page="/jobs/", query="a=b")
        assert [one.name for one in rows("/jobs/")] == ["v"]
    with as_persona("unit_officer"):
        assert rows("/jobs/") == []


def test_what_could_not_be_filled_in_is_refused(asks: None) -> None:
    for shape, value in (
        (lambda wanted: Unit.objects.filter(id__in=wanted), [1]),
        (lambda wanted: Unit.objects.filter(parent=wanted), None),
        (lambda wanted: Unit.objects.filter(name__contains=wanted), "a"),
        (lambda wanted: Unit.objects.all(), 1),
    ):
        with pytest.raises(TypeError):
            compiled(shape)(value)
    with pytest.raises(TypeError, match="by place"):
        compiled(_below)(parent_id=1, kind="section")


def test_it_asks_the_connection_of_whoever_calls(asks: None) -> None:
    rows = compiled(lambda number: Unit.objects.filter(pk=number))
    assert rows(2**40) == []
    with CaptureQueriesContext(connections["default"]) as queries:
        rows(2**40)
    assert len(queries) == 1
