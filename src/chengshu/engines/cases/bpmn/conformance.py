"""Reads, writes, examines and runs every BPMN file of a folder, and says how far each one came.

    ./chengshu cases conformance --bpmn DIR --json

The files of one folder may call each other's processes. Reference models are drawings; what a trial must make up to
walk through them is listed under ``completions``, and what cannot be read or run under ``refused``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.completing import Completion, completed, with_defaults_too
from chengshu.engines.cases.bpmn.document import (
    Difference,
    Document,
    Element,
    differences,
    examine_document,
    model_elements,
    write_document,
)
from chengshu.engines.cases.bpmn.graph import Graph
from chengshu.engines.cases.bpmn.lint import lint_document
from chengshu.engines.cases.bpmn.metamodel import is_a
from chengshu.engines.cases.bpmn.rules import Subject
from chengshu.engines.cases.bpmn.rules_flow import flows_at_home
from chengshu.engines.cases.bpmn.trial import Outcome, TrialLibrary, try_process
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.interpreter.plan import Plan
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.foundation.errors import Words

_TAKING_PART: Final = ("flowElement", "rootElement", "lane")
"""Kinds that other elements point at by their ids."""


@dataclass
class Model:
    """One file, and what became of it."""

    name: str
    document: Document | None = None
    lost: list[Difference] = field(default_factory=list)
    kept: bool = False
    as_it_is: int = 0
    """Processes that the interpreter takes without any completion."""
    trial: Document | None = None
    """The document as completed for the trial."""
    completions: tuple[Completion, ...] = ()
    plans: dict[str, Plan] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    refused: list[tuple[str, Words]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    """Codes of what lint says of the file."""

    @property
    def processes(self) -> list[str]:
        """Ids of the processes with anything in them; an empty one is only the inside of a closed pool.

        A process without an id goes by the one that the trial gave it.
        """
        document = self.trial or self.document
        return (
            [process.id for process in document.processes if document.flow_nodes(process)] if document else []
        )

    @property
    def executed_processes(self) -> list[str]:
        return [
            key for key in self.processes if (found := self.outcomes.get(key)) and all(o.ended for o in found)
        ]

    @property
    def executed(self) -> bool:
        return bool(self.processes) and len(self.executed_processes) == len(self.processes)


def run_folder(path: Path) -> dict[str, Any]:
    """Try every ``.bpmn`` file in the folder and below, however its ending is spelt.

    :returns: JSON-able: ``models``, ``imported`` (read), ``round_trip`` (written and read again without any
        difference), ``processes``, ``processes_executed`` (from each start a run came to its end), ``executed`` (all
        processes of the file), ``processes_executable_as_is`` (compiled without any completion), ``refused``,
        ``completions``, and ``files`` with the details
    """
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() == ".bpmn" and not file.is_dir())
    models = [_read(file, str(file.relative_to(path))) for file in files]
    callable_processes = _callable(models)
    for model in models:
        try:
            _compile(model, callable_processes)
        except Exception as error:  # See ``_compiled``.
            model.refused.append(("", _fault(error)))
    library = TrialLibrary()
    for model in models:
        for plan in model.plans.values():
            library.add(plan)
    for model in models:
        _run(model, library)
    return _report(models)


def _read(file: Path, name: str) -> Model:
    """Import the file and bring it round once."""
    model = Model(name)
    try:
        model.document = examine_document(file.read_bytes())
    except OSError as error:
        model.refused.append(("", _("The file cannot be opened: %(reason)s.") % {"reason": error.strerror}))
        return model
    except ModelRefused as refused:
        model.refused.append((refused.findings[0].element, refused.message))
        return model
    try:
        again = examine_document(write_document(model.document))
    except ModelRefused as refused:
        model.refused.append((refused.findings[0].element, refused.message))
        return model
    model.lost = differences(model.document, again)
    model.kept = not model.lost
    model.refused += [
        (lost.path, _("Lost or changed when written: %(what)s.") % {"what": lost.name}) for lost in model.lost
    ]
    model.refused += [(finding.element, finding.message) for finding in _ambiguous(model.document)]
    if not model.processes:
        model.refused.append(("", _("The file holds no process to run: it only draws.")))
    return model


def _ambiguous(document: Document) -> list[Finding]:
    """Ids used twice by something that takes part in a run; two remarks of one id confuse nobody."""
    holders: dict[str, list[Element]] = defaultdict(list)
    for found in model_elements(document.root):
        holders[found.id].append(found)
    return [
        finding
        for finding in document.findings
        if finding.code == "bpmn.duplicate_id"
        and any(is_a(found, kind) for found in holders[finding.element] for kind in _TAKING_PART)
    ]


def _compile(model: Model, callable_processes: set[str]) -> None:
    if model.document is None:
        return
    model.findings = [finding.code for finding in lint_document(model.document)]
    if _ambiguous(model.document):
        return  # Which of the two a flow means cannot be told.
    model.trial, model.completions = completed(model.document, callable_processes)
    crossing = list(flows_at_home(Subject(model.document)))
    model.refused += [(finding.element, finding.message) for finding in crossing]
    if crossing:
        return
    named = {process.id for process in model.document.processes if process.id}
    for process in model.processes:
        if process in named:
            model.as_it_is += isinstance(_compiled(model, model.document, process, drawing=False), Plan)
        plan = _compiled(model, model.trial, process)
        if isinstance(plan, Plan):
            model.plans[process] = plan
        else:
            model.refused += plan


def _compiled(
    model: Model, document: Document, process: str, *, drawing: bool = True
) -> Plan | list[tuple[str, Words]]:
    """The plan, or every reason why there is none, each with its element."""
    try:
        return compile_process(document, process, ref=f"{model.name}#{process}", drawing=drawing)
    except ModelRefused as refused:
        return [
            (finding.element, finding.message) for finding in refused.findings if finding.severity == "error"
        ]
    except Exception as error:  # A fault of ours in one model must not hide what became of the others.
        return [(process, _fault(error))]


def _fault(error: Exception) -> Words:
    return _("The engine failed: %(error)s.") % {"error": f"{type(error).__name__}: {error}"}


def _callable(models: list[Model]) -> set[str]:
    """Ids of processes that begin without a trigger."""
    documents = [model.document for model in models if model.document is not None]
    return {
        process.id
        for document in documents
        for process in document.processes
        if any(
            node.kind != "startEvent" or not document.event_definitions(node)
            for node in Graph(document, process).starts()
        )
    }


def _run(model: Model, library: TrialLibrary) -> None:
    for process, plan in model.plans.items():
        outcomes = _try(plan, library)
        if not all(outcome.ended for outcome in outcomes):
            outcomes = _once_more(model, process, library) or outcomes
        model.outcomes[process] = outcomes
        if not outcomes:
            model.refused.append((process, _("Nothing in this process can begin.")))
        for outcome in outcomes:
            if not outcome.ended:
                model.refused.append((outcome.at or outcome.start or process, outcome.reason))


def _try(plan: Plan, library: TrialLibrary) -> list[Outcome]:
    own = TrialLibrary({plan.ref: plan}, dict(library.newest), beside=library.beside)
    for called in _called_by(plan, library):
        own.plans[called.ref] = called
    try:
        return try_process(plan, own)
    except Exception as error:  # See ``_compiled``.
        return [Outcome("", reason=_fault(error))]


def _once_more(model: Model, process: str, library: TrialLibrary) -> list[Outcome]:
    """Try again with inclusive gateways that follow their default way as well; nothing when that is no help."""
    assert model.trial is not None, "only what was completed is run"
    relaxed, made_up = with_defaults_too(model.trial)
    if not made_up:
        return []
    plan = _compiled(model, relaxed, process)
    outcomes = _try(plan, library) if isinstance(plan, Plan) else []
    if not outcomes or not all(outcome.ended for outcome in outcomes):
        return []
    model.completions += made_up
    return outcomes


def _called_by(plan: Plan, library: TrialLibrary) -> Iterator[Plan]:
    """Every plan that the plan calls, directly or not."""
    seen = {plan.ref}
    pending = [plan]
    while pending:
        caller = pending.pop()
        known = caller.calls & library.newest.keys()
        for ref in sorted(library.called(caller.ref, process) for process in known):
            if ref not in seen:
                seen.add(ref)
                pending.append(library.plans[ref])
                yield library.plans[ref]


def _report(models: list[Model]) -> dict[str, Any]:
    return {
        "models": len(models),
        "imported": sum(model.document is not None for model in models),
        "round_trip": sum(model.kept for model in models),
        "executed": sum(model.executed for model in models),
        "processes": sum(len(model.processes) for model in models),
        "processes_executed": sum(len(model.executed_processes) for model in models),
        "processes_executable_as_is": sum(model.as_it_is for model in models),
        "refused": [
            {"file": model.name, "element": element, "reason": str(reason)}
            for model in models
            for element, reason in dict.fromkeys((element, str(reason)) for element, reason in model.refused)
        ],
        "completions": [entry for model in models for entry in _completions(model)],
        "files": [_details(model) for model in models],
    }


def _completions(model: Model) -> Iterator[dict[str, Any]]:
    by_what: dict[str, list[str]] = defaultdict(list)
    for completion in model.completions:
        by_what[str(completion.what)].append(completion.element)
    for what, elements in by_what.items():
        yield {"file": model.name, "what": what, "elements": elements}


def _details(model: Model) -> dict[str, Any]:
    return {
        "file": model.name,
        "imported": model.document is not None,
        "round_trip": model.kept,
        "executed": model.executed,
        "findings": dict(sorted(Counter(model.findings).items())),
        "processes": [_process_details(model, process) for process in model.processes],
    }


def _process_details(model: Model, process: str) -> dict[str, Any]:
    plan, outcomes = model.plans.get(process), model.outcomes.get(process, [])
    nodes = set(plan.nodes) if plan is not None else set()
    visited = {node for outcome in outcomes for node in outcome.visited} & nodes
    return {
        "process": process,
        "executed": process in model.executed_processes,
        "starts": len(outcomes),
        "runs": sum(outcome.runs for outcome in outcomes),
        "runs_ended": sum(outcome.runs_ended for outcome in outcomes),
        "nodes": len(nodes),
        "nodes_visited": len(visited),
        "not_visited": sorted(nodes - visited),
    }
