"""What a password must be (GB/T 22239-2019 8.1.4.1 a): one named rule after another, told before anybody types."""

from __future__ import annotations

import functools
import re
import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.foundation.identity.limits import Limits, limits

LONGEST = 200
"""Characters; a longer one is no stronger and only costs time to hash."""

_SUBSTITUTES = str.maketrans("@013$5!", "aoiessi")
_LOCAL_WORDS = frozenset(
    (
        "nansha",
        "guangzhou",
        "guangdong",
        "chengshu",
        "zhengfu",
        "zhengshu",
        "shuju",
        "administrator",
        "jiandu",
    )
)
"""Words that somebody who knows the district would try first, besides Django's 20,000 most common passwords."""


@dataclass(frozen=True)
class Candidate:
    """A password that somebody wants to use, and what it is measured against.

    :param former: hashes of the passwords used before, the present one first
    """

    password: str
    username: str = ""
    title: str = ""
    former: Sequence[str] = ()


@dataclass(frozen=True)
class PasswordRule:
    """One rule: its stable code, its words, and whether a candidate keeps it."""

    code: str
    words: Callable[[Limits], Words]
    is_kept: Callable[[Candidate, Limits], bool]


def classes(password: str) -> int:
    """How many of the four kinds occur: capital letters, small letters, digits, others."""
    kinds = {
        "upper"
        if one in string.ascii_uppercase
        else "lower"
        if one in string.ascii_lowercase
        else "digit"
        if one in string.digits
        else "other"
        for one in password
    }
    return len(kinds)


def contains_name(candidate: Candidate) -> bool:
    """Whether the user name, a longer part of it, its reverse or the shown name is in the password."""
    password = candidate.password.casefold()
    username = candidate.username.casefold()
    parts = [part for part in re.split(r"[._\-]", username) if len(part) >= 4]
    names = [username, username[::-1], *parts, candidate.title.casefold()]
    return any(len(name) >= 2 and name in password for name in names)


def is_common(password: str) -> bool:
    """Whether the password, or the word in it without ornaments and usual substitutes, is one that everybody tries."""
    lowered = password.casefold().strip()
    from_start = re.sub(r"[^a-z]+$", "", lowered)
    inner = re.sub(r"^[^a-z]+", "", from_start)
    words = {re.sub(r"[^a-z]", "", one.translate(_SUBSTITUTES)) for one in (from_start, inner)}
    known = words & (_common() | _LOCAL_WORDS)
    return lowered in _common() or any(len(word) >= 4 for word in known)


def was_used(candidate: Candidate, figures: Limits) -> bool:
    former = candidate.former[: figures.passwords_remembered]
    return any(check_password(candidate.password, one) for one in former)


RULES = (
    PasswordRule(
        "password_length",
        lambda figures: _("At least %(count)s characters") % {"count": figures.password_length},
        lambda candidate, figures: figures.password_length <= len(candidate.password) <= LONGEST,
    ),
    PasswordRule(
        "password_classes",
        lambda figures: (
            _("At least %(count)s of: capital letters, small letters, digits, other characters")
            % {"count": figures.password_classes}
        ),
        lambda candidate, figures: classes(candidate.password) >= figures.password_classes,
    ),
    PasswordRule(
        "password_name",
        lambda figures: _("Does not contain your user name or shown name"),
        lambda candidate, figures: not contains_name(candidate),
    ),
    PasswordRule(
        "password_common",
        lambda figures: _("Is not a common word or password, even with digits or signs added"),
        lambda candidate, figures: not is_common(candidate.password),
    ),
    PasswordRule(
        "password_used",
        lambda figures: (
            _("Differs from your last %(count)s passwords") % {"count": figures.passwords_remembered}
        ),
        lambda candidate, figures: not was_used(candidate, figures),
    ),
)


def broken_rules(candidate: Candidate) -> list[PasswordRule]:
    """The rules that this password breaks; the costly comparison with former ones only when the rest is kept."""
    figures = limits()
    broken = [rule for rule in RULES[:-1] if not rule.is_kept(candidate, figures)]
    return broken or [rule for rule in RULES[-1:] if not rule.is_kept(candidate, figures)]


def one_time_password() -> str:
    """A random first password that is easy to read out: about 90 bits, every rule of :data:`RULES` kept."""
    groups = [
        secrets.choice(kind) for kind in ("ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789")
    ]
    letters = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
    text = "".join([*groups, *(secrets.choice(letters) for _position in range(13))])
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
