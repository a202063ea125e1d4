"""The named indicators of the platform that can prove a promise, with the version of how each is computed.

Whoever computes one registers it at start: an app above the engines, for what its engine counts. Until then a
promise can be bound to a post that attests it. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words


@dataclass(frozen=True, slots=True)
class PlatformIndicator:
    """One number the platform can compute from its own records.

    :param name: stable, such as ``hotline.closed_orders``
    :param version: of the way it is computed; a change of meaning is a new version
    :param unit: canonical symbol of the number's unit, empty for none
    :param parameters: the names that a binding may set, with what they mean
    """

    name: str
    version: str
    title: Words
    unit: str = ""
    parameters: Mapping[str, Words] | None = None


_registered: dict[tuple[str, str], PlatformIndicator] = {}


def register(indicator: PlatformIndicator) -> PlatformIndicator:
    """Make an indicator known.

    :raises ValueError: if this name and version is taken by another one
    """
    key = (indicator.name, indicator.version)
    if _registered.get(key, indicator) != indicator:
        raise ValueError(f"{indicator.name} {indicator.version} is registered twice")
    _registered[key] = indicator
    return indicator


def withdraw(indicator: PlatformIndicator) -> None:
    """Make an indicator unknown again; bindings to it stay and are refused new values."""
    _registered.pop((indicator.name, indicator.version), None)


def registered() -> tuple[PlatformIndicator, ...]:
    """Every known indicator, by name and version."""
    return tuple(indicator for _key, indicator in sorted(_registered.items()))


def find(name: str, version: str) -> PlatformIndicator:
    """The indicator with this name and version.

    :raises InvalidInput: if there is none; names the versions that exist
    """
    if found := _registered.get((name, version)):
        return found
    versions = sorted(known for known_name, known in _registered if known_name == name)
    if versions:
        raise InvalidInput(
            _("The platform's indicator “%(name)s” has no version “%(version)s”.")
            % {"name": name, "version": version},
            field="source_version",
            code="binding.no_such_version",
            hint=_("Choose one of: %(versions)s.") % {"versions": ", ".join(versions)},
            data={"versions": versions},
        )
    raise InvalidInput(
        _("The platform has no indicator “%(name)s” yet.") % {"name": name},
        field="source_name",
        code="binding.no_such_indicator",
        hint=_("Bind the promise to a post that attests it until the platform can compute it."),
        data={"known": sorted({known for known, _version in _registered})},
    )


def require_parameters(indicator: PlatformIndicator, given: Mapping[str, object]) -> None:
    """:raises InvalidInput: if a parameter is given that the indicator does not know"""
    known = set(indicator.parameters or {})
    if unknown := sorted(set(given) - known):
        raise InvalidInput(
            _("The indicator “%(name)s” has no parameter %(unknown)s.")
            % {"name": indicator.name, "unknown": ", ".join(unknown)},
            field="parameters",
            code="binding.parameter",
            hint=_("Its parameters are: %(known)s.") % {"known": ", ".join(sorted(known)) or "—"},
            data={"unknown": unknown, "known": sorted(known)},
        )
