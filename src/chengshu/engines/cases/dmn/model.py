"""A decision model: its decisions, knowledge models and services compiled, and the evaluation of one request.

Only what an element requires is in scope of its logic; elements of imported models stand under the import's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.dmn.boxed import Boxes, held_to, nothing
from chengshu.engines.cases.dmn.document import (
    Document,
    child,
    name_of,
    references,
    type_ref,
    variable_of,
)
from chengshu.engines.cases.dmn.errors import DmnError
from chengshu.engines.cases.dmn.items import completed, member_names, result_of
from chengshu.engines.cases.dmn.tables import Matched
from chengshu.engines.cases.feel.errors import Remark
from chengshu.engines.cases.feel.limits import LIMITS, Closure, Limits, Run, Scope
from chengshu.engines.cases.feel.names import normalised
from chengshu.engines.cases.feel.operations import invoked_by_name
from chengshu.engines.cases.feel.types import ANY, Type
from chengshu.engines.cases.feel.values import Function

_NOTHING: Mapping[str, Any] = {}
_MISSING = object()


_RANKS = ("decision", "decisionService", "businessKnowledgeModel", "inputData")
"""Which element is meant by a name that several bear."""


@dataclass(frozen=True)
class InputData:
    """What a decision must be told: the name it is told under, and its type as words."""

    id: str
    name: str
    type: str


@dataclass(frozen=True)
class Decision:
    """A decision of the model, for lists and references."""

    id: str
    name: str
    type: str
    line: int


@dataclass(frozen=True)
class Traced:
    """A value with how it came about.

    :param tables: every decision table evaluated on the way, in order
    :param remarks: why parts became null
    """

    value: Any
    tables: tuple[Matched, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class _Part:
    """A compiled element of the requirements graph.

    :param id: its id, or a made-up one if it has none
    :param of: the type its value is held to
    :param logic: of a decision, its value; of a knowledge model, the function that is its value
    :param requires: hrefs of what must be in scope
    """

    id: str
    element: Element
    name: str
    of: Type
    logic: Closure | None
    requires: tuple[str, ...]


@dataclass
class DecisionModel:
    """A DMN model, ready to decide. Unchanging after it is read; shared between threads.

    :param imported: the imported models by import name
    :param findings: remarks of reading; in a leniently read model also errors, whose elements are null
    """

    document: Document
    imported: Mapping[str, DecisionModel]
    findings: list[Finding]
    parts: dict[str, _Part] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def namespace(self) -> str:
        return self.document.namespace

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """In document order."""
        return tuple(
            Decision(part.id, part.name, part.of.title, part.element.line)
            for part in self._parts_of("decision")
        )

    @property
    def services(self) -> tuple[Decision, ...]:
        return tuple(
            Decision(part.id, part.name, part.of.title, part.element.line)
            for part in self._parts_of("decisionService")
        )

    @property
    def inputs(self) -> tuple[InputData, ...]:
        return tuple(InputData(part.id, part.name, part.of.title) for part in self._parts_of("inputData"))

    def _parts_of(self, *kinds: str) -> Iterator[_Part]:
        return (part for part in self.parts.values() if part.element.local in kinds)

    def outputs_of(self, service: str) -> tuple[str, ...]:
        """The names of a decision service's output decisions; none if it is no service.

        :raises DmnError: if there is nothing of this name
        """
        element = self._part_named(service).element
        reached = (self.part_at(href) for href in references(element, "outputDecision"))
        return tuple(found[1].name for found in reached if found is not None)

    def inputs_of(self, decision: str) -> tuple[InputData, ...]:
        """The input data that a decision needs, by itself or through other decisions of this model.

        :param decision: its name or id
        :raises DmnError: if there is no such decision
        """
        found: dict[str, InputData] = {}
        pending = [self._part_named(decision).id]
        seen: set[str] = set()
        while pending:
            part = self.parts.get(pending.pop())
            if part is None or part.id in seen:
                continue
            seen.add(part.id)
            if part.element.local == "inputData":
                found[part.id] = InputData(part.id, part.name, part.of.title)
            pending += [self.local_id(href) or "" for href in reversed(part.requires)]
        return tuple(found.values())

    def type_of(self, name: str) -> Type:
        """The declared type of an element, by name or id; ``Any`` if there is none here."""
        part = self._own_part(name)
        return part.of if part is not None else ANY

    def evaluate(
        self,
        decision: str,
        inputs: Mapping[str, Any] = _NOTHING,
        *,
        limits: Limits = LIMITS,
        remarks: list[Remark] | None = None,
    ) -> Any:
        """The value of a decision, or of a decision service, by name or id; null where DMN says null.

        :param inputs: values of input data by name; of imported models, under the import's name
        :raises DmnError: if there is no such decision
        :raises FeelLimit: if steps, depth, size or time run out
        """
        return self._evaluated(decision, inputs, Run(limits, remarks=remarks))

    def evaluate_traced(
        self, decision: str, inputs: Mapping[str, Any] = _NOTHING, *, limits: Limits = LIMITS
    ) -> Traced:
        """The same with every decision table's matching rules, and why parts became null."""
        remarks: list[Remark] = []
        run = Run(limits, remarks=remarks)
        run.trace = []
        value = self._evaluated(decision, inputs, run)
        return Traced(value, tuple(run.trace), tuple(remarks))

    def invoke(
        self,
        function: str,
        arguments: Mapping[str, Any] = _NOTHING,
        *,
        limits: Limits = LIMITS,
        remarks: list[Remark] | None = None,
    ) -> Any:
        """The result of a business knowledge model or decision service, by name or id, with named arguments."""
        run = Run(limits, remarks=remarks)
        target = Evaluation(self, arguments, run).value(self._part_named(function).id)
        known = dict(arguments)
        if isinstance(target, Function):
            known = {name: arguments[name] for name in target.parameters if name in arguments}
        return invoked_by_name(target, known, run)

    def _evaluated(self, decision: str, inputs: Mapping[str, Any], run: Run) -> Any:
        part = self._part_named(decision)
        evaluation = Evaluation(self, inputs, run)
        if part.element.local == "decisionService":
            return held_to(result_of(part.of) or ANY, evaluation.served(part.element, inputs), run)
        return evaluation.value(part.id)

    def _own_part(self, name: str) -> _Part | None:
        part = self.parts.get(name)
        if part is not None:
            return part
        wanted = normalised(name)
        named = [part for part in self.parts.values() if part.name == wanted]
        return min(named, key=lambda part: _RANKS.index(part.element.local), default=None)

    def _part_named(self, name: str) -> _Part:
        part = self._own_part(name)
        if part is None:
            message = _("There is no decision “%(name)s” in the model.") % {"name": name}
            raise DmnError([Finding("error", "dmn.no_decision", name, name, message)])
        return part

    def local_id(self, href: str) -> str | None:
        """The id that a reference means in this very model; None if it points into another."""
        namespace, _hash, local = href.rpartition("#")
        return local if namespace in ("", *self.document.own_namespaces) else None

    def found(self, href: str) -> tuple[tuple[str, ...], str] | None:
        """Where a reference leads: the names of the imports on the way, and the id; None if nowhere."""
        local = self.local_id(href)
        if local is not None:
            return ((), local) if local in self.parts else None
        for name, model in self.imported.items():
            inner = model.found(href)
            if inner is not None:
                return (name, *inner[0]), inner[1]
        return None

    def part_at(self, href: str) -> tuple[tuple[str, ...], _Part] | None:
        """The element that a reference leads to, with the import names on the way."""
        way = self.found(href)
        if way is None:
            return None
        model = self
        for name in way[0]:
            model = model.imported[name]
        return way[0], model.parts[way[1]]


