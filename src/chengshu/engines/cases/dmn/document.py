"""A DMN file as elements: read safely, all versions from 1.1 to 1.6 alike. No meaning beyond ids and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.parsing import parse
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.dmn.errors import DmnError
from chengshu.engines.cases.feel.names import normalised
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.foundation.errors import Words

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "http://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}
"""Version of DMN by the namespace of its elements."""

_LATER = re.compile(r"https?://www\.omg\.org/spec/DMN/20[0-9]{6}/(?:MODEL/|dmn[0-9]*\.xsd)")
"""Namespaces of editions that are not in the table; what they add is refused element by element, if at all."""

_FEEL_LANGUAGES = ("/spec/feel/", "/spec/dmn/", "feel")


@dataclass(frozen=True)
class Import:
    """Another model that this one uses; ``name`` is empty when its elements come in under their own names."""

    name: str
    namespace: str
    kind: str
    line: int


@dataclass(frozen=True)
class Document:
    """The root of a file with what every reader of it needs.

    :param by_id: decisions, input data, knowledge models and services, by id
    :param absorbed: the documents that are imported without a name, whose elements are in ``by_id`` too
    """

    root: Element
    version: str
    namespace: str
    name: str
    by_id: dict[str, Element]
    absorbed: tuple[Document, ...] = ()

    @property
    def own_namespaces(self) -> frozenset[str]:
        """Namespaces whose ids are ids of this document."""
        return frozenset({self.namespace, *(document.namespace for document in self.absorbed)})

    def absorbing(self, other: Document) -> Document:
        """The document with the elements of one that it imports without a name, as if they were its own; of two that
        share a name or id, its own is meant everywhere (DMN 1.5, 6.3.3)."""
        names = {name_of(element) for element in self.by_id.values()}
        added = {
            identifier if not identifier.startswith("#") else f"{other.namespace}{identifier}": element
            for identifier, element in other.by_id.items()
            if identifier not in self.by_id and name_of(element) not in names
        }
        return replace(self, by_id={**self.by_id, **added}, absorbed=(*self.absorbed, other, *other.absorbed))

    @property
    def imports(self) -> list[Import]:
        return [
            Import(normalised(child.name), child.get("namespace"), child.get("importType"), child.line)
            for child in children(self.root, "import")
        ]

    def elements(self, *kinds: str) -> list[Element]:
        """The DRG elements of these kinds, in document order."""
        return [element for element in self.by_id.values() if element.local in kinds]


DRG_ELEMENTS = ("decision", "inputData", "businessKnowledgeModel", "decisionService", "knowledgeSource")


def read_document(content: bytes) -> Document:
    """The elements of a DMN file.

    :raises DmnError: if it is no XML, dangerous XML, or no DMN
    """
    try:
        root, _remarks = parse(content)
    except ModelRefused as refusal:
        raise DmnError([_as_dmn(finding) for finding in refusal.findings]) from refusal
    version = _version(root)
    if root.local != "definitions" or not version:
        raise DmnError([_not_dmn(root)])
    # DMN 1.1 to 1.4 keep DRG elements directly under the root; nothing else there bears their names.
    by_id = {
        child.id or f"#{index}": child
        for index, child in enumerate(root.children)
        if child.namespace == root.namespace and child.local in DRG_ELEMENTS
    }
    return Document(root, version, root.get("namespace"), normalised(root.name), by_id)


def _version(root: Element) -> str:
    """The edition of the standard, ``?`` for one that is not in the table; empty if the file is none of DMN.

    Some editors declare DMN's namespace for a prefix and then write the elements without it; such a file is read too.
    """
    namespaces = [root.namespace]
    if root.namespace in ("", root.get("namespace")):
        namespaces += root.namespaces().values()
    known = next((NAMESPACES[namespace] for namespace in namespaces if namespace in NAMESPACES), "")
    return known or ("?" if _LATER.fullmatch(root.namespace) else "")


def _as_dmn(finding: Finding) -> Finding:
    hint: Words = finding.hint
    if finding.code == "bpmn.doctype":
        hint = _("Remove the DOCTYPE line; DMN files do not need one.")
    elif finding.code == "bpmn.empty":
        hint = _("Choose the .dmn file that your editor saved.")
    return replace(finding, code=finding.code.replace("bpmn.", "dmn.", 1), hint=hint)


def _not_dmn(root: Element) -> Finding:
    return Finding(
        "error",
        "dmn.not_dmn",
        root.id,
        root.name,
        _("This is not a DMN model of version 1.1 to 1.6: its root element is “%(name)s” of “%(namespace)s”.")
        % {"name": root.local, "namespace": root.namespace},
        _("Save the model as DMN 1.3 and try again."),
        root.line,
    )


def children(element: Element, *kinds: str) -> list[Element]:
    """The direct children with one of these local names, of the element's own namespace."""
    return [
        child for child in element.children if child.local in kinds and child.namespace == element.namespace
    ]


def child(element: Element, *kinds: str) -> Element | None:
    return next(iter(children(element, *kinds)), None)


def text_in(element: Element | None, kind: str = "text") -> str:
    """The text of the child of that name, without blanks around; empty if there is none."""
    found = child(element, kind) if element is not None else None
    return found.value if found is not None else ""


def type_ref(element: Element | None) -> str:
    """The type that an element refers to: an attribute, in DMN 1.1 also a child."""
    if element is None:
        return ""
    return normalised(element.get("typeRef") or text_in(element, "typeRef"))


def variable_of(element: Element) -> Element | None:
    return child(element, "variable")


def name_of(element: Element) -> str:
    """The name under which expressions know a decision, input or function."""
    return normalised(element.name)


def references(element: Element, *kinds: str) -> Iterator[str]:
    """The ``href`` of children of these names, also inside requirement elements."""
    for requirement in element.children:
        holders = [requirement, *requirement.children]
        for holder in holders:
            if holder.local in kinds and holder.namespace == element.namespace and holder.get("href"):
                yield holder.get("href")


def is_feel(element: Element) -> bool:
    """Whether an expression's language is FEEL, which is the default; old editors write just ``FEEL``."""
    language = element.get("expressionLanguage").lower()
    return not language or any(part in language for part in _FEEL_LANGUAGES)
