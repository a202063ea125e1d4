"""What people type into the fields of this scene, made fit or refused with the name of the field."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import InvalidInput, Words

LATEST = date(2200, 1, 1)
EARLIEST = date(1949, 10, 1)


def text_given(value: str, field: str, hint: Words, *, most: int = 500) -> str:
    """The text without surrounding blanks.

    :raises InvalidInput: ``matters.empty`` or ``matters.too_long``
    """
    text = optional_text(value, field, most=most)
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="matters.empty", hint=hint)
    return text


def optional_text(value: str, field: str, *, most: int = 500) -> str:
    """The text without surrounding blanks; may be empty.

    :raises InvalidInput: ``matters.too_long``
    """
    text = storable(value).strip()
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="matters.too_long",
            hint=_("Shorten it."),
        )
    return text


def day_given(value: str, field: str) -> date:
    """A calendar day.

    :raises InvalidInput: ``matters.day`` for no day or one far away
    """
    day = optional_day(value, field)
    if day is None:
        raise InvalidInput(_("Give a day."), field=field, code="matters.day", hint=_("Such as 2026-01-31."))
    return day


def optional_day(value: str, field: str) -> date | None:
    """A calendar day, or none.

    :raises InvalidInput: ``matters.day``
    """
    if not value.strip():
        return None
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        day = LATEST
    if not EARLIEST <= day < LATEST:
        raise InvalidInput(
            _("This is no day."), field=field, code="matters.day", hint=_("Such as 2026-01-31.")
        )
    return day


def count_given(value: str, field: str, *, most: int) -> int:
    """A whole number from 0.

    :raises InvalidInput: ``matters.number``
    """
    text = value.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise InvalidInput(
            _("Give a whole number from 0 to %(most)s.") % {"most": most},
            field=field,
            code="matters.number",
        )
    return int(text)
