"""A terminal in the words of its holder: browser and system out of a User-Agent; a hint for people, no proof."""

from __future__ import annotations

_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
"""In this order: every later mark may also stand beside an earlier one."""


def terminal_name(agent: str) -> str:
    """Such as ``Edge · Windows``; the beginning of the text itself when nothing in it is known."""
    known = [_first(agent, _BROWSERS), _first(agent, _SYSTEMS)]
    return " · ".join(part for part in known if part) or agent[:40]


def _first(agent: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in agent), "")
