"""Text as people type codes: full-width letters, lower case, spaces, brackets of either width."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

_LONGEST = 200
"""Far longer than any code; a longer text is not normalised at all."""


def compact(text: str, *, prefix: str, field: str) -> str:
    """The text in half-width capitals without white space.

    :param prefix: the first part of the reason code, such as ``uscc``
    :raises InvalidInput: ``<prefix>.empty`` or ``<prefix>.length`` for texts that cannot be a code at all
    """
    if len(text) > _LONGEST:
        raise InvalidInput(
            _("This text is far too long."),
            field=field,
            code=f"{prefix}.length",
            hint=_("Enter the number only."),
        )
    normal = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not normal:
        raise InvalidInput(
            _("Nothing was entered."), field=field, code=f"{prefix}.empty", hint=_("Enter the number.")
        )
    return normal


def is_digits(text: str) -> bool:
    """Whether the text is one or more of 0 to 9, and nothing else that Unicode calls a digit."""
    return text.isascii() and text.isdigit()
