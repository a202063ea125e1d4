"""Text that people typed: without surrounding blanks, not empty, not too long."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput


def given(value: str, field: str, *, most: int, least: int = 1) -> str:
    """The text, trimmed.

    :param most: characters
    :param least: characters
    :raises InvalidInput: ``text.short`` or ``text.long`` at the field
    """
    text = value.strip().replace("\x00", "")
    if len(text) < least:
        raise InvalidInput(
            _("This must not be empty.")
            if not text
            else _("This needs at least %(least)s characters.") % {"least": least},
            field=field,
            code="text.short",
            hint=_("A short sentence is enough."),
        )
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="text.long",
            hint=_("Shorten it."),
        )
    return text
