"""What holds here and now: the rules and office hours of this installation, its own beside the shipped ones.

A city keeps its files in ``<data directory>/law``: rule files as in ``law``, and ``office.toml``. They are read once
per process; the worker and the web are restarted after a change, as after any other configuration.
"""

from __future__ import annotations

import tomllib
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.law import RuleBook, read_book, shipped
from chengshu.engines.cases.clocks.law.book import broken
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import OfficeHours, Season, Window, published_calendar

SHIPPED_OFFICE: Final = Path(__file__).with_name("office.toml")
OFFICE: Final = "office.toml"


def rule_book() -> RuleBook:
    """The rules of this installation.

    :raises InvalidFile: if a file of the city cannot be read, or changes what is law
    """
    return _rule_book(_folder())


def timekeeping() -> Timekeeping:
    """The published calendar and the office hours of this installation.

    :raises InvalidFile: if the city's ``office.toml`` cannot be read
    """
    return _timekeeping(_folder())


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "law"


@lru_cache(maxsize=8)
def _rule_book(folder: Path) -> RuleBook:
    ours = shipped()
    if not folder.is_dir():
        return ours
    return ours.joined_by(read_book(folder, beside=ours, ignore=(OFFICE,)))


@lru_cache(maxsize=8)
def _timekeeping(folder: Path) -> Timekeeping:
    own = folder / OFFICE
    return Timekeeping(published_calendar(), read_office(own if own.is_file() else SHIPPED_OFFICE))


def read_office(path: Path) -> OfficeHours:
    """Office hours from a file such as ``office.toml`` beside this module.

    :raises InvalidFile: ``clocks.office``
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        seasons = tuple(_season(entry) for entry in content["season"])
        midnight = bool(content.get("due_at_midnight", False))
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        reason = {"reason": str(error)}
        raise broken(
            path.name, "clocks.office", _("The office hours cannot be read: %(reason)s.") % reason
        ) from error
    return OfficeHours(published_calendar(), seasons, due_at_midnight=midnight)


def _season(entry: dict[str, Any]) -> Season:
    windows = tuple(_window(text) for text in entry["windows"])
    weekdays = entry.get("weekdays", list(range(5)))
    return Season(
        _month_day(entry["first"]), _month_day(entry["last"]), dict.fromkeys(weekdays, windows), windows
    )


def _window(text: str) -> Window:
    opens, closes = text.split("-")
    return Window(time.fromisoformat(opens), time.fromisoformat(closes))


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
