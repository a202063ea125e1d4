"""How amounts, numbers, shares and moments are written for people, in the language of the page.

Everything here is a pure function of its value and the active language. A missing value is an em dash,
never zero: "not reported" and "nothing" are different facts.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
ABSENT = "—"

_LOCALES = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_HK", "en": "en_GB"}
_LONG_DAY = {"zh-hans": "y年M月d日", "zh-hant": "y年M月d日", "en": "d MMMM y"}


def _language() -> str:
    active = (get_language() or "zh-hans").lower()
    return active if active in _LOCALES else "zh-hans" if active.startswith("zh") else "en"


def number(value: Decimal | int | None, places: int | None = None) -> str:
    """A number with thousands separators; ``places`` fixes the decimals, otherwise they stay as stored."""
    if value is None:
        return ABSENT
    if places is None:
        return f"{value:,}" if isinstance(value, int) else f"{value:,f}"
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def money(value: Decimal | int | None, unit: bool = False) -> str:
    """An amount in 万元 (ten thousand yuan) with two decimals, with the unit's name on request."""
    if value is None:
        return ABSENT
    amount = number(value, 2)
    return _("%(amount)s ×10,000 yuan") % {"amount": amount} if unit else amount


def percent(share: Decimal | None, places: int = 1) -> str:
    """A share (0.985) as a percentage (98.5 %)."""
    return ABSENT if share is None else f"{number(share * 100, places)}%"


def local_date(value: date | datetime | None, style: str = "long") -> str:
    """A calendar day in Shanghai: ``long`` as spoken (2025年3月1日), ``short`` for columns (2025-03-01)."""
    if value is None:
        return ABSENT
    day = in_shanghai(value).date() if isinstance(value, datetime) else value
    language = _language()
    return (
        day.isoformat()
        if style == "short"
        else format_date(day, _LONG_DAY[language], locale=_LOCALES[language])
    )


def local_datetime(value: datetime | None, style: str = "long") -> str:
    """A moment in Shanghai to the minute, in the styles of :func:`local_date`; ``full`` adds seconds."""
    if value is None:
        return ABSENT
    moment, language = in_shanghai(value), _language()
    if style == "full":
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    if style == "short":
        return f"{moment:%Y-%m-%d %H:%M}"
    return format_datetime(moment, f"{_LONG_DAY[language]} HH:mm", locale=_LOCALES[language])


def in_shanghai(value: datetime) -> datetime:
    """The same moment on the wall clock of the district.

    :raises ValueError: the moment has no time zone, so nobody can say which moment it is
    """
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(SHANGHAI)


def relative_days(value: date | datetime | None, today: date | None = None) -> str:
    """How far a day is from today, in calendar days: today, in 3 days, 2 days ago."""
    if value is None:
        return ABSENT
    day = in_shanghai(value).date() if isinstance(value, datetime) else value
    distance = (day - (today or datetime.now(SHANGHAI).date())).days
    if distance == 0:
        return _("today")
    if distance > 0:
        return ngettext("in %(days)s day", "in %(days)s days", distance) % {"days": distance}
    return ngettext("%(days)s day ago", "%(days)s days ago", -distance) % {"days": -distance}


def file_size(size: int | None) -> str:
    """A number of bytes as people read it: 830 B, 12.4 KB, 3.1 MB (steps of 1024)."""
    if size is None:
        return ABSENT
    scaled = Decimal(size)
    for unit in ("B", "KB", "MB", "GB"):
        if scaled < 1024 or unit == "GB":
            return f"{number(scaled, 0 if unit == 'B' else 1)} {unit}"
        scaled /= 1024
    raise AssertionError("unreachable: the last unit takes everything")
