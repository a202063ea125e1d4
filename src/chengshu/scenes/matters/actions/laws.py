"""Texts of law: law is data, and a text that ceases shows every matter that rests on it."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.scenes.matters.given import optional_text, text_given
from chengshu.scenes.matters.models import LegalText


@action(title=_("Record a text of law"), at=Reach.ANYWHERE)
def record_legal_text(
    *,
    name: str,
    number: str = "",
    in_force_from: date | None = None,
    source: str = "",
    key: str = "",
) -> LegalText:
    """Add a law, regulation or document that matters may rest on.

    :raises InvalidInput: if its name is known already or missing
    """
    title = text_given(name, "name", _("Give the whole name."), most=200)
    if LegalText.objects.filter(name=title).exists():
        raise InvalidInput(_("This text is recorded already."), field="name", code="matters.law_known")
    law = LegalText(
        key=key.strip()[:60] or _free_key(),
        name=title,
        number=optional_text(number, "number", most=100),
        in_force_from=in_force_from,
        source=optional_text(source, "source", most=300),
    )
    law.save()
    return law


@action(title=_("Record that a text of law ceases"), at=Reach.ANYWHERE)
def repeal_legal_text(*, law: LegalText, in_force_until: date, replaced_by: str = "") -> LegalText:
    """Note from when a text does not hold any more; matters that rest on it are found by the linter.

    :param in_force_until: first day on which it does not hold
    :raises InvalidInput: for a day before its first one
    :raises Conflict: if it has ceased already
    """
    law = LegalText.objects.select_for_update().get(pk=law.pk)
    if law.in_force_until is not None:
        raise Conflict(_("This text has ceased already."), code="matters.law_ceased")
    if law.in_force_from and in_force_until <= law.in_force_from:
        raise InvalidInput(
            _("It cannot cease before it begins."), field="in_force_until", code="matters.day_order"
        )
    law.in_force_until = in_force_until
    law.replaced_by = optional_text(replaced_by, "replaced_by", most=200)
    law.save()
    return law


def _free_key() -> str:
    """The next of ``text-1``, ``text-2`` …"""
    taken = LegalText.objects.filter(key__startswith="text-").values_list("key", flat=True)
    numbers = [int(found[1]) for key in taken if (found := re.fullmatch(r"text-(\d+)", key))]
    return f"text-{max(numbers, default=0) + 1}"
