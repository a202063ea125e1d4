"""Tiny BPMN models for tests, written in two lines: the elements, and the flows between them.

    tiny('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s > a > e")

A flow may carry a condition in brackets: ``x [amount > 5] > b``. Its id is ``x_b``.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

from chengshu.engines.cases.interpreter.memory import MemoryCases

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:chengshu="urn:chengshu:bpmn:1" targetNamespace="urn:test" id="definitions">'
)
_STEP = re.compile(r"\s*(?P<id>\w+)\s*(?:\[(?P<condition>[^\]]*)\])?\s*(?:>|$)")


def flows(*chains: str) -> str:
    """The sequence flows of chains such as ``s > a > e``."""
    found = []
    for chain in chains:
        steps = list(_STEP.finditer(chain))
        for step, following in pairwise(steps):
            source, target, condition = step["id"], following["id"], step["condition"]
            inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
            found.append(
                f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
            )
    return "".join(found)


def process(elements: str, *chains: str, key: str = "p") -> str:
    return f'<process id="{key}" isExecutable="true">{elements}{flows(*chains)}</process>'


def tiny(elements: str, *chains: str, outside: str = "", key: str = "p") -> bytes:
    """A whole file; ``outside`` stands beside the process: messages, errors, other processes."""
    return f"{_HEAD}{outside}{process(elements, *chains, key=key)}</definitions>".encode()


def started(elements: str, *chains: str, outside: str = "", **variables: Any) -> tuple[MemoryCases, int]:
    """A case of the tiny model, begun."""
    cases = MemoryCases(tiny(elements, *chains, outside=outside))
    return cases, cases.start("p", variables)


def extension(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


START_END = '<startEvent id="s"/><endEvent id="e"/>'