class Evaluation:
    """One request to one model: its inputs, and every value already found. Imported models have their own inside."""

    def __init__(self, model: DecisionModel, inputs: Mapping[str, Any], run: Run) -> None:
        self._model = model
        self._inputs = inputs
        self._run = run
        self._values: dict[str, Any] = {}
        self._inner: dict[str, Evaluation] = {}

    def value(self, identifier: str) -> Any:
        """The value of an element: of input data what is given, of a decision its result, else a function.

        A decision without logic is one that people make: its value may be given like input data (DMN 1.3, 6.3.7).
        """
        if identifier not in self._values:
            self._values[identifier] = self._found(self._model.parts[identifier])
        return self._values[identifier]

    def _found(self, part: _Part) -> Any:
        if part.element.local == "inputData":
            return held_to(part.of, completed(part.of, self._given(part.name)), self._run)
        if part.element.local == "decisionService":
            return self._service(part)
        if part.logic is None and part.element.local == "decision":
            return held_to(part.of, self._given(part.name), self._run)
        outer, self._run.element = self._run.element, part.id
        self._run.enter()
        try:
            value = (part.logic or nothing)(self._scope(part))
            return held_to(part.of, value, self._run)
        finally:
            self._run.leave()
            self._run.element = outer

    def _given(self, name: str) -> Any:
        value = self._inputs.get(name, _MISSING)
        if value is not _MISSING:
            return value
        return next((given for key, given in self._inputs.items() if normalised(key) == name), None)

    def _scope(self, part: _Part) -> Scope:
        values: dict[str, Any] = {}
        for href in part.requires:
            way = self._model.found(href)
            if way is None:
                continue
            place, evaluation = values, self
            for name in way[0]:
                evaluation = evaluation._within(name)
                place = place.setdefault(name, {})
            place[evaluation._model.parts[way[1]].name] = evaluation.value(way[1])
        if part.element.local == "businessKnowledgeModel":
            scope = Scope(values, None, self._run)
            values.setdefault(part.name, (part.logic or nothing)(scope))
            return scope
        return Scope(values, None, self._run)

    def _within(self, name: str) -> Evaluation:
        """The evaluation of an imported model, whose inputs are what is given under its name."""
        if name not in self._inner:
            inputs = self._inputs.get(name)
            if not isinstance(inputs, Mapping):
                prefix = f"{name}."
                inputs = {
                    key.removeprefix(prefix): value
                    for key, value in self._inputs.items()
                    if key.startswith(prefix)
                } or self._inputs
            self._inner[name] = Evaluation(self._model.imported[name], inputs, self._run)
        return self._inner[name]

    # ---- decision services -----------------------------------------------------------------------------------

    def _service(self, part: _Part) -> Function:
        """The service as a function of its input data and input decisions, in this order."""
        parameters = [
            reached[1]
            for kind in ("inputData", "inputDecision")
            for href in references(part.element, kind)
            if (reached := self._model.part_at(href)) is not None
        ]
        names = tuple(parameter.name for parameter in parameters)

        def call(run: Run, *arguments: Any) -> Any:
            run.enter()
            try:
                return self.served(part.element, dict(zip(names, arguments, strict=True)))
            finally:
                run.leave()

        return Function(
            part.name,
            names,
            call,
            types=tuple(parameter.of for parameter in parameters),
            result_type=result_of(part.of),
        )

    def served(self, service: Element, arguments: Mapping[str, Any]) -> Any:
        """The output of a service: of one decision its value, of several a context."""
        inner = Evaluation(self._model, arguments, self._run)
        for href in references(service, "inputDecision"):
            reached = self._model.part_at(href)
            if reached is not None:
                way, part = reached
                value = held_to(part.of, arguments.get(part.name), self._run)
                inner._inside(way)._values[part.id] = value
        results = {}
        for href in references(service, "outputDecision"):
            reached = self._model.part_at(href)
            if reached is not None:
                results[reached[1].name] = inner._inside(reached[0]).value(reached[1].id)
        return next(iter(results.values())) if len(results) == 1 else results

    def _inside(self, way: tuple[str, ...]) -> Evaluation:
        """The evaluation of the model that is reached by these imports."""
        evaluation = self
        for name in way:
            evaluation = evaluation._within(name)
        return evaluation


