"""Founding, renaming, moving and closing units, and what it does to names and powers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.utils import timezone

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.identity.models import Session
from chengshu.foundation.identity.sessions import open_session
from chengshu.foundation.orgs import actions
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Appointment, Unit
from chengshu.foundation.orgs.powers import powers_of
from chengshu.foundation.orgs.queries import Branch, tree, unit_by_name
from chengshu.foundation.testing.personas import TERMINAL, Cast

Ask = Callable[[str], AbstractContextManager[None]]
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _base_data(db: None) -> None:
    load_base_data()


def unit(key: str) -> Unit:
    return Unit.objects.get(key=key)


def names(branches: list[Branch]) -> set[str]:
    return {name for one in branches for name in ({one.name} | names(one.children))}


def test_a_unit_is_not_renamed_by_its_head(as_persona: Ask) -> None:
    with pytest.raises(Refused), as_persona("unit_head"):
        actions.rename_unit(unit=unit("service-centre"), name="新名称", starts_on=TODAY)


def test_a_renamed_unit_is_found_by_every_name_it_had(as_persona: Ask) -> None:
    bureau = unit("data-bureau")
    before = bureau.name
    with as_persona("security_administrator"):
        actions.rename_unit(unit=bureau, name="广州市南沙区数据局", starts_on=TODAY)
    for name in ("广州市南沙区数据局", before, "广州市南沙区政务服务数据管理局"):
        assert unit_by_name(name) == bureau
    assert before in names(tree(TODAY - DAY))
    assert before not in names(tree(TODAY))


def test_the_bureau_carries_its_former_name_before_the_reform() -> None:
    assert "广州市南沙区政务服务数据管理局" in names(tree(date(2023, 6, 1)))
    assert "广州市南沙区政务服务和数据管理局" in names(tree(TODAY))


def test_searching_finds_a_former_name_and_shows_what_stands_above() -> None:
    found = tree(TODAY, search="行政审批局")
    assert [one.unit.key for one in found] == ["nansha"]
    assert [one.unit.key for one in found[0].children] == ["data-bureau"]
    assert found[0].children[0].also == "广州南沙经济技术开发区行政审批局"


def test_a_second_renaming_cannot_begin_before_the_first() -> None:
    bureau = unit("data-bureau")
    actions.rename_unit(unit=bureau, name="甲局", starts_on=TODAY)
    with pytest.raises(InvalidInput) as caught:
        actions.rename_unit(unit=bureau, name="乙局", starts_on=TODAY)
    assert caught.value.field == "starts_on"


def test_a_unit_cannot_stand_below_itself() -> None:
    with pytest.raises(Conflict):
        actions.move_unit(unit=unit("data-bureau"), parent=unit("service-centre"), reason="机构改革")


def test_a_moved_unit_takes_its_subtree_and_changes_who_reaches_it(cast: Cast) -> None:
    centre, finance = unit("service-centre"), unit("finance-bureau")
    section = actions.create_unit(parent=centre, key="window-section", kind="section", name="窗口科")
    head = cast["department_head"].account
    session, _token = open_session(head, TERMINAL, second_factor=True)
    assert {centre.pk, section.pk} <= set(powers_of(head.pk, TODAY).units["promises.view"])
    actions.move_unit(unit=centre, parent=finance, reason="机构改革")
    section.refresh_from_db()
    assert section.path == f"{finance.path}service-centre/window-section/"
    assert not {centre.pk, section.pk} & set(powers_of(head.pk, TODAY).units["promises.view"])
    assert Session.objects.get(pk=session.pk).end_reason == "powers"


def test_a_unit_with_open_units_below_is_not_closed() -> None:
    with pytest.raises(Conflict) as caught:
        actions.close_unit(unit=unit("data-bureau"), on=TODAY, reason="撤销")
    assert caught.value.code == "unit_has_children"


def test_a_closed_unit_ends_its_posts_and_takes_no_new_ones(cast: Cast) -> None:
    section = actions.create_unit(
        parent=unit("service-centre"), key="old-section", kind="section", name="旧科"
    )
    post = actions.create_post(unit=section, key="clerk", title="办事员")
    account = cast["resident"].account
    held = actions.appoint(account=account, post=post, starts_on=TODAY - DAY, ends_on=None)
    actions.close_unit(unit=section, on=TODAY - DAY, reason="撤销")
    assert Appointment.objects.get(pk=held.pk).ends_on == TODAY - DAY
    with pytest.raises(Conflict):
        actions.create_post(unit=section, key="new", title="新岗")
    with pytest.raises(Conflict):
        actions.appoint(account=account, post=post, starts_on=TODAY, ends_on=None)
    with pytest.raises(Conflict):
        actions.create_unit(parent=section, key="below", kind="section", name="下级")
    assert unit_by_name("旧科") == section
    assert "旧科" not in names(tree(TODAY))
    assert "旧科" in names(tree(TODAY, closed=True))


@pytest.mark.parametrize("key", ["", "Upper", "a/b", "nansha", "a--b", "x" * 61])
def test_a_key_that_would_break_the_tree_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        actions.create_unit(parent=unit("nansha"), key=key, kind="bureau", name="某局")
    assert caught.value.field == "key"


def test_a_closed_post_ends_its_appointments(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast["unit_officer"].account)
    actions.close_post(post=held.post, on=TODAY, reason="撤岗")
    assert Appointment.objects.get(pk=held.pk).ends_on == TODAY
