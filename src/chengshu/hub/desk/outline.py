"""The steps and ways of a drawn process, as far as lists, figures and the simulation need them.

Reads models that the engine has accepted. What a process means is the engine's business; this only sees the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CHENGSHU = "{urn:chengshu:bpmn:1}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
FOR_PEOPLE = ("userTask", "manualTask")
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
_SIZE = re.compile(r"\{")


@dataclass(frozen=True)
class Step:
    """One node of the drawing.

    :param tag: the element's name in the standard, such as ``userTask``
    :param limit: amount and unit of its time limit
    :param members: how many people it goes to at once, as far as the drawing says so
    """

    key: str
    name: str
    tag: str
    scope: str
    role: str = ""
    limit: tuple[int, str] | None = None
    members: int = 1
    timer: str = ""


@dataclass(frozen=True)
class Way:
    key: str
    source: str
    target: str
    name: str


@dataclass(frozen=True)
class Outline:
    """A process as a graph."""

    process: str
    name: str
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)


def outline(content: bytes) -> Outline:
    """The first process of a file that may be started, otherwise the first."""
    root = ElementTree.fromstring(content)  # noqa: S314 - the engine has refused entities before it stored this
    processes = root.findall(f"{BPMN}process")
    process = next((one for one in processes if one.get("isExecutable") == "true"), None)
    process = process if process is not None else processes[0]
    return Outline(
        process.get("id", ""),
        process.get("name", ""),
        tuple(_steps(process, "")),
        tuple(_ways(process)),
    )


def _steps(scope: Element, key: str) -> Iterator[Step]:
    for child in filter(_is_node, scope):
        yield _step(child, key)
        if _tag(child) in SCOPES:
            yield from _steps(child, child.get("id", ""))


def _is_node(element: Element) -> bool:
    tag = _tag(element)
    return tag.endswith(("Task", "Event", "Gateway")) or tag in ("task", "callActivity", *SCOPES)


def _tag(element: Element) -> str:
    return element.tag.removeprefix(BPMN)


def _step(element: Element, scope: str) -> Step:
    assign = element.find(f"{BPMN}extensionElements/{CHENGSHU}assign")
    limit = element.find(f"{BPMN}extensionElements/{CHENGSHU}limit")
    return Step(
        key=element.get("id", ""),
        name=element.get("name", "") or element.get("id", ""),
        tag=_tag(element),
        scope=scope,
        role=_role(assign),
        limit=_limit(limit),
        members=_members(element),
        timer=_timer(element),
    )


def _role(assign: Element | None) -> str:
    role = assign.get("role", "") if assign is not None else ""
    return "" if role.startswith("=") else role


def _limit(limit: Element | None) -> tuple[int, str] | None:
    if limit is None or not limit.get("amount", "").isdigit():
        return None
    return int(limit.get("amount", "0")), limit.get("unit", "wd")


def _members(element: Element) -> int:
    """The length of a list that is written out in the drawing; 2 for one that is computed."""
    loop = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if loop is None:
        return 1
    details = loop.find(f"{BPMN}extensionElements/{ZEEBE}loopCharacteristics")
    written = details.get("inputCollection", "") if details is not None else ""
    return max(len(_SIZE.findall(written)), 2)


def _timer(element: Element) -> str:
    event = element.find(f"{BPMN}timerEventDefinition/{BPMN}timeDuration")
    return (event.text or "").strip() if event is not None else ""


def _ways(process: Element) -> Iterator[Way]:
    for flow in process.iter(f"{BPMN}sequenceFlow"):
        yield Way(
            flow.get("id", ""), flow.get("sourceRef", ""), flow.get("targetRef", ""), flow.get("name", "")
        )
