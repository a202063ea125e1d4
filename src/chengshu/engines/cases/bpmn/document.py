"""A BPMN file in memory: read safely, indexed by id, written back without loss, compared.

document = read_document(content)
for process in document.processes:
    for task in document.children_of(process, "bpmn:userTask"):
        task.extension("zeebe:formDefinition")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.comparing import Difference, compare
from chengshu.engines.cases.bpmn.metamodel import described, is_a, is_known, references_in, title_of
from chengshu.engines.cases.bpmn.names import BPMN, BPMNDI
from chengshu.engines.cases.bpmn.parsing import parse, refusal
from chengshu.engines.cases.bpmn.tree import Element, Remark, element
from chengshu.engines.cases.bpmn.writing import write
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.foundation.errors import Words

__all__ = [
    "Difference",
    "Document",
    "Element",
    "Remark",
    "differences",
    "element",
    "examine_document",
    "local_name",
    "model_elements",
    "read_document",
    "write_document",
]


@dataclass(eq=False)
class Document:
    """A whole BPMN file.

    :param root: the ``definitions`` element
    :param prolog: comments and instructions before it
    :param findings: what the reader noticed: unknown elements, references that lead nowhere
    """

    root: Element
    prolog: list[Remark] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    by_id: dict[str, Element] = field(default_factory=dict)
    """Every element of BPMN itself by its id. Diagram elements are not in it; see ``shape_of``."""
    drawn: dict[str, Element] = field(default_factory=dict)
    """The first ``BPMNShape`` or ``BPMNEdge`` of each element, by the element's id."""

    def __post_init__(self) -> None:
        self.index()

    def index(self) -> None:
        """Build ``by_id`` and ``drawn`` anew, after a program has changed the tree."""
        self.by_id = {}
        self.drawn = {}
        for node in model_elements(self.root):
            if node.id:
                self.by_id.setdefault(node.id, node)
        for diagram in self.diagrams:
            for node in diagram.walk():
                if node.namespace == BPMNDI and node.local in ("BPMNShape", "BPMNEdge"):
                    self.drawn.setdefault(local_name(node.get("bpmnElement")), node)

    @property
    def processes(self) -> list[Element]:
        return self.root.all("bpmn:process")

    @property
    def collaborations(self) -> list[Element]:
        return self.root.all("bpmn:collaboration")

    @property
    def diagrams(self) -> list[Element]:
        return self.root.all("bpmndi:BPMNDiagram")

    @property
    def target_namespace(self) -> str:
        return self.root.get("targetNamespace")

    def children_of(self, parent: Element, *names: str) -> list[Element]:
        """The direct children with one of these short names; all of them when none is given."""
        return parent.all(*names) if names else parent.children

    def all_of(self, *names: str) -> list[Element]:
        """Every element with one of these short names anywhere in the file, in document order."""
        kinds = {name.partition(":")[2] for name in names}
        return [found for found in model_elements(self.root) if found.kind in kinds]

    def element(self, reference: str) -> Element | None:
        """The element that a reference names, with or without a prefix."""
        return self.by_id.get(reference) or self.by_id.get(local_name(reference))

    def referred(self, owner: Element, name: str) -> Element | None:
        """What the attribute of the owner refers to: ``document.referred(flow, "sourceRef")``."""
        return self.element(owner.get(name).strip())

    def flow_nodes(self, container: Element) -> list[Element]:
        """The flow nodes that stand directly in a process or sub-process, in document order."""
        return [child for child in container.children if is_a(child, "flowNode")]

    def flows(self, container: Element) -> list[Element]:
        return container.all("bpmn:sequenceFlow")

    def outgoing(self, node: Element) -> list[Element]:
        """The sequence flows leaving the node, in the order of its container.

        The flows' own ``sourceRef`` counts, not the node's ``outgoing`` list, which editors often leave out.
        """
        return self._flows_at(node, "sourceRef")

    def incoming(self, node: Element) -> list[Element]:
        return self._flows_at(node, "targetRef")

    def boundary_events(self, activity: Element) -> list[Element]:
        around = activity.parent
        events = around.all("bpmn:boundaryEvent") if around is not None else []
        return [event for event in events if local_name(event.get("attachedToRef").strip()) == activity.id]

    def event_definitions(self, event: Element) -> list[Element]:
        """The definitions of the event, those it refers to included."""
        own = [child for child in event.children if is_a(child, "eventDefinition")]
        referred = [self.element(child.value) for child in event.all("bpmn:eventDefinitionRef")]
        return own + [definition for definition in referred if definition is not None]

    def shape_of(self, identifier: str) -> Element | None:
        """The shape or edge that draws the element, in the first diagram that does."""
        return self.drawn.get(identifier)

    def copy(self) -> Document:
        """The same document again, sharing nothing."""
        remarks = [Remark(remark.kind, remark.text) for remark in self.prolog]
        return Document(self.root.copy(), remarks, self.findings)

    def _flows_at(self, node: Element, end: str) -> list[Element]:
        flows = node.parent.all("bpmn:sequenceFlow") if node.parent is not None else []
        return [flow for flow in flows if local_name(flow.get(end).strip()) == node.id]