# ---- compiling -----------------------------------------------------------------------------------------------

REQUIREMENTS = ("requiredInput", "requiredDecision", "requiredKnowledge")


def compile_model(
    document: Document,
    imported: Mapping[str, DecisionModel],
    brought_in: Sequence[Mapping[str, Type]] = (),
) -> DecisionModel:
    """The model with everything in it compiled; what is faulty is in its findings and evaluates to null.

    :param brought_in: types of the models that are imported without a name, the first of a name counting
    """
    findings: list[Finding] = []
    boxes = Boxes(findings)
    members = {name for part in (document, *document.absorbed) for name in member_names(part.root)}
    for types in reversed(brought_in):
        boxes.items.adopt("", types)
    for name, model in imported.items():
        boxes.items.adopt(name, model.types)
        members |= set(member_names(model.document.root))
    boxes.members = frozenset(members)
    boxes.items.read(document.root, {model.namespace: name for name, model in imported.items()})
    model = DecisionModel(document, imported, findings, types=boxes.items.types)
    for identifier, element in document.by_id.items():
        if element.local != "knowledgeSource":
            model.parts[identifier] = _outline(identifier, element, boxes)
    _check_references(model, boxes)
    _check_cycles(model, boxes)
    if not any(finding.code == "dmn.cycle" for finding in findings):
        for identifier, part in model.parts.items():
            model.parts[identifier] = _compiled(part, model, boxes)
    return model


