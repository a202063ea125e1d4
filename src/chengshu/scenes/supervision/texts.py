"""Texts that people type, as every action of this scene takes them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words


def given(value: str, field: str, hint: Words, *, most: int, least: int = 1) -> str:
    """The text without surrounding blanks.

    :param least: characters it needs at least
    :raises InvalidInput: if it is empty, too short or too long
    """
    text = value.strip().replace("\x00", "")
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="supervision.empty", hint=hint)
    if len(text) < least:
        raise InvalidInput(_("This says too little."), field=field, code="supervision.too_short", hint=hint)
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="supervision.too_long",
            hint=_("Shorten it."),
        )
    return text


def optional(value: str, field: str, *, most: int) -> str:
    """The same, which may be empty."""
    return given(value, field, "", most=most) if value.strip().replace("\x00", "") else ""
