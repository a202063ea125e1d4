"""Where FEEL stands in a BPMN model, and which names it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chengshu.engines.cases.bpmn.document import Document, Element, model_elements
from chengshu.engines.cases.bpmn.metamodel import is_a

ALWAYS: Final = frozenset(
    (
        "conditionExpression",
        "completionCondition",
        "loopCondition",
        "loopCardinality",
        "condition",
        "activationCondition",
    )
)
"""Parts whose text is FEEL, with or without the leading “=”."""
MARKED: Final = frozenset(("timeDate", "timeDuration", "timeCycle"))
"""Parts whose text is FEEL only after “=”; otherwise it is ISO 8601."""

IN_EXTENSIONS: Final = (
    ("zeebe:script", "expression", True),
    ("zeebe:input", "source", True),
    ("zeebe:output", "source", True),
    ("zeebe:loopCharacteristics", "inputCollection", True),
    ("zeebe:loopCharacteristics", "outputElement", True),
    ("zeebe:subscription", "correlationKey", True),
    ("zeebe:calledElement", "processId", False),
    ("zeebe:assignmentDefinition", "assignee", False),
    ("zeebe:assignmentDefinition", "candidateGroups", False),
    ("zeebe:taskSchedule", "dueDate", False),
    ("chengshu:assign", "unit", False),
    ("chengshu:assign", "assignee", False),
    ("chengshu:approval", "needed", True),
    ("chengshu:case", "title", False),
)
"""(element, attribute, whether it is FEEL even without the leading “=”)."""

FEEL_LANGUAGE: Final = re.compile(r"feel", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"^\s*[$#]\{")


@dataclass(frozen=True, slots=True)
class Used:
    """One expression of a model.

    :param owner: the flow node, flow or process it belongs to, which a finding names
    :param part: where it stands: the name of the element or attribute
    :param text: without the leading “=”
    :param foreign: the language it is written in, when that is not FEEL
    :param place: the element whose text it is, or whose attribute ``part`` it is
    """

    owner: Element
    part: str
    text: str
    foreign: str
    place: Element


def expressions(document: Document) -> Iterator[Used]:
    """Every expression of the model, in document order."""
    for element in model_elements(document.root):
        text = element.value if element.kind in ALWAYS | MARKED else ""
        if text and (element.kind in ALWAYS or text.startswith("=")):
            yield _used(element, element.kind, text, element.get("language"))
        elif element.kind == "script" and element.value:
            around = element.parent
            yield _used(
                element, "script", element.value, around.get("scriptFormat") if around is not None else ""
            )
        elif element.kind == "extensionElements":
            yield from _in_extensions(element)


def _in_extensions(holder: Element) -> Iterator[Used]:
    for name, attribute, always in IN_EXTENSIONS:
        for element in _anywhere(holder, name):
            text = element.get(attribute).strip()
            if text and (always or text.startswith("=")):
                yield _used(element, attribute, text, "")


def _anywhere(holder: Element, name: str) -> Iterator[Element]:
    for child in holder.children:
        yield from child.all(name)
    yield from holder.all(name)


def _used(place: Element, part: str, text: str, language: str) -> Used:
    foreign = "JUEL" if _FOREIGN.match(text) else ("" if FEEL_LANGUAGE.search(language) else language)
    return Used(owner_of(place), part, text.removeprefix("=").strip(), foreign, place)


def owner_of(place: Element) -> Element:
    """The nearest element that people see: a flow node, a flow, a process; the file when there is none."""
    around = [place, *place.ancestors()]
    return next(
        (element for element in around if is_a(element, "flowElement") or _is_root(element)), around[-1]
    )


def _is_root(element: Element) -> bool:
    return element.parent is not None and element.parent.kind == "definitions"
