"""What every lint rule is made of. The rules themselves are in the ``rules_*`` modules, one noun each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from chengshu.engines.cases.bpmn.document import Document, Element
from chengshu.engines.cases.bpmn.graph import Graph, containers
from chengshu.engines.cases.data import Finding
from chengshu.foundation.errors import Words


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked of a model.

    :param severity: ``error`` refuses deployment, ``warning`` does not
    :param title: the demand as a sentence, such as "Every process has a start event."
    """

    code: str
    severity: Literal["error", "warning"]
    title: Words

    def broken_at(self, element: Element, message: Words, hint: Words) -> Finding:
        return Finding(self.severity, self.code, element.id, element.name, message, hint, element.line)


@dataclass(frozen=True, slots=True)
class Known:
    """What exists outside the model; None where the caller does not know, and then nothing is checked against it.

    :param forms: form keys
    :param decisions: ids and names of deployed decisions
    :param processes: ids of deployed processes
    :param roles: role keys
    :param units: unit keys
    :param variables: for each form key the process variables that the form fills
    :param names: further variables that cases of this model start with
    """

    forms: Collection[str] | None = None
    decisions: Collection[str] | None = None
    processes: Collection[str] | None = None
    roles: Collection[str] | None = None
    units: Collection[str] | None = None
    variables: Mapping[str, Collection[str]] | None = None
    names: Collection[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Subject:
    """The model under examination, with what several rules need worked out once."""

    document: Document
    known: Known = field(default_factory=Known)

    @cached_property
    def containers(self) -> list[Element]:
        return list(containers(self.document))

    @cached_property
    def graphs(self) -> list[Graph]:
        """The flow of every process and sub-process, in the order of ``containers``."""
        return [Graph(self.document, container) for container in self.containers]

    def nodes(self, *kinds: str) -> Iterator[tuple[Graph, Element]]:
        """Every flow node of one of the kinds, or of any, with the graph it is in."""
        for graph in self.graphs:
            for node in graph.nodes.values():
                if not kinds or node.kind in kinds:
                    yield graph, node


Check = Callable[[Subject], Iterator[Finding]]
"""A function that yields the findings of one rule, or of a few that are found together."""
