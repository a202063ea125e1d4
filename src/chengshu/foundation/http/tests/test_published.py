"""The stamp of what is published: nobody sets it, every change makes it new, and what was rolled back is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from chengshu.foundation import published
from chengshu.foundation.asking import asking, system
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Cast


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rename(key: str, name: str) -> None:
    """As the owner of the tables would: the stamp does not ask who."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chengshu.action', 'test.rename', true)")
        cursor.execute("UPDATE orgs_unit SET name = %s WHERE key = %s", [name, key])
        cursor.execute("SELECT set_config('chengshu.action', '', true)")


def test_nobody_sets_the_stamp(cast: Cast) -> None:
    before = published.stamp()
    with asking(system("test", "cli")), connection.cursor() as cursor:
        cursor.execute("UPDATE http_publishedstamp SET value = gen_random_uuid()")
        assert cursor.rowcount == 0
    assert published.stamp() == before


def test_what_was_read_is_used_until_something_is_published(cast: Cast) -> None:
    asked = []

    @published.while_published
    def name_of(key: str) -> str:
        asked.append(key)
        return Unit.objects.get(key=key).name

    names = [name_of("data-bureau"), name_of("data-bureau"), name_of("finance-bureau")]
    assert asked == ["data-bureau", "finance-bureau"]
    assert names[0] == names[1] != names[2]
    rename("data-bureau", "改名局")
    assert name_of("data-bureau") == "改名局"


def test_what_was_read_in_a_transaction_that_failed_is_not_used(cast: Cast) -> None:
    @published.while_published
    def name() -> str:
        return Unit.objects.get(key="data-bureau").name

    before = name()
    with undone():
        rename("data-bureau", "改名局")
        assert name() == "改名局"
    assert name() == before
    rename("data-bureau", "另一名局")
    assert name() == "另一名局", "a change after the failed one has another stamp than that"


def test_what_one_connection_prepared_outlives_a_failed_transaction(cast: Cast) -> None:
    def ask() -> Any:
        return list(Unit.objects.filter(key="data-bureau").values_list("id"))

    for _time in range(4):
        ask()
    with undone():
        published.stamp()
    assert ask()
    assert published.stamp(), "neither Django's statements nor ours were given up"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%orgs_unit%'")
        assert cursor.fetchone()[0] > 0