def _outline(identifier: str, element: Element, boxes: Boxes) -> _Part:
    """The element without its logic, which may need the names of all others."""
    variable = variable_of(element)
    of = boxes.items.referred(type_ref(variable) or type_ref(element), variable or element)
    return _Part(identifier, element, name_of(element), of, None, tuple(references(element, *REQUIREMENTS)))


def _compiled(part: _Part, model: DecisionModel, boxes: Boxes) -> _Part:
    element, names = part.element, _names_in_scope(part, model)
    logic: Closure | None = None
    if element.local == "decision":
        logic = boxes.logic_of(element, names)
    elif element.local == "businessKnowledgeModel":
        function = child(element, "encapsulatedLogic")
        if function is not None:
            logic = boxes.function(function, part.name, (*names, part.name), result_of(part.of))
    return replace(part, logic=logic)


def _names_in_scope(part: _Part, model: DecisionModel) -> tuple[str, ...]:
    """The names of what is required; of an imported element, of its import and of both with a dot between."""
    names: list[str] = []
    for href in part.requires:
        reached = model.part_at(href)
        if reached is not None:
            way, required = reached
            names.append(next(iter(way), required.name))
    return tuple(names)


def _check_references(model: DecisionModel, boxes: Boxes) -> None:
    kinds = (*REQUIREMENTS, "outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
    for part in model.parts.values():
        for href in references(part.element, *kinds):
            if model.found(href) is None:
                boxes.refuse(
                    "dmn.dangling",
                    part.element,
                    _("“%(name)s” refers to “%(href)s”, which does not exist.")
                    % {"name": part.name, "href": href},
                    _("Draw the requirement anew, or add the model that is imported."),
                )


def _check_cycles(model: DecisionModel, boxes: Boxes) -> None:
    """Refuse decisions that require each other in a circle; a knowledge model may call itself."""
    done: set[str] = set()
    for start in model.parts:
        circle = [] if start in done else _circle_from(start, model, done)
        if circle:
            names = " → ".join(model.parts[identifier].name for identifier in circle)
            boxes.refuse(
                "dmn.cycle",
                model.parts[circle[0]].element,
                _("These require each other in a circle: %(names)s.") % {"names": names},
                _("Remove one of the requirements."),
            )
            return


def _circle_from(start: str, model: DecisionModel, done: set[str]) -> list[str]:
    """A circle reachable from ``start``, first and last element the same; empty if there is none."""
    path = [start]
    ahead = [iter(_required(start, model))]
    while ahead:
        following = next((found for found in ahead[-1] if found not in done and found in model.parts), None)
        if following is None:
            ahead.pop()
            done.add(path.pop())
        elif following in path:
            return [*path[path.index(following) :], following]
        else:
            path.append(following)
            ahead.append(iter(_required(following, model)))
    return []


def _required(identifier: str, model: DecisionModel) -> Iterator[str]:
    part = model.parts[identifier]
    for href in part.requires:
        local = model.local_id(href)
        if local and not (local == identifier and part.element.local == "businessKnowledgeModel"):
            yield local
