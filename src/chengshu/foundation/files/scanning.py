"""The port for virus scanners: a function that looks at a file before it is stored.

A deployment registers its scanner in an app's ``tasks.py`` or in a module of its own::

    @scanner
    def clam(path: Path) -> str:
        return signature_found_by_the_daemon(path)      # "" when it is clean

A scanner returns the name of what it found, or an empty string. It raises ``Unavailable`` when it cannot tell; the
file is then not stored. Without a registered scanner nothing is scanned, and ``./chengshu files scanners`` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile

Scanner = Callable[[Path], str]

_scanners: list[Scanner] = []


def scanner(function: Scanner) -> Scanner:
    """Register a scanner; all of them look at every file, in the order they were registered."""
    _scanners.append(function)
    return function


def registered_scanners() -> tuple[Scanner, ...]:
    return tuple(_scanners)


def scan(path: Path) -> None:
    """Have every scanner look at a file.

    :raises InvalidFile: ``file.infected`` if one of them finds something
    :raises Unavailable: if one of them cannot tell
    """
    for function in _scanners:
        if found := function(path):
            raise InvalidFile(
                _("A virus scanner found %(found)s in this file; it was not stored.") % {"found": found},
                field="file",
                code="file.infected",
                hint=_("Tell your system administrator, and scan the computer it came from."),
            )
