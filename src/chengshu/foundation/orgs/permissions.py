"""What a permission is called: the titles of actions and doors, for pages that show powers to people."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, registered_actions
from chengshu.foundation.errors import Words
from chengshu.foundation.http.doors import read_permissions
from chengshu.foundation.orgs.roles import declared_roles


@dataclass(frozen=True)
class Permission:
    """One power that a role may carry.

    :param writes: whether it lets one change something, or only see it
    """

    name: str
    title: Words
    app: str
    app_title: Words
    writes: bool


def known_permissions() -> dict[str, Permission]:
    """Every permission of the installed apps by name: of actions that need one, and of doors.

    An action that anybody may do with what is theirs is among them when roles carry it: then it needs the power too.
    """
    titles = dict(read_permissions())
    carried = {permission for role in declared_roles() for permission in role.permissions}
    writing = {
        action.name: action.title
        for action in registered_actions().values()
        if action.at not in (Reach.ANYONE, Reach.SELF) or action.name in carried
    }
    return {
        name: _permission(name, permission_title(name), name in writing)
        for name in sorted({*titles, *writing})
    }


def permission_title(name: str) -> Words:
    """What people call a permission or an action; its name when nobody titled it."""
    action = registered_actions().get(name)
    if action is not None:
        return action.title
    if title := read_permissions().get(name):
        return title
    app, _dot, verb = name.partition(".")
    return _("See: %(app)s") % {"app": _app_title(app)} if verb == "view" else name


def _permission(name: str, title: Words, writes: bool) -> Permission:
    app = name.partition(".")[0]
    return Permission(name, title, app, _app_title(app), writes)


def _app_title(app: str) -> Words:
    config = next((one for one in apps.get_app_configs() if one.label == app), None)
    return config.verbose_name if config else app
