"""What changed from one version of a model to the next: for people to read and for the diagram to colour.

Elements are the same when they have the same id. What has no id of its own, such as a condition or an assignment,
counts as a property of the element it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, Element
from chengshu.engines.cases.bpmn.metamodel import described, is_a, title_of
from chengshu.foundation.errors import Words

ChangeKind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property with its values; empty where it did not exist.

    :param name: stable, such as ``name`` or ``timerEventDefinition/timeDuration``
    :param title: for people
    """

    name: str
    title: Words
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One element that is not as it was.

    :param kind: ``moved`` means only the diagram differs: position, size, or the way of a flow
    :param element: id, valid in the new diagram, or in the old one when it was removed
    :param sentence: all of it in words
    """

    kind: ChangeKind
    element: str
    element_kind: str
    name: str
    sentence: Words
    properties: tuple[PropertyChange, ...] = ()


OWNERS: Final = (
    "flowElement",
    "participant",
    "lane",
    "artifact",
    "rootElement",
    "messageFlow",
    "conversationNode",
)
"""Kinds of elements that are reported by themselves, not as properties of what they are in."""

_LISTED: Final = frozenset({"incoming", "outgoing", "flowNodeRef"})
"""Parts that only repeat what the flows or the drawing say."""

_TITLES: Final[dict[str, Words]] = {
    "kind": _("Kind"),
    "container": _("Inside"),
    "name": _("Name"),
    "sourceRef": _("From"),
    "targetRef": _("To"),
    "default": _("Default flow"),
    "attachedToRef": _("Attached to"),
    "cancelActivity": _("Interrupting"),
    "isInterrupting": _("Interrupting"),
    "calledElement": _("Called process"),
    "processId": _("Called process"),
    "documentation": _("Documentation"),
    "conditionExpression": _("Condition"),
    "completionCondition": _("Completion condition"),
    "loopCardinality": _("Number of instances"),
    "inputCollection": _("List of instances"),
    "isSequential": _("One after the other"),
    "timeDate": _("Date"),
    "timeDuration": _("Duration"),
    "timeCycle": _("Repetition"),
    "script": _("Script"),
    "expression": _("Expression"),
    "formId": _("Form"),
    "decisionId": _("Decision"),
    "resultVariable": _("Result variable"),
    "type": _("Service"),
    "retries": _("Attempts"),
    "unit": _("Unit"),
    "role": _("Role"),
    "assignee": _("Person"),
    "candidateGroups": _("Groups"),
    "mode": _("Countersign rule"),
    "needed": _("Needed"),
    "veto": _("Veto"),
    "amount": _("Time limit"),
    "warn": _("Warning share"),
    "returns": _("Return to"),
    "code": _("Code"),
    "label": _("Label"),
    "text": _("Text"),
}


def compare_models(before: Document, after: Document) -> tuple[Change, ...]:
    """The changes: removed elements first, then added, changed and moved ones, each in document order."""
    old, new = _owners(before), _owners(after)
    removed = [_whole("removed", element) for identifier, element in old.items() if identifier not in new]
    added = [_whole("added", element) for identifier, element in new.items() if identifier not in old]
    kept = [(old[identifier], element) for identifier, element in new.items() if identifier in old]
    changed = [change for pair in kept if (change := _changed(*pair))]
    said = {change.element for change in changed}
    moved = [
        _whole("moved", element)
        for was, element in kept
        if element.id not in said and _drawing(before, was.id) != _drawing(after, element.id)
    ]
    return (*removed, *added, *changed, *moved)


def _owners(document: Document) -> dict[str, Element]:
    return {identifier: element for identifier, element in document.by_id.items() if _is_owner(element)}


def _is_owner(element: Element) -> bool:
    own = any(is_a(element, kind) for kind in OWNERS)
    return own and bool(element.id) and not (is_a(element, "eventDefinition") and _is_inside_event(element))


def _is_inside_event(definition: Element) -> bool:
    return definition.parent is not None and is_a(definition.parent, "event")


def _whole(kind: ChangeKind, element: Element) -> Change:
    what = {"element": described(element)}
    sentences: dict[str, Words] = {
        "added": _("%(element)s was added.") % what,
        "removed": _("%(element)s was removed.") % what,
        "moved": _("%(element)s was moved in the diagram.") % what,
    }
    return Change(kind, element.id, element.kind, element.name, sentences[kind])


def _changed(before: Element, after: Element) -> Change | None:
    old, new = dict(_properties(before)), dict(_properties(after))
    names = [*new, *(name for name in old if name not in new)]
    changes = tuple(
        PropertyChange(name, property_title(name), old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    )
    if not changes:
        return None
    details = "; ".join(_spoken(change) for change in changes)
    sentence = _("%(element)s was changed: %(details)s.") % {"element": described(after), "details": details}
    return Change("changed", after.id, after.kind, after.name, sentence, changes)


def _spoken(change: PropertyChange) -> str:
    values = {"property": change.title, "before": _short(change.before), "after": _short(change.after)}
    if not change.before:
        return str(_("%(property)s is now “%(after)s”") % values)
    if not change.after:
        return str(_("%(property)s “%(before)s” was taken away") % values)
    return str(_("%(property)s was “%(before)s” and is now “%(after)s”") % values)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def property_title(name: str) -> Words:
    """The title of a property for people, by the last word of its name; the word itself where none is known."""
    last = name.rpartition("/")[2].partition("#")[0]
    return _TITLES.get(last) or title_of(last)


def _properties(element: Element) -> Iterator[tuple[str, str]]:
    """Every property of the element: attributes, text and all parts without an identity of their own."""
    yield "kind", str(title_of(element.kind))
    around = element.parent
    if around is not None and around.kind != "definitions":
        yield "container", around.id
    yield from _inner(element, "")


def _inner(element: Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in element.attributes.items():
        if name != "id":
            yield f"{path}{name.rpartition('}')[2]}", " ".join(value.split())
    if path and (text := " ".join(element.text.split())):
        yield path.removesuffix("/"), text
    counts: dict[str, int] = {}
    for part in element.children:
        if part.local in _LISTED or _is_owner(part):
            continue
        number = counts[part.local] = counts.get(part.local, 0) + 1
        step = part.local if number == 1 else f"{part.local}#{number}"
        inside = path if part.kind == "extensionElements" else f"{path}{step}/"
        if not part.attributes and not part.children and not part.text.strip():
            yield inside.removesuffix("/"), "✓"
        yield from _inner(part, inside)


def _drawing(document: Document, identifier: str) -> list[tuple[str, ...]]:
    """Where the element is drawn, as written: bounds of a shape, way of an edge; the label aside."""
    shape = document.shape_of(identifier)
    if shape is None:
        return []
    points = shape.all("dc:Bounds", "di:waypoint")
    return [tuple(point.get(name) for name in ("x", "y", "width", "height")) for point in points]
