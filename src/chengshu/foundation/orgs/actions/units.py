"""Units: founded, renamed, moved and closed. Old names and closed units stay findable."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.identity.sessions import end_sessions_of_posts
from chengshu.foundation.orgs.actions.posts import end_appointments_of_post
from chengshu.foundation.orgs.models import PostRole, RoleReach, Unit, UnitAlias, UnitKind

_KEY = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


@action(title=_("Found a unit"), at=lambda *, parent, **_rest: parent.pk)
def create_unit(
    *,
    parent: Unit,
    key: str,
    kind: str,
    name: str,
    short_name: str = "",
    name_en: str = "",
    code: str = "",
    starts_on: date | None = None,
    source: str = "",
) -> Unit:
    """Found a unit below another.

    :param key: stable and never shown, lower-case letters, digits and hyphens
    :param code: unified social credit or division code, not checked here: some units have none
    :raises InvalidInput: if the key, kind or name cannot be used
    :raises Conflict: if the unit above is closed
    """
    _check_key(key)
    if kind not in UnitKind.values or kind == UnitKind.DISTRICT:
        raise InvalidInput(_("Choose what kind of unit it is."), field="kind", code="unit_kind")
    _check_name(name)
    if parent.valid_to is not None:
        raise _closed(parent)
    unit = Unit(
        key=key,
        kind=kind,
        name=name.strip(),
        short_name=short_name.strip(),
        name_en=name_en.strip(),
        code=code.strip(),
        parent=parent,
        path=f"{parent.path}{key}/",
        valid_from=starts_on,
        source=source.strip(),
    )
    unit.save()
    _reach_changed([parent])
    return unit


def _check_key(key: str) -> None:
    if not _KEY.match(key) or len(key) > 60:
        raise InvalidInput(
            _("The key has lower-case letters, digits and hyphens only."),
            field="key",
            code="unit_key",
            hint=_("Such as: planning-bureau"),
        )
    if Unit.objects.filter(key=key).exists():
        raise InvalidInput(_("Another unit has this key."), field="key", code="unit_key_taken")


def _check_name(name: str) -> None:
    if not name.strip() or len(name.strip()) > 100:
        raise InvalidInput(_("Give the full name, at most 100 characters."), field="name", code="unit_name")


def _closed(unit: Unit) -> Conflict:
    return Conflict(
        _("“%(unit)s” is closed.") % {"unit": unit.name},
        code="unit_closed",
        hint=_("Choose a unit that still exists."),
    )


@action(title=_("Rename a unit"), at=lambda *, unit, **_rest: unit.pk)
def rename_unit(
    *, unit: Unit, name: str, starts_on: date, short_name: str = "", name_en: str = "", note: str = ""
) -> Unit:
    """Give a unit a new name from a day on; the former one stays as an alias that ends the day before.

    :raises InvalidInput: if the name is the present one or cannot be used
    :raises Conflict: if the unit is closed
    """
    _check_name(name)
    if unit.valid_to is not None:
        raise _closed(unit)
    if name.strip() == unit.name:
        raise InvalidInput(_("This is its name already."), field="name", code="unit_name_same")
    began = _name_began(unit)
    if began is not None and starts_on <= began:
        raise InvalidInput(
            _("Its present name is from %(day)s; the new one must begin later.") % {"day": began.isoformat()},
            field="starts_on",
            code="rename_order",
        )
    _keep_name(unit, began, starts_on - timedelta(days=1), note)
    unit.aliases.filter(name=name.strip(), valid_to=None).delete()
    unit.name, unit.short_name = name.strip(), short_name.strip()
    unit.name_en = name_en.strip() or unit.name_en
    unit.save()
    return unit


def _name_began(unit: Unit) -> date | None:
    """When the present name began: the day after the last former one ended, else when the unit did."""
    ended = unit.aliases.exclude(valid_to=None).order_by("valid_to").values_list("valid_to", flat=True).last()
    return ended + timedelta(days=1) if ended else unit.valid_from


def _keep_name(unit: Unit, began: date | None, last_day: date, note: str) -> None:
    alias = unit.aliases.filter(name=unit.name).first() or UnitAlias(unit=unit, name=unit.name)
    alias.note = note.strip()[:200]
    alias.valid_from, alias.valid_to = began, last_day
    alias.save()


@action(title=_("Add another name of a unit"), at=lambda *, unit, **_rest: unit.pk)
def add_alias(
    *, unit: Unit, name: str, note: str = "", starts_on: date | None = None, ends_on: date | None = None
) -> UnitAlias:
    """Note another name under which a unit is known, such as a printed short form.

    :raises InvalidInput: if the unit has that name already, or the days are in the wrong order
    """
    _check_name(name)
    if name.strip() == unit.name or unit.aliases.filter(name=name.strip()).exists():
        raise InvalidInput(_("The unit has this name already."), field="name", code="alias_known")
    if starts_on and ends_on and ends_on < starts_on:
        raise InvalidInput(_("The last day is before the first."), field="ends_on", code="day_order")
    alias = UnitAlias(unit=unit, name=name.strip(), note=note.strip(), valid_from=starts_on, valid_to=ends_on)
    alias.save()
    return alias


@action(title=_("Move a unit"), at=Reach.EVERYWHERE)
def move_unit(*, unit: Unit, parent: Unit, reason: str) -> Unit:
    """Put a unit with everything below it under another one; whoever reaches either subtree reaches differently now.

    :raises Conflict: if it would stand below itself, is the root, or the new place is closed
    """
    if unit.parent is None or parent.path.startswith(unit.path):
        raise Conflict(
            _("“%(unit)s” cannot stand there: a unit is never below itself.") % {"unit": unit.name},
            code="unit_circle",
        )
    if parent.valid_to is not None:
        raise _closed(parent)
    if not reason.strip():
        raise InvalidInput(
            _("Say why, such as the number of the decision."), field="reason", code="reason_missing"
        )
    former, old_path = unit.parent, unit.path
    unit.parent = parent
    new_path = f"{parent.path}{unit.key}/"
    for below in Unit.objects.filter(path__startswith=old_path).exclude(pk=unit.pk):
        below.path = new_path + below.path.removeprefix(old_path)
        below.save()
    unit.path = new_path
    unit.save()
    _reach_changed([former, parent])
    return unit


@action(title=_("Close a unit"), at=lambda *, unit, **_rest: unit.pk)
def close_unit(*, unit: Unit, on: date, reason: str) -> Unit:
    """Close a unit after a day: its posts close and their appointments end with it; its records stay.

    :param on: the last day
    :raises Conflict: if it is closed already or units below it are not
    """
    if unit.valid_to is not None:
        raise _closed(unit)
    if unit.children.filter(valid_to=None).exists():
        raise Conflict(
            _("Units below it are still open."),
            code="unit_has_children",
            hint=_("Close or move them first."),
        )
    if not reason.strip():
        raise InvalidInput(
            _("Say why, such as the number of the decision."), field="reason", code="reason_missing"
        )
    if unit.valid_from is not None and on < unit.valid_from:
        raise InvalidInput(_("The last day is before the first."), field="on", code="day_order")
    for post in unit.posts.filter(closed_on=None):
        end_appointments_of_post(post, on)
        post.closed_on = on
        post.save()
    unit.valid_to = on
    unit.save()
    return unit


def _reach_changed(units: list[Unit]) -> None:
    """End the sessions of those whose reach holds one of these units: they sign in to their new powers."""
    above = {unit.path[: end + 1] for unit in units for end, sign in enumerate(unit.path) if sign == "/"}
    reaching = PostRole.objects.filter(reach=RoleReach.SUBTREE, post__unit__path__in=above)
    end_sessions_of_posts(reaching.values_list("post_id", flat=True))
