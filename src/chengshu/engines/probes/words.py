"""Words for what the prober says in codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words

REASONS: Final[Mapping[str, Words]] = {
    "": "",
    "time_out": _("No answer in time"),
    "refused": _("Connection refused"),
    "unreachable": _("Cannot be reached"),
    "no_name": _("The name has no address"),
    "status": _("Unexpected status"),
    "content_missing": _("Expected content is missing"),
    "content_found": _("Content that must not be there"),
    "slow": _("Slower than allowed"),
    "redirects": _("Leads on too often"),
    "tls": _("Certificate not trusted"),
    "expires": _("Certificate expires soon: days left"),
    "name_refused": _("The name server refuses"),
    "name_answer": _("Expected answer is missing"),
    "broker_refused": _("The broker refuses"),
    "database": _("The database refuses"),
    "broken_answer": _("An answer that cannot be read"),
    "not_allowed": _("Outside the networks that an administrator allowed"),
    "no_secret": _("No such secret is kept"),
    "no_echo_here": _("This machine allows no echoes"),
    "no_name_server": _("This machine has no name server"),
    "no_database": _("There is no database of its own"),
}


def told(reason: str, detail: str) -> str:
    """A reason with its facts."""
    words = str(REASONS.get(reason, reason))
    return f"{words}：{detail}" if words and detail else words
