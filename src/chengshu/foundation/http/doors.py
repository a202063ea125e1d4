"""Doors: every route says who may come in. A route without one does not start (a contract test sees to it).

A door is a permission's name, or one of :class:`Door`. It guards reading; what a page or endpoint writes is guarded
again by its action.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, registered_actions, require
from chengshu.foundation.asking import Asker, after_rollback, current_asker
from chengshu.foundation.audit import chain
from chengshu.foundation.errors import ChengshuError, NotSignedIn, Refused, Words

View = TypeVar("View", bound=Callable[..., Any])


class Door(Enum):
    PUBLIC = "public"
    """Anybody, signed in or not."""
    SIGNED_IN = "signed_in"
    """Anybody with an account."""


class PasswordChangeNeeded(Refused):
    """The account must set a new password before it does anything else."""

    default_code = "password_change_needed"


_doors: dict[str, tuple[str | Door, Words]] = {}


def door(
    opens: str | Door, *, title: Words = "", while_password_expired: bool = False
) -> Callable[[View], View]:
    """Guard a view or an endpoint.

    :param opens: the permission that opens it, or a :class:`Door`
    :param title: what the permission lets one see, for people; needed once per permission
    :param while_password_expired: also open to an account that must change its password first
    :raises NotSignedIn: if nobody is signed in and the door is not public
    :raises Refused: if the permission is not held anywhere; the refusal is audited
    """

    def decorate(view: View) -> View:
        if isinstance(opens, str):
            known = _doors.get(opens)
            _doors[opens] = (opens, title or (known[1] if known else ""))

        def pass_door() -> Asker:
            return knock(opens, while_password_expired=while_password_expired)

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            pass_door()
            return view(request, *args, **kwargs)

        guarded.door = opens  # type: ignore[attr-defined]
        guarded.knock = pass_door  # type: ignore[attr-defined]
        guarded.__signature__ = _resolved(view)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def _resolved(view: Callable[..., Any]) -> inspect.Signature:
    """The view's own signature with its annotations looked up where it stands: endpoints are read by theirs."""
    try:
        return inspect.signature(view, eval_str=True)
    except NameError:
        return inspect.signature(view)


def knock(opens: str | Door, *, while_password_expired: bool = False) -> Asker:
    """Insist that the present asker may pass; returns the asker."""
    asker = current_asker()
    if opens is Door.PUBLIC:
        return asker
    if not asker.is_signed_in:
        raise NotSignedIn(_("Sign in to continue."))
    if asker.must_change_password and not while_password_expired:
        raise PasswordChangeNeeded(_("Your password must be changed first."))
    if isinstance(opens, str):
        _require_audited(asker, opens)
    return asker


def read_permissions() -> dict[str, Words]:
    """Every permission that opens a page or an endpoint, with what it lets one see."""
    actions = registered_actions()
    return {
        name: title or (actions[name].title if name in actions else "")
        for name, (_opens, title) in _doors.items()
    }


def _require_audited(asker: Asker, permission: str) -> None:

    try:
        require(asker, permission, Reach.ANYWHERE)
    except ChengshuError as error:
        entry = chain.Entry.of(asker, permission, "refused", given={}, error=error)
        after_rollback(functools.partial(chain.append_alone, entry))
        raise
