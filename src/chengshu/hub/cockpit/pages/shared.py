"""What several pages of the cockpit need from a request."""

from __future__ import annotations

from django.http import HttpRequest

from chengshu.foundation.asking import EVERYWHERE, current_asker
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Option


def typed_text(request: HttpRequest, name: str, longest: int) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


def whole(text: str) -> int:
    """A number from a form or an address; 0 if it is none."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else 0


def places_to_write(permission: str) -> list[Option]:
    """The units at which the asker holds a power, as choices; his own unit first."""
    asker = current_asker()
    held = asker.units(permission)
    rows = Unit.objects.all() if held == EVERYWHERE else Unit.objects.filter(pk__in=list(held))
    found = sorted(rows, key=lambda unit: (unit.pk != asker.unit_id, unit.pk))
    return [Option(str(unit.pk), unit.shown_name) for unit in found[:200]]
