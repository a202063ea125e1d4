"""What the forms of probes share: the errors they show, and targets to choose from."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes.models import Target
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.web.shell import Option

HANDLED: Final = (InvalidInput, Conflict)


def maybe_target(text: str, field: str) -> Target | None:
    """The target of a key.

    :raises InvalidInput: if the asker may see none of that key
    """
    if not text.strip():
        return None
    found = Target.objects.filter(key=text.strip()[:60], retired_at=None).first()
    if found is None:
        raise InvalidInput(_("Choose one of the list."), field=field, code="probes.target")
    return found


def target_options(none: Any, *, but: Target | None = None) -> list[Option]:
    rows = Target.objects.filter(retired_at=None).order_by("title")
    rows = rows.exclude(pk=but.pk) if but is not None else rows
    return [Option("", none), *(Option(row.key, f"{row.title}（{row.key}）") for row in rows[:500])]
