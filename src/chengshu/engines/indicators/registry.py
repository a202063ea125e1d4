"""The definitions known to this installation, and the numbers that somebody wants kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.linting import lint
from chengshu.engines.indicators.results import Use, Wanted
from chengshu.foundation.errors import Missing

_registered: dict[tuple[str, str], IndicatorDefinition] = {}
_wanted: dict[str, Callable[[], Iterable[Wanted]]] = {}
_uses: dict[str, Callable[[str], Iterable[Use]]] = {}


def register_indicators(*definitions: IndicatorDefinition) -> None:
    """Make definitions known; called by a scene's ``indicators.py``.

    :raises ValueError: if one is wrong in itself, or its name and version are taken by another
    """
    for definition in definitions:
        if problems := lint(definition):
            told = "; ".join(f"{problem.code}: {problem.message}" for problem in problems)
            raise ValueError(f"indicator {definition.name} {definition.version}: {told}")
        key = (definition.name, definition.version)
        if key in _registered and _registered[key].digest != definition.digest:
            raise ValueError(f"indicator {definition.name} {definition.version} is registered twice")
        _require_apart(definition)
        _registered[key] = definition


def _require_apart(definition: IndicatorDefinition) -> None:
    """Two versions of one name are never in force on the same day."""
    for other in versions_of(definition.name):
        later, earlier = sorted((definition, other), key=lambda each: each.valid_from, reverse=True)
        if other.version != definition.version and earlier.is_in_force(later.valid_from):
            raise ValueError(
                f"indicator {definition.name}: versions {earlier.version} and {later.version} are both in force"
                f" on {later.valid_from}"
            )


def withdraw_indicators(*definitions: IndicatorDefinition) -> None:
    """Make definitions unknown again; their observations stay."""
    for definition in definitions:
        _registered.pop((definition.name, definition.version), None)


def definitions() -> tuple[IndicatorDefinition, ...]:
    """Every known definition, by name and version."""
    return tuple(definition for _key, definition in sorted(_registered.items(), key=lambda item: item[0]))


def versions_of(name: str) -> tuple[IndicatorDefinition, ...]:
    """The versions of one indicator, oldest first."""
    found = [each for (known, _version), each in _registered.items() if known == name]
    return tuple(sorted(found, key=lambda each: (each.valid_from, each.version)))


def definition(name: str, version: str = "") -> IndicatorDefinition:
    """One definition; without a version the latest.

    :raises Missing: if there is none
    """
    found = [each for each in versions_of(name) if version in ("", each.version)]
    if not found:
        raise Missing(
            _("There is no indicator “%(name)s”.") % {"name": f"{name} {version}".strip()},
            code="indicators.missing",
            hint=_("Choose one from the list of indicators."),
        )
    return found[-1]


def in_force(name: str, on: date) -> IndicatorDefinition | None:
    """The version of an indicator in force on a day."""
    return next((each for each in versions_of(name) if each.is_in_force(on)), None)


def register_wanted(name: str, wanted: Callable[[], Iterable[Wanted]]) -> None:
    """Have the periodic refresh keep more numbers up to date.

    :param name: of who wants them; registering it again replaces
    :param wanted: asked at every refresh, as the platform
    """
    _wanted[name] = wanted


def all_wanted() -> Iterator[Wanted]:
    """What everybody above the engine wants now."""
    for ask in _wanted.values():
        yield from ask()


def register_uses(name: str, uses: Callable[[str], Iterable[Use]]) -> None:
    """Have the page of an indicator tell what it leads to.

    :param name: of who uses them; registering it again replaces
    :param uses: from the name of an indicator to what it is used for, as far as the asker may see it
    """
    _uses[name] = uses


def uses_of(indicator: str) -> tuple[Use, ...]:
    """What everybody above the engine uses an indicator for."""
    return tuple(use for ask in _uses.values() for use in ask(indicator))
