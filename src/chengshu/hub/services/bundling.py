"""What the parts of a bundle (一件事) come to together, and which of its form each part takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form, Typed
from chengshu.foundation.errors import Words

PARTLY: Final = "P"
"""The one status that no national code has: some parts were granted and some were not. It never leaves the house."""
_NOT_GRANTED: Final = frozenset({"2", "4", "5", "13", "14", "15"})
_GRANTED: Final = frozenset({"11", "12"})


def label_of(status: str) -> Words:
    """The name of a status, of a bundle or of a matter."""
    return _("Partly done") if status == PARTLY else cases.status_label(status)


def aggregated(statuses: Sequence[str]) -> str:
    """All granted: granted. Some not: partly done. While one is under way: what the applicant should know first."""
    ended = [status for status in statuses if status in _GRANTED | _NOT_GRANTED]
    if statuses and len(ended) == len(statuses):
        granted = [status for status in ended if status in _GRANTED]
        if len(granted) == len(statuses):
            return "12" if "12" in granted else "11"
        return PARTLY if granted else "13"
    if "6" in statuses:
        return "6"
    return "8" if any(status not in ("0", "1") for status in statuses) else "1"


def part_form(form: Form, whole: Form, typed: Typed) -> tuple[Form, Typed]:
    """A part's own form with those entries of the one form that it knows by name.

    :param form: the part's
    :param whole: the bundle's, whose entries ``typed`` are
    """
    if form.key == whole.key:
        return form, typed
    known = registers.typed_of(form, dict(typed.entries))
    materials = {path: values for path, values in typed.entries.items() if path.startswith("_materials.")}
    return form, dataclasses.replace(known, entries={**known.entries, **materials})


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)
