"""A line of a material list as the public reads it: what is asked for, and how one can do without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengshu.foundation.errors import Words
from chengshu.hub.services.data import Material, Necessity
from chengshu.scenes.portal import wording


@dataclass(frozen=True)
class Listed:
    """A material for reading.

    :param asked: form, number of copies, who issues it
    :param ways: tone and words of each way to do without handing it in now
    :param only_sometimes: needed under some answers of the guide only
    """

    key: str
    name: str
    necessity: Words
    is_necessary: bool
    asked: tuple[str, ...]
    ways: tuple[tuple[str, str], ...]
    note: str
    sample: str
    blank: str
    only_sometimes: bool


def listed(material: Material) -> Listed:
    """The line of one material."""
    return Listed(
        key=material.key,
        name=material.name,
        necessity=wording.NECESSITIES[material.necessity],
        is_necessary=material.necessity == Necessity.NECESSARY,
        asked=tuple(_asked(material)),
        ways=tuple(_ways(material)),
        note=material.note,
        sample=material.sample,
        blank=material.blank,
        only_sometimes=bool(material.when),
    )


def _asked(material: Material) -> Iterator[str]:
    yield str(wording.MATERIAL_FORMS.get(material.form, material.form))
    if material.form != "2":
        if material.original:
            yield ngettext("%(count)s original", "%(count)s originals", material.original) % {
                "count": material.original
            }
        if material.copies:
            yield ngettext("%(count)s copy", "%(count)s copies", material.copies) % {"count": material.copies}
    if material.source == "20":
        issuer = material.issued_by
        yield _("Issued by: %(issuer)s") % {"issuer": issuer} if issuer else _("Issued by an authority")


def _ways(material: Material) -> Iterator[tuple[str, str]]:
    if material.waived_by:
        yield "positive", _("Not needed where the register knows it")
    if material.pledgeable:
        yield "info", _("A written pledge may replace it")
    if material.necessity == Necessity.MAY_FOLLOW and material.defer_days:
        yield (
            "caution",
            ngettext(
                "May follow within %(days)s working day",
                "May follow within %(days)s working days",
                material.defer_days,
            )
            % {"days": material.defer_days},
        )
