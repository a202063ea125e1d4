"""The named indicators of the platform that can prove a promise, with the version of how each is computed.

Every definition of the indicator engine is one. An app of the hub may register others that it computes itself; until
there is one, a promise can be bound to a post that attests it. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import definitions
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.evaluation.measures import Kind, Measure
from chengshu.hub.promises.measured import value_unit
from chengshu.hub.promises.targets import Dimension
from chengshu.hub.promises.targets.lexicon import unit_named


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
    return tuple(indicator for _key, indicator in sorted(_known().items(), key=lambda item: item[0]))


def _known() -> dict[tuple[str, str], PlatformIndicator]:
    """Those of the indicator engine, and those that others compute."""
    of_engine = {
        (each.name, each.version): PlatformIndicator(
            each.name,
            each.version,
            each.title,
            each.unit,
            {name: parameter.title for name, parameter in each.parameters.items()},
        )
        for each in definitions()
    }
    return of_engine | _registered


def find(name: str, version: str) -> PlatformIndicator:
    """The indicator with this name and version.

    :raises InvalidInput: if there is none; names the versions that exist
    """
    all_known = _known()
    if found := all_known.get((name, version)):
        return found
    versions = sorted(known for known_name, known in all_known if known_name == name)
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
        data={"known": sorted({known for known, _version in all_known})},
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


def require_unit(indicator: PlatformIndicator, measure: Measure) -> None:
    """Insist that the indicator's number can be compared with what the promise asks for.

    Whole things fit one another, whatever they are called; anything else must be given in the promise's own unit.

    :raises InvalidInput: if it cannot
    """
    if measure.kind is Kind.QUAL:
        raise InvalidInput(
            _("This promise is judged in words; no number can prove it."),
            field="source_name",
            code="binding.in_words",
            hint=_("Bind it to a post that attests it."),
        )
    expected = value_unit(measure)
    if measure.kind is Kind.BOOL or indicator.unit == expected or _are_counts(indicator.unit, expected):
        return
    raise InvalidInput(
        _("The indicator is given in “%(given)s”, the promise in “%(expected)s”.")
        % {"given": indicator.unit or "—", "expected": expected or "—"},
        field="source_name",
        code="binding.unit",
        hint=_("Choose an indicator in the promise's unit, or another way of measuring."),
    )


def _are_counts(*symbols: str) -> bool:
    """Whether all of these count whole things; no unit at all does."""
    units = [unit_named(symbol) for symbol in symbols if symbol]
    return all(unit is not None and unit.dimension is Dimension.COUNT for unit in units)
