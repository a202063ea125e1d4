"""What differs between two versions of a decision file: decisions, columns and rules by their ids, in words."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from chengshu.foundation.web.shell import Change


def changes(before: bytes, after: bytes) -> list[Change]:
    """Line by line what was added, removed or altered, in the order of the later version."""
    old, new = dict(_facts(before)), dict(_facts(after))
    names = [*new, *(name for name in old if name not in new)]
    return [Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _facts(content: bytes) -> Iterator[tuple[str, str]]:
    """Name of a part → what it says."""
    root = ElementTree.fromstring(content)  # noqa: S314 - the engine has refused entities before it stored this
    for decision in _children(root, "decision"):
        title = decision.get("name", "") or decision.get("id", "")
        for table in _children(decision, "decisionTable"):
            yield from _table(title, table)
        for literal in _children(decision, "literalExpression"):
            yield title, _text(literal)


def _table(title: str, table: Element) -> Iterator[tuple[str, str]]:
    yield f"{title} · {_('Hit policy')}", table.get("hitPolicy", "UNIQUE")
    for column in _children(table, "input"):
        expression = next(iter(_children(column, "inputExpression")), None)
        name = column.get("label") or column.get("id", "")
        yield f"{title} · {_('Input')} {name}", _text(expression) if expression is not None else ""
    for column in _children(table, "output"):
        name = column.get("label") or column.get("name") or column.get("id", "")
        yield f"{title} · {_('Output')} {name}", column.get("name", "")
    for number, rule in enumerate(_children(table, "rule"), 1):
        yield f"{title} · {_('Rule %(number)d') % {'number': number}}", _rule(rule)


def _rule(rule: Element) -> str:
    tests = [_text(entry) or "-" for entry in _children(rule, "inputEntry")]
    results = [_text(entry) or "-" for entry in _children(rule, "outputEntry")]
    return f"{' | '.join(tests)} → {' | '.join(results)}"


def _children(element: Element, local: str) -> list[Element]:
    return [child for child in element if child.tag.rpartition("}")[2] == local]


def _text(element: Element) -> str:
    return next(((child.text or "").strip() for child in _children(element, "text")), "")