def read_document(content: bytes) -> Document:
    """Read a BPMN 2.0 file.

    :raises ModelRefused: as ``parsing.parse`` does; when it is not BPMN 2.0; when two elements have the same id. Lesser
        faults are in ``Document.findings``.
    """
    document = examine_document(content)
    fatal = [finding for finding in document.findings if finding.code == "bpmn.duplicate_id"]
    if fatal:
        raise ModelRefused(fatal)
    return document


def examine_document(content: bytes) -> Document:
    """Like ``read_document``, but elements with the same id are findings as well: the first one keeps the id.

    For showing and reporting on files that cannot be deployed.
    """
    root, prolog = parse(content)
    if root.tag != (BPMN, "definitions"):
        raise _not_bpmn(root)
    document = Document(root, prolog)
    document.findings = (*_duplicate_ids(root), *_unknown_elements(root), *_unresolved_references(document))
    return document


def write_document(document: Document) -> bytes:
    """The document as a UTF-8 file with the prefixes, whitespace and remarks it was read with.

    :raises ModelRefused: when a text put in by a program holds a character that XML cannot
    """
    return write(document.root, document.prolog)


def differences(before: Document, after: Document) -> list[Difference]:
    """Everything that differs, the diagram included; see ``comparing.compare`` for what counts."""
    return compare(before.root, after.root)


def model_elements(root: Element) -> Iterator[Element]:
    """The elements of BPMN itself, in document order: what vendors put into ``extensionElements`` is theirs, even where
    they forgot to give it a namespace."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.namespace == BPMN:
            yield node
            if node.local != "extensionElements":
                pending.extend(reversed(node.children))


def local_name(reference: str) -> str:
    """The id in a reference that may carry a prefix: ``sid:Task_1`` → ``Task_1``."""
    return reference.rpartition(":")[2]


_OTHER_FORMATS: tuple[tuple[str, Words], ...] = (
    ("/DMN/", _("a decision model (DMN)")),
    ("/CMMN/", _("a case model (CMMN)")),
    ("XPDL", _("an XPDL file")),
    ("xhtml", _("a web page")),
    ("/BPMN/2.0", _("a draft version of BPMN 2.0")),
    ("spreadsheetml", _("a spreadsheet")),
)


def _not_bpmn(root: Element) -> ModelRefused:
    place = root.namespace or root.local
    what = next((title for mark, title in _OTHER_FORMATS if mark.lower() in place.lower()), None)
    message = (
        _("This is %(what)s, not a BPMN 2.0 model.") % {"what": what}
        if what
        else _("This is not a BPMN 2.0 model: it begins with <%(name)s>.") % {"name": root.local}
    )
    hint = _(
        "Choose a file that begins with <definitions> of BPMN 2.0; most editors offer it as “BPMN 2.0 XML”."
    )
    return refusal("bpmn.not_bpmn", message, hint, line=root.line)


def _duplicate_ids(root: Element) -> Iterator[Finding]:
    seen: dict[str, Element] = {}
    for node in model_elements(root):
        first = seen.setdefault(node.id, node) if node.id else node
        if first is not node:
            message = _("The id %(id)s is used twice: lines %(first)s and %(second)s.") % {
                "id": node.id,
                "first": first.line,
                "second": node.line,
            }
            hint = _("Give one of the two elements another id.")
            yield Finding("error", "bpmn.duplicate_id", node.id, node.name, message, hint, node.line)


def _unknown_elements(root: Element) -> Iterator[Finding]:
    for node in model_elements(root):
        if not is_known(node.local):
            message = _("BPMN 2.0 has no element “%(name)s”.") % {"name": node.local}
            hint = _("Remove it, or put it into extension elements under a namespace of its own.")
            yield Finding("error", "bpmn.unknown_element", node.id, node.name, message, hint, node.line)


def _unresolved_references(document: Document) -> Iterator[Finding]:
    imports = bool(document.root.all("bpmn:import"))
    for node in model_elements(document.root):
        for reference, text in references_in(node):
            target = document.element(text)
            if target is None:
                if reference.outside and _may_be_elsewhere(document, node, text, imports=imports):
                    continue
                yield _dangling(node, reference.name, text)
            elif not any(is_a(target, kind) for kind in reference.targets):
                yield _misdirected(node, reference.name, target)


def _may_be_elsewhere(document: Document, owner: Element, text: str, *, imports: bool) -> bool:
    """Whether a name that this file does not hold may stand in another one: a foreign prefix, or a called process."""
    if owner.kind in ("callActivity", "callConversation", "callChoreography"):
        return True
    prefix, colon, _local = text.rpartition(":")
    foreign = bool(colon) and owner.namespaces().get(prefix) != document.target_namespace
    return imports or foreign


def _dangling(node: Element, name: str, text: str) -> Finding:
    message = _("%(element)s refers to “%(target)s” (%(name)s), which does not exist in this file.") % {
        "element": described(node),
        "target": text,
        "name": name,
    }
    hint = _("Draw the connection again, or choose an existing element.")
    return Finding("error", "bpmn.dangling_reference", node.id, node.name, message, hint, node.line)


def _misdirected(node: Element, name: str, target: Element) -> Finding:
    message = _("%(element)s refers to %(target)s (%(name)s), and a %(kind)s cannot stand there.") % {
        "element": described(node),
        "target": described(target),
        "name": name,
        "kind": title_of(target.kind),
    }
    hint = _("Draw the connection again, or choose an existing element.")
    return Finding("error", "bpmn.wrong_reference", node.id, node.name, message, hint, node.line)
