"""Accounts for the posts of a unit that nobody holds."""

from __future__ import annotations

import pytest

from chengshu.foundation.errors import Missing
from chengshu.foundation.identity.first_accounts import open_vacant_posts
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import AdminKind, Appointment, Post, PostRole


def test_an_unknown_unit_opens_nothing(db: None) -> None:
    before = Account.objects.count()
    with pytest.raises(Missing) as caught:
        open_vacant_posts("no-such-unit")
    assert caught.value.code == "identity.no_such_unit"
    assert Account.objects.count() == before


def test_no_administrator_is_among_them(db: None) -> None:
    open_vacant_posts("data-bureau")
    administering = PostRole.objects.exclude(role__admin_kind=AdminKind.NONE)
    assert administering.filter(post__unit__key="data-bureau").exists()
    assert not Appointment.objects.filter(post__in=administering.values("post")).exists()


def test_every_other_post_is_held_by_an_account_that_must_change_its_password(db: None) -> None:
    opened = open_vacant_posts("service-centre")
    posts = Post.objects.filter(unit__key="service-centre")
    assert {account.username for account in opened} == {
        f"service-centre.{post.key}".replace("_", "-") for post in posts
    }
    assert all(Account.objects.get(username=account.username).must_change_password for account in opened)


def test_a_second_time_there_is_nothing_to_do(db: None) -> None:
    assert open_vacant_posts("service-centre")
    assert open_vacant_posts("service-centre") == []
