"""The one write path.

An action is a keyword-only function under ``@action``. The decorator owns what no writer may forget: the
transaction, the permission, the database's write scope, the audit row and the events after commit. No parameter
switches any of them off; pages, the API, imports, jobs and commands call the same function.

The database holds its side: outside a running action every guarded table refuses to be written (``scope``).
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation import prepared
from chengshu.foundation.asking import EVERYWHERE, Asker, Units, after_rollback, current_asker
from chengshu.foundation.audit import chain, changes
from chengshu.foundation.errors import ChengshuError, NotSignedIn, Refused, Words

P = ParamSpec("P")
R = TypeVar("R")


class Reach(Enum):
    """Where a power is needed, when it is not one particular unit."""

    ANYONE = "anyone"
    """No power needed, not even an account: signing in."""
    SELF = "self"
    """Any signed-in person, for their own affairs: changing one's password."""
    ANYWHERE = "anywhere"
    """The permission held at some unit suffices."""
    EVERYWHERE = "everywhere"
    """The permission must be held for the whole district."""


At = Callable[..., "int | Reach"]


@dataclass(frozen=True)
class Action:
    """What is known of one action: the word that travels through every layer."""

    name: str
    app: str
    title: Words
    at: At | Reach
    function: Callable[..., Any]
    sensitive: frozenset[str]

    @property
    def verb(self) -> str:
        return self.name.partition(".")[2]

    def attempt(self, anything: Any) -> Any:
        """Perform it with ``anything`` for every required argument: what a stranger may try."""
        required = [
            p.name for p in inspect.signature(self.function).parameters.values() if p.default is p.empty
        ]
        return _perform(self, self.function, dict.fromkeys(required, anything))

    def where(self, arguments: dict[str, Any]) -> int | Reach:
        return self.at if isinstance(self.at, Reach) else self.at(**arguments)


_registry: dict[str, Action] = {}


def registered_actions() -> dict[str, Action]:
    """Every action of the installed apps by its name, such as ``promises.submit_form``."""
    return dict(_registry)


def action(
    *, title: Words, at: At | Reach, sensitive: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function an action named ``<app>.<function>``.

    :param title: what it does, for people
    :param at: the unit where the permission must be held, as a function of the arguments, or a :class:`Reach`
    :param sensitive: arguments whose values must never be written anywhere
    :raises Refused: when called by somebody without the permission there; the refusal is audited
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        app = function.__module__.split(".")[2]
        spec = Action(f"{app}.{function.__name__}", app, title, at, function, frozenset(sensitive))
        if any(p.kind is not p.KEYWORD_ONLY for p in inspect.signature(function).parameters.values()):
            raise TypeError(f"{spec.name}: an action takes keyword-only arguments")
        known = _registry.get(spec.name)
        if known is not None and known.function.__module__ != function.__module__:
            raise TypeError(f"{spec.name}: already an action of {known.function.__module__}")
        _registry[spec.name] = spec

        @functools.wraps(function)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{spec.name}: an action takes keyword-only arguments")
            return _perform(spec, function, dict(kwargs))

        return perform

    return decorate


def _perform(spec: Action, function: Callable[..., R], arguments: dict[str, Any]) -> R:
    asker = current_asker()
    given = {name: value for name, value in arguments.items() if name not in spec.sensitive}
    try:
        with prepared.undoable():
            place = spec.where(arguments)
            require(asker, spec.name, place)
            with _writing(spec, asker, place) as before, changes.collecting() as collected:
                result = function(**arguments)
            chain.append(
                chain.Entry.of(asker, spec.name, "done", changes=collected, given=given, result=result)
            )
            prepared.tell({"chengshu.action": before[0], "chengshu.write": before[1]})
            return result
    except BaseException as error:
        chain.forget_place()
        if isinstance(error, ChengshuError) and not getattr(error, "audited", False):
            error.audited = True  # type: ignore[attr-defined]
            outcome = "refused" if isinstance(error, Refused | NotSignedIn) else "failed"
            entry = chain.Entry.of(asker, spec.name, outcome, given=given, error=error)
            after_rollback(functools.partial(chain.append_alone, entry))
        raise


def require(asker: Asker, permission: str, place: int | Reach = Reach.ANYWHERE) -> None:
    """Insist that ``asker`` holds ``permission`` at ``place``.

    :raises NotSignedIn: if nobody is signed in
    :raises Refused: if the permission is not held there
    """
    if place is Reach.ANYONE or asker.is_system:
        return
    if not asker.is_signed_in:
        raise NotSignedIn(_("Sign in to continue."), hint=_("Your entries are kept while you sign in."))
    if place is Reach.SELF or _is_held(asker, permission, place):
        return
    raise Refused(
        _("You may not do this here: it needs the power “%(permission)s”.") % {"permission": permission},
        hint=_("Ask the security administrator of your unit for it, or someone who holds it to act."),
        data={"permission": permission},
    )


def _is_held(asker: Asker, permission: str, place: int | Reach) -> bool:
    if place is Reach.ANYWHERE:
        return asker.holds(permission)
    if isinstance(place, Reach):
        return asker.units(permission) == EVERYWHERE
    return asker.holds_at(permission, place)


_scope_now: ContextVar[tuple[str, str]] = ContextVar("writing", default=("", ""))
"""The running action and its write scope, as the database was told them."""


@contextmanager
def _writing(spec: Action, asker: Asker, place: int | Reach) -> Iterator[tuple[str, str]]:
    """Open the database for this action's app, for the units where the asker holds its permission.

    Gives what was open before. It is set again after the audit entry; when the action fails, undoing it does.
    """
    units: Units = asker.units(spec.name)
    if place in (Reach.ANYONE, Reach.SELF) and not units:
        units = frozenset()
    scope = json.dumps({spec.app: EVERYWHERE if units == EVERYWHERE else sorted(units)})
    before = _scope_now.get()
    prepared.tell({"chengshu.action": spec.name, "chengshu.write": scope})
    token = _scope_now.set((spec.name, scope))
    try:
        yield before
    finally:
        _scope_now.reset(token)
