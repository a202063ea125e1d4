"""What a form is filled in for: ``case:17``, ``task:42``, ``draft:3:sample.leave``. The apps above name the kinds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

_SUBJECT = re.compile(r"([a-z][a-z0-9_-]{0,29}):([A-Za-z0-9_.:-]{1,80})")
Address = Callable[[str], str]
"""From what follows the kind to the page; empty when there is none."""

_TOO_LARGE = 2**63
_addresses: dict[str, Address] = {}


@dataclass(frozen=True)
class Subject:
    kind: str
    rest: str

    @property
    def number(self) -> int | None:
        """The row it names, if it names one by number."""
        digits = self.rest.isascii() and self.rest.isdigit() and len(self.rest) <= 19
        number = int(self.rest) if digits else _TOO_LARGE
        return number if number < _TOO_LARGE else None


def subject_in(text: str) -> Subject:
    """The subject in a text.

    :raises InvalidInput: ``subject.form``
    """
    match = _SUBJECT.fullmatch(text)
    if match is None:
        raise InvalidInput(
            _("This names nothing that a form can be filled in for."),
            field="subject",
            code="subject.form",
            hint=_("Such as case:17."),
        )
    return Subject(match[1], match[2])


def register_subject(kind: str, address: Address) -> None:
    """Say where a kind of subject is shown, so that “my drafts” leads there."""
    _addresses[kind] = address


def address_of(text: str) -> str:
    """The page of a subject; empty if nobody said where."""
    subject = subject_in(text)
    address = _addresses.get(subject.kind)
    return address(subject.rest) if address else ""
