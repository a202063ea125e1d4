"""Every action is named, granted and tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chengshu import settings as settings_module
from chengshu.foundation.action import Action, Reach, registered_actions
from chengshu.foundation.manifest import modules
from chengshu.foundation.orgs.roles import declared_roles

PACKAGE = Path(settings_module.__file__).parent
ROOT = PACKAGE.parents[1]
SYSTEM_ONLY = {
    "orgs.load_base_data": "loading base data is the operator's, at the console",
    "files.purge_uploads": "the worker clears uploads that nobody went on with",
}
"""Actions that no role carries, with the reason: only the platform itself performs them."""


def _tests_of(app: str) -> str:
    folder = next(Path(module.path) for module in modules() if module.label == app)
    sources = [*folder.rglob("tests/**/*.py"), *(ROOT / "tests").rglob("*.py")]
    return "\n".join(source.read_text(encoding="utf-8") for source in sources)


@pytest.mark.parametrize("action", registered_actions().values(), ids=lambda a: a.name)
def test_an_action_is_a_verb_with_a_title_and_a_test(action: Action) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", action.verb)
    assert not re.match(r"(check|handle|process|manage|do)_", action.verb), "name what it does"
    assert str(action.title)
    assert re.search(rf"\b{action.verb}\b", _tests_of(action.app)), f"no test speaks of {action.name}"


def test_every_action_is_carried_by_a_role_or_excused() -> None:
    granted = {permission for role in declared_roles() for permission in role.permissions}
    needing = {a.name for a in registered_actions().values() if a.at not in (Reach.ANYONE, Reach.SELF)}
    assert needing - granted - set(SYSTEM_ONLY) == set()


def test_no_excuse_is_stale() -> None:
    granted = {permission for role in declared_roles() for permission in role.permissions}
    assert {name for name in SYSTEM_ONLY if name in granted or name not in registered_actions()} == set()
