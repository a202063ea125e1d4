"""What is kept of a device, trimmed and checked field by field; no table is asked."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.data import SIMULATED
from chengshu.engines.streams.models import Device, Protocol
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import InvalidInput

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,59}")
"""Fit for an MQTT client id and a topic level, and readable off a label."""


def tidy_device(device: Device) -> None:
    """Trim the texts of a device and insist that all of it can be kept; the simulator's codes mark it as simulated.

    :raises InvalidInput: naming the field that is wrong
    """
    if not CODE.fullmatch(device.code):
        raise InvalidInput(
            _("This is no device code."),
            field="code",
            hint=_("2 to 60 letters, digits, dots, underscores and hyphens; a letter or digit first."),
        )
    device.is_simulated = device.is_simulated or device.code.startswith(SIMULATED)
    device.title = text_in(device.title, "title", 100, needed=True)
    device.place = text_in(device.place, "place", 200)
    device.grid_code = text_in(device.grid_code, "grid_code", 30)
    if device.protocol not in Protocol.values:
        raise InvalidInput(
            _("This is no protocol."),
            field="protocol",
            hint=_("Known: %(known)s.") % {"known": ", ".join(Protocol.values)},
        )
    _insist_on_a_place(device)
    if device.installed_on and device.serves_until and device.serves_until < device.installed_on:
        raise InvalidInput(_("It cannot end before it begins."), field="serves_until")


def insist_on_parent(device: Device, parent: Device) -> None:
    """A device hangs on one of its own unit, or of a unit above it.

    :raises InvalidInput: if it would hang on itself, or on one of another unit
    """
    if parent.code == device.code:
        raise InvalidInput(_("A device does not hang on itself."), field="parent")
    if not device.unit.path.startswith(parent.unit.path):
        raise InvalidInput(
            _("“%(code)s” belongs to neither this unit nor one above it.") % {"code": parent.code},
            field="parent",
            hint=_("A gateway or switch serves its own unit and the units below it."),
        )


def circle() -> InvalidInput:
    return InvalidInput(
        _("The devices would hang on each other in a circle."),
        field="parent",
        hint=_("Choose a device that is not below this one."),
    )


def text_in(given: str, field: str, longest: int, *, needed: bool = False) -> str:
    text = storable(given.strip())
    if len(text) > longest or (needed and not text):
        raise InvalidInput(
            _("This text is missing or too long."),
            field=field,
            hint=_("At most %(longest)s characters.") % {"longest": longest},
        )
    return text


def _insist_on_a_place(device: Device) -> None:
    if (device.longitude is None) != (device.latitude is None):
        raise InvalidInput(
            _("A place has both longitude and latitude."),
            field="latitude" if device.latitude is None else "longitude",
        )
    for field, value, limit in (("longitude", device.longitude, 180), ("latitude", device.latitude, 90)):
        if value is not None and not (value.is_finite() and -limit <= value <= limit):
            raise InvalidInput(
                _("This is no place on the earth."),
                field=field,
                hint=_("Degrees of CGCS2000, such as 113.5251."),
            )
