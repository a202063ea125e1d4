"""Topic names and filters: which are valid, and whether a filter matches a name (MQTT 5.0 §4.7)."""

from __future__ import annotations


def is_name(topic: str) -> bool:
    """Whether one can publish to it."""
    return bool(topic) and "+" not in topic and "#" not in topic and "\0" not in topic


def is_filter(text: str) -> bool:
    """Whether one can subscribe to it; a shared subscription is judged without its prefix."""
    if not text or "\0" in text:
        return False
    if text == "$share" or text.startswith("$share/"):
        _share, _, rest = text.partition("/")
        group, slash, text = rest.partition("/")
        if not group or not slash or "+" in group or "#" in group or not text:
            return False
    levels = text.split("/")
    return (
        all(level in ("+", "#") or ("+" not in level and "#" not in level) for level in levels)
        and "#" not in levels[:-1]
    )


def matches(pattern: str, topic: str) -> bool:
    """Whether the filter ``pattern`` covers the name ``topic``; wildcards first never cover ``$…`` topics."""
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False
    levels = topic.split("/")
    wanted = pattern.split("/")
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(levels) or level not in ("+", levels[number]):
            return False
    return len(wanted) == len(levels)
