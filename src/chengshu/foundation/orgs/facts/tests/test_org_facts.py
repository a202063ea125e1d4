"""The base data of the organisation: a closed tree of units and posts, without persons."""

from __future__ import annotations

from collections import Counter

from chengshu.foundation.codes import division_code
from chengshu.foundation.orgs.facts import OrgFact, load
from chengshu.foundation.orgs.models import RoleReach, UnitKind
from chengshu.foundation.orgs.roles import declared_roles


def by_key() -> dict[str, OrgFact]:
    return {fact.key: fact for fact in load()}


def test_keys_are_unique_and_short_enough_for_their_column() -> None:
    keys = [fact.key for fact in load()]
    assert len(keys) == len(set(keys))
    assert max(len(key) for key in keys) <= 60
    assert all(key.replace("-", "").isalnum() and key.islower() for key in keys)


def test_the_tree_is_closed_has_one_root_and_no_cycle() -> None:
    seen: set[str] = set()
    for fact in load():
        assert fact.parent in seen or fact.key == "nansha"
        seen.add(fact.key)
    assert [fact.key for fact in load() if not fact.parent] == ["nansha"]


def test_every_fact_has_a_known_kind_a_name_and_a_source() -> None:
    for fact in load():
        assert fact.kind in UnitKind.values
        assert fact.name
        assert fact.short_name
        assert fact.source


def test_codes_are_valid_unique_and_follow_the_tree() -> None:
    units = by_key()
    coded = [fact for fact in units.values() if fact.code]
    assert len({fact.code for fact in coded}) == len(coded)
    for fact in coded:
        if fact.parent:
            above = division_code(fact.code).parent
            assert above is not None
            assert above.value == units[fact.parent].code


def test_there_are_ten_towns_and_streets_and_all_villages() -> None:
    kinds = Counter(fact.kind for fact in load())
    assert (kinds["street"], kinds["town"], kinds["village"], kinds["community"]) == (4, 6, 128, 44)


def test_only_the_new_street_has_an_unverified_code() -> None:
    unverified = [fact.short_name for fact in load() if fact.code and not fact.verified]
    assert unverified == ["港湾街道"]


def test_the_three_budget_units_of_the_bureau_are_there() -> None:
    sub_units = [fact.short_name for fact in load() if fact.kind == "sub_unit"]
    assert sub_units == ["局本级", "区政务中心", "区城运中心"]


def test_the_bureau_is_found_by_its_older_name_and_as_approval_body() -> None:
    names = {alias.name: alias for alias in by_key()["data-bureau"].aliases}
    assert names["广州市南沙区政务服务数据管理局"].valid_to is not None
    assert names["广州南沙经济技术开发区行政审批局"].valid_to is None


def test_no_name_stands_for_two_units_of_the_same_level() -> None:
    names = Counter(
        (fact.parent, name) for fact in load() for name in (fact.name, *(a.name for a in fact.aliases))
    )
    assert max(names.values()) == 1


def test_posts_carry_declared_roles_and_known_reaches() -> None:
    roles = {role.key for role in declared_roles()}
    posts = [post for fact in load() for post in fact.posts]
    assert {role for post in posts for role in post.roles} <= roles
    assert {post.reach for post in posts} <= set(RoleReach.values)


def test_the_three_administrators_and_the_reviewing_bureaus_have_their_posts() -> None:
    units = by_key()
    keys = {
        key: {post.key for post in units[key].posts}
        for key in ("data-bureau", "finance-bureau", "audit-bureau")
    }
    assert {"system_administrator", "security_administrator", "audit_administrator"} <= keys["data-bureau"]
    assert "finance_reviewer" in keys["finance-bureau"]
    assert "supervisor" in keys["audit-bureau"]


def test_villages_have_everyday_names() -> None:
    units = by_key()
    assert units["village-440115104218"].short_name == "上村"
    assert units["village-440115001200"].short_name == "大岭界村"
    assert units["community-440115001008"].short_name == "金隆社区"
