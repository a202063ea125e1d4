"""The XML namespaces that matter in a BPMN file, and the prefixes by which our own code calls them.

The prefixes are ours: a file may call the same namespaces by any other name, and keeps its own when written.
"""

from __future__ import annotations

from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
XML: Final = "http://www.w3.org/XML/1998/namespace"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
CHENGSHU: Final = "urn:chengshu:bpmn:1"
COLOUR: Final = "http://www.omg.org/spec/BPMN/non-normative/color/1.0"

NAMESPACES: Final[dict[str, str]] = {
    "bpmn": BPMN,
    "bpmndi": BPMNDI,
    "dc": DC,
    "di": DI,
    "xsi": XSI,
    "xsd": XSD,
    "xml": XML,
    "zeebe": ZEEBE,
    "camunda": CAMUNDA,
    "chengshu": CHENGSHU,
    "color": COLOUR,
}

Tag = tuple[str, str]
"""(namespace, local name); the namespace is empty for a name without one."""


def tag_of(name: str) -> Tag:
    """The tag that our short name stands for: ``bpmn:userTask`` → (BPMN namespace, ``userTask``).

    :raises KeyError: for a prefix that is not in ``NAMESPACES``
    """
    prefix, colon, local = name.partition(":")
    return (NAMESPACES[prefix], local) if colon else ("", prefix)


def attribute_key(name: str) -> str:
    """The key of an attribute in ``Element.attributes``: ``id`` stays, ``xsi:type`` becomes ``{namespace}type``."""
    namespace, local = tag_of(name)
    return f"{{{namespace}}}{local}" if namespace else local
