"""Desk, people and events for the tests of this scene, made the way people make them."""

from __future__ import annotations

from datetime import date
from typing import Any

from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Post, Role, RoleReach, Unit
from chengshu.foundation.testing.personas import PASSWORD, Persona
from chengshu.scenes.command.actions import begin_handling, grade_event, report_event, verify_event
from chengshu.scenes.command.facts import CENTRE
from chengshu.scenes.command.models import CityEvent


def unit(key: str = CENTRE) -> Unit:
    if not Unit.objects.filter(key=key).exists():
        load_base_data()
    return Unit.objects.get(key=key)


def person(role: str = "duty_officer", number: int = 1, at: str = CENTRE) -> Persona:
    """An account at a post of a unit with this role; the same one for the same number."""
    name = f"{role}.{at}.{number}".replace("_", "-")
    known = Account.objects.filter(username=name).first()
    if known is not None:
        return Persona(name, known)
    where = unit(at)
    post = Post.objects.filter(unit=where, key=f"test-{role}").first()
    if post is None:
        post = create_post(unit=where, key=f"test-{role}", title=role)
        assign_role(post=post, role=Role.objects.get(key=role), reach=RoleReach.OWN)
    account = open_account(username=name, title=f"值班岗{number}", password=PASSWORD, must_change=False)
    appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return Persona(name, account)


def leader(number: int = 1) -> Persona:
    return person("duty_leader", number)


def event(at: Unit | None = None, **more: Any) -> CityEvent:
    given: dict[str, Any] = {"title": "港前大道水管爆裂", "kind": "city.facility", "place": "港前大道"}
    return report_event(unit=at or unit(), **{**given, **more})


def handled(**more: Any) -> CityEvent:
    """An event that is verified, graded and being handled."""
    row = verify_event(event=event(**more))
    grade_event(event=row, grade="4", reason="影响范围小")
    return begin_handling(event=row, note="水务部门抢修")
