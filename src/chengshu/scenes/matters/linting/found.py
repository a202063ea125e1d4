"""A finding, and what the rules may look at besides the elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chengshu.foundation.calendar import WorkingCalendar
from chengshu.foundation.errors import Words

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    :param severity: ``error`` stops publication, ``warning`` wants a look, ``note`` only tells
    :param code: stable name of the rule, such as ``limit.beyond_law``
    :param element: the element concerned, such as ``promised_limit`` or ``materials.site_plan``
    :param message: what is wrong and why, as one sentence
    :param hint: the next step
    :param decided: the reason for which somebody keeps it so; empty while nobody does
    """

    severity: Severity
    code: str
    element: str
    message: Words
    hint: Words = ""
    decided: str = ""


def error(code: str, element: str, message: Words, hint: Words = "") -> Finding:
    return Finding("error", code, element, message, hint)


def warning(code: str, element: str, message: Words, hint: Words = "") -> Finding:
    return Finding("warning", code, element, message, hint)


def note(code: str, element: str, message: Words, hint: Words = "") -> Finding:
    return Finding("note", code, element, message, hint)


@dataclass(frozen=True)
class Law:
    """A text of law as recorded."""

    name: str
    in_force_from: date | None = None
    in_force_until: date | None = None
    replaced_by: str = ""

    def has_ceased(self, today: date) -> bool:
        return self.in_force_until is not None and self.in_force_until <= today


@dataclass(frozen=True)
class Surroundings:
    """What the rules look at besides the elements.

    :param laws: recorded texts by name
    :param rules: clock rules by key, with ``legal`` and ``promised`` in the notation of limits
    :param form_materials: keys of the materials of its form; None when not known
    :param basic_name: its name in the national basic list; empty when not known
    :param applications_in_two_years: None when it has not been offered for two years yet
    """

    today: date
    calendar: WorkingCalendar
    laws: Mapping[str, Law]
    rules: Mapping[str, Mapping[str, str]]
    form_materials: frozenset[str] | None = None
    basic_name: str = ""
    is_claimed: bool = True
    is_published: bool = True
    applications_in_two_years: int | None = None
