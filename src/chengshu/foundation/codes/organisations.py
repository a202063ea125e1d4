"""Unified social credit codes (GB 32100-2015) and organisation codes (GB 11714-1997)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes.typed import compact, is_digits
from chengshu.foundation.errors import InvalidInput, Words

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015 §4: no I, O, S, V, Z."""
_WEIGHTS: Final = tuple(pow(3, position, 31) for position in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCE_RANGES: Final = ((10, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
_PROVINCES: Final = frozenset(str(n) for first, last in _PROVINCE_RANGES for n in range(first, last + 1))
"""First two digits of GB/T 2260, and 10 for bodies registered by the centre."""

DEPARTMENTS: Final[dict[str, Words]] = {
    "1": _("Institutional establishment"),
    "2": _("Foreign affairs"),
    "3": _("Justice"),
    "4": _("Culture"),
    "5": _("Civil affairs"),
    "6": _("Tourism"),
    "7": _("Religious affairs"),
    "8": _("Trade unions"),
    "9": _("Market regulation"),
    "A": _("Military reform"),
    "N": _("Agriculture"),
    "Y": _("Other registration authority"),
}
"""GB 32100-2015 table 1: the authority that registered the body."""

CATEGORIES: Final[dict[str, Words]] = {
    "11": _("Government organ"),
    "12": _("Public institution"),
    "13": _("People's organisation"),
    "19": _("Other institution"),
    "51": _("Social organisation"),
    "52": _("Private non-enterprise unit"),
    "53": _("Foundation for public benefit"),
    "59": _("Other civil body"),
    "91": _("Enterprise"),
    "92": _("Sole proprietor"),
    "93": _("Farmers' cooperative"),
}
"""Names of the categories that the district meets; other categories are accepted without a name."""

SOLE_PROPRIETOR: Final = "92"


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """A checked organisation code.

    :param value: nine characters without the hyphen
    """

    value: str

    def __str__(self) -> str:
        return f"{self.value[:8]}-{self.value[8]}"


@dataclass(frozen=True, slots=True)
class UnifiedCode:
    """A checked unified social credit code.

    :param value: eighteen capitals and digits
    """

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def department(self) -> str:
        """The registering authority's character; its name is in ``DEPARTMENTS``."""
        return self.value[0]

    @property
    def category(self) -> str:
        """Authority and category together; known names are in ``CATEGORIES``."""
        return self.value[:2]

    @property
    def division(self) -> str:
        """Where the body was registered, as six digits; not where it is today."""
        return self.value[2:8]

    @property
    def organisation(self) -> str:
        """The nine characters of the body itself; only for sole proprietors they may be no organisation
        code.
        """
        return self.value[8:17]

    @property
    def is_sole_proprietor(self) -> bool:
        """Whether the code belongs to a 个体户, whose name is a person's and is masked as such."""
        return self.category == SOLE_PROPRIETOR


def unified_code(text: str, *, field: str = "uscc") -> UnifiedCode:
    """The unified social credit code in a text.

    :raises InvalidInput: ``uscc.empty``, ``uscc.length``, ``uscc.letter``, ``uscc.department``,
        ``uscc.category``, ``uscc.division``, ``uscc.org_code_check`` or ``uscc.check_character``; the last
        two carry the expected character as ``data["expected"]``
    """
    value = compact(text, prefix="uscc", field=field).replace("-", "")
    _refuse_length(value, field)
    _refuse_letters(value, field)
    _refuse_parts(value, field)
    if value[:2] != SOLE_PROPRIETOR:
        _refuse_organisation_check(value[8:17], "uscc.org_code_check", field)
    expected = unified_check_character(value[:17])
    if value[17] != expected:
        raise InvalidInput(
            _("The check character of this unified social credit code is wrong."),
            field=field,
            code="uscc.check_character",
            hint=_("If all else is right it ends in %(expected)s; compare it with the licence.")
            % {"expected": expected},
            data={"expected": expected},
        )
    return UnifiedCode(value)


def unified_check_character(first_17: str) -> str:
    """The eighteenth character that GB 32100-2015 §5 gives for the first seventeen."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_code(text: str, *, field: str = "organisation_code") -> OrganisationCode:
    """The organisation code in a text, with or without its hyphen.

    :raises InvalidInput: ``org_code.empty``, ``org_code.length``, ``org_code.character`` or
        ``org_code.check``
    """
    value = compact(text, prefix="org_code", field=field).replace("-", "")
    if len(value) != 9:
        raise InvalidInput(
            _("An organisation code has 9 characters, this has %(count)s.") % {"count": len(value)},
            field=field,
            code="org_code.length",
            hint=_("Enter the eight characters and the check character."),
        )
    if not (value.isascii() and value.isalnum()):
        raise InvalidInput(
            _("An organisation code has only digits and letters."),
            field=field,
            code="org_code.character",
            hint=_("Compare it with the certificate."),
        )
    _refuse_organisation_check(value, "org_code.check", field)
    return OrganisationCode(value)


def organisation_check_character(first_8: str) -> str:
    """The ninth character that GB 11714-1997 gives for the first eight; A to Z count 10 to 35."""
    total = sum(int(char, 36) * weight for char, weight in zip(first_8, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def _refuse_length(value: str, field: str) -> None:
    if len(value) == 18:
        return
    raise InvalidInput(
        _("A unified social credit code has 18 characters, this has %(count)s.") % {"count": len(value)},
        field=field,
        code="uscc.length",
        hint=_("Copy the whole code from the licence."),
    )


def _refuse_letters(value: str, field: str) -> None:
    for position, char in enumerate(value, start=1):
        if char not in ALPHABET:
            raise InvalidInput(
                _("Character %(position)s cannot stand in a unified social credit code.")
                % {"position": position},
                field=field,
                code="uscc.letter",
                hint=_("The letters I, O, S, V and Z are never used; they may be 1, 0, 5, U or 2."),
                data={"position": position},
            )


def _refuse_parts(value: str, field: str) -> None:
    compare = _("Compare it with the licence.")
    if value[0] not in DEPARTMENTS:
        raise InvalidInput(
            _("The first character names no registration authority."),
            field=field,
            code="uscc.department",
            hint=compare,
        )
    if value[1] not in "123456789":
        raise InvalidInput(
            _("The second character names no category."), field=field, code="uscc.category", hint=compare
        )
    if not is_digits(value[2:8]) or value[2:4] not in _PROVINCES:
        raise InvalidInput(
            _("Characters 3 to 8 are not the code of a place."),
            field=field,
            code="uscc.division",
            hint=compare,
        )


def _refuse_organisation_check(value: str, code: str, field: str) -> None:
    expected = organisation_check_character(value[:8])
    if value[8] != expected:
        raise InvalidInput(
            _("The check character of the organisation code is wrong."),
            field=field,
            code=code,
            hint=_("If all else is right character 17 is %(expected)s; compare it with the licence.")
            % {"expected": expected},
            data={"expected": expected},
        )
