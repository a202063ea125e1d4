"""What people type, as every action of this scene takes it, and refusals that several actions share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Words


def given(value: str, field: str, hint: Words = "", *, most: int) -> str:
    """The text without surrounding blanks.

    :raises InvalidInput: if it is empty or too long
    """
    text = value.strip().replace("\x00", "")
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="command.empty", hint=hint)
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="command.too_long",
            hint=_("Shorten it."),
        )
    return text


def optional(value: str, field: str, *, most: int) -> str:
    """The same, which may be empty."""
    return given(value, field, most=most) if value.strip().replace("\x00", "") else ""


def one_of(value: str, known: Collection[str], field: str) -> str:
    """
    :raises InvalidInput: if it is none of the known values
    """
    if value not in known:
        raise InvalidInput(_("Choose one of the list."), field=field, code="command.choice")
    return value


def not_later(moment: datetime, field: str) -> datetime:
    """
    :raises InvalidInput: if it lies ahead
    """
    if moment > timezone.now():
        raise InvalidInput(
            _("This moment has not come yet."),
            field=field,
            code="command.future",
            hint=_("Correct the time."),
        )
    return moment


def wrong_state(message: Words, hint: Words = "") -> Conflict:
    return Conflict(message, code="command.state", hint=hint)


def no_such() -> Missing:
    return Missing(
        _("There is no such thing, or you may not see it."),
        code="command.missing",
        hint=_("Go back to the list."),
    )
