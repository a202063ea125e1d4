"""Lists made from the catalogue, the open data, and their versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from chengshu.foundation.errors import Missing, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.matters import actions, lists
from chengshu.scenes.matters.models import ListVersion
from chengshu.scenes.matters.tests.builders import a_draft, in_force


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_somebody_without_the_power_makes_no_list(as_persona: Any) -> None:
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.make_list(kind="online")


def test_an_unknown_kind_is_missing() -> None:
    with pytest.raises(Missing):
        actions.make_list(kind="nothing")


def test_there_are_at_least_ten_kinds_with_keys_of_their_own() -> None:
    assert len({kind.key for kind in lists.KINDS}) == len(lists.KINDS) >= 10


def test_a_draft_stands_on_no_list() -> None:
    a_draft(labels=("at_once",))
    assert actions.make_list(kind="at_once").count == 0


def test_make_list_adds_a_version_only_when_something_changed() -> None:
    in_force("test.one", labels=("at_once",))
    first, again = actions.make_list(kind="at_once"), actions.make_list(kind="at_once")
    assert (first.pk, first.count) == (again.pk, 1)
    in_force("test.two", labels=("at_once",))
    second = actions.make_list(kind="at_once")
    difference = lists.compared(first.rows, second.rows)
    assert second.number == 2
    assert [row["local_code"] for row in difference.added] == ["test.two"]
    assert difference.removed == ()


def test_the_public_reads_lists_and_the_open_catalogue(anonymous: Client) -> None:
    in_force("test.one", labels=("at_once",))
    a_draft("test.draft")
    actions.make_list(kind="at_once")
    assert "测试许可" in anonymous.get("/matters/public/lists/at_once/").content.decode()
    told = json.loads(anonymous.get("/matters/public/matters.json").content)
    assert [one["local_code"] for one in told["matters"]] == ["test.one"]
    assert "test.draft" not in anonymous.get("/matters/public/matters.csv").content.decode()
    assert ListVersion.objects.count() == 1
