"""An XML tree of our own: typed, with line numbers, and losing nothing that a BPMN editor could have written.

It knows nothing of BPMN beyond the short names of ``names.py``. Elements compare by identity; ``comparing`` compares
what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from chengshu.engines.cases.bpmn.names import BPMN, Tag, attribute_key, tag_of


@dataclass(eq=False, slots=True)
class Remark:
    """A comment or a processing instruction: kept in its place, meaningless to us.

    :param text: of a processing instruction, target and data with a blank between
    :param tail: the text between this and the next node
    """

    kind: Literal["comment", "instruction"]
    text: str
    tail: str = ""


@dataclass(eq=False, slots=True)
class Element:
    """One XML element.

    :param tag: (namespace, local name)
    :param attributes: in document order; keys as ``names.attribute_key`` makes them
    :param text: the text before the first node inside
    :param tail: the text after the element, before the next one
    :param nodes: the elements and remarks inside, in order
    :param line: 1-based line of the start tag in the file read; 0 for an element made by a program
    :param prefix: the prefix the file used
    :param declared: the namespace declarations on this very element, prefix to namespace; "" is the default one
    """

    tag: Tag
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    tail: str = ""
    nodes: list[Element | Remark] = field(default_factory=list)
    line: int = 0
    prefix: str = ""
    declared: dict[str, str] = field(default_factory=dict)
    parent: Element | None = field(default=None, repr=False)

    @property
    def namespace(self) -> str:
        return self.tag[0]

    @property
    def local(self) -> str:
        return self.tag[1]

    @property
    def kind(self) -> str:
        """The BPMN element name such as ``userTask``; empty for an element of any other namespace."""
        return self.tag[1] if self.tag[0] == BPMN else ""

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def value(self) -> str:
        """All text inside, remarks left out, without blanks at both ends."""
        return "".join(self._texts()).strip()

    @property
    def children(self) -> list[Element]:
        return [node for node in self.nodes if isinstance(node, Element)]

    def get(self, name: str, default: str = "") -> str:
        """The attribute by our short name (``id``, ``xsi:type``), or the default."""
        return self.attributes.get(attribute_key(name), default)

    def set(self, name: str, value: str) -> None:
        self.attributes[attribute_key(name)] = value

    def all(self, *names: str) -> list[Element]:
        """The direct children with one of these short names, in order: ``process.all("bpmn:task")``."""
        wanted = {tag_of(name) for name in names}
        return [child for child in self.children if child.tag in wanted]

    def first(self, *names: str) -> Element | None:
        """The first direct child with one of these short names."""
        return next(iter(self.all(*names)), None)

    def extension(self, name: str) -> Element | None:
        """The first such element inside ``extensionElements``: ``task.extension("zeebe:formDefinition")``."""
        return next(iter(self.extensions(name)), None)

    def extensions(self, name: str) -> list[Element]:
        return [found for holder in self.all("bpmn:extensionElements") for found in holder.all(name)]

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in document order."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(reversed(element.children))

    def ancestors(self) -> Iterator[Element]:
        """The elements around this one, nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def append(self, child: Element) -> Element:
        """Put the child last inside this element and return it."""
        child.parent = self
        self.nodes.append(child)
        return child

    def remove(self, child: Element) -> None:
        self.nodes = [node for node in self.nodes if node is not child]
        child.parent = None

    def namespaces(self) -> dict[str, str]:
        """Every declaration in force here, prefix to namespace; "" is the default one."""
        in_force: dict[str, str] = {}
        for element in (self, *self.ancestors()):
            in_force = element.declared | in_force
        return in_force

    def copy(self) -> Element:
        """The same tree again, sharing nothing, without a parent."""
        twin = Element(
            self.tag,
            dict(self.attributes),
            self.text,
            self.tail,
            line=self.line,
            prefix=self.prefix,
            declared=dict(self.declared),
        )
        for node in self.nodes:
            if isinstance(node, Element):
                twin.append(node.copy())
            else:
                twin.nodes.append(Remark(node.kind, node.text, node.tail))
        return twin

    def _texts(self) -> Iterator[str]:
        yield self.text
        for node in self.nodes:
            if isinstance(node, Element):
                yield from node._texts()
            yield node.tail


def element(name: str, /, **attributes: str) -> Element:
    """A new element by our short name: ``element("bpmn:task", id="review")``."""
    return Element(tag_of(name), dict(attributes))
