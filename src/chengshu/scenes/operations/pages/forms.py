"""What the pages of this scene share: choices and photos."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.orgs.models import Unit, UnitKind
from chengshu.foundation.web.shell import Option

PHOTO: Final = declare_purpose("operations.photo", most_bytes=15_000_000, kinds=("jpeg", "png"))
HANDLED: Final = (InvalidInput, Conflict)


def suppliers() -> list[Unit]:
    return list(Unit.objects.filter(kind=UnitKind.SUPPLIER).order_by("name"))


def options(rows: Iterable[Any]) -> list[Option]:
    return [Option(str(row.pk), str(row)) for row in rows]


def stored(request: HttpRequest, unit: Unit, name: str = "photo") -> File | None:
    """The picture that was sent along, looked through and kept for the unit; None if none was."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    with asking(system("operations pictures", current_asker().channel)):
        return store_file(unit=unit, name=sent.name or "photo.jpg", content=sent.read(), purpose=PHOTO.key)
