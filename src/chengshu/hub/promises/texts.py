"""Text that people type, before it is kept: no characters that no database and no printed form can hold."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

LONGEST_TEXT = 2000
_LINE_BREAKS = {"\n", "\t"}


def typed(value: str, *, field: str, longest: int = LONGEST_TEXT, required: bool = False) -> str:
    """The text without blanks around it, with Unix line breaks; everything else stays as it was typed.

    :param longest: most characters allowed
    :raises InvalidInput: if it holds control characters or broken surrogates, is too long, or is missing
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in _LINE_BREAKS for c in text):
        raise InvalidInput(
            _("This text contains characters that cannot be stored."),
            field=field,
            code="text.characters",
            hint=_("Type the text again instead of pasting it."),
        )
    if len(text) > longest:
        raise InvalidInput(
            _("This text is too long: %(length)s characters, at most %(longest)s.")
            % {"length": len(text), "longest": longest},
            field=field,
            code="text.too_long",
            hint=_("Shorten it, or put the details into an attachment."),
        )
    if required and not text:
        raise InvalidInput(
            _("This text is needed."), field=field, code="text.missing", hint=_("Give it in a sentence.")
        )
    return text
