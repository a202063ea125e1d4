"""Whether a model may be deployed: its own faults, and what it names that nobody knows.

Deploying, submitting, the editor and the command line ask the same question here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import dmn, ports
from chengshu.engines.cases.bpmn.decision_tables import lint_decisions
from chengshu.engines.cases.bpmn.document import Document, read_document
from chengshu.engines.cases.bpmn.lint import lint_content
from chengshu.engines.cases.bpmn.rules import Known
from chengshu.engines.cases.clocks.linting import clock_findings
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.interpreter.plan import Plan
from chengshu.engines.cases.models import Definition, DefinitionKind, DefinitionVersion, VersionState
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Role, Unit


@dataclass(frozen=True)
class Deployed:
    """What is in force beside the model under examination.

    :param processes: BPMN process id → version id
    :param decisions: decision id or name → version id
    """

    processes: dict[str, int]
    decisions: dict[str, int]

    def and_also(self, processes: Iterable[str] = (), decisions: Iterable[str] = ()) -> Deployed:
        """The same with names that are about to be deployed together; their version is not known yet."""
        return Deployed(
            {**dict.fromkeys(processes, 0), **self.processes},
            {**dict.fromkeys(decisions, 0), **self.decisions},
        )


def deployed() -> Deployed:
    """Every process and decision in force."""
    processes: dict[str, int] = {}
    decisions: dict[str, int] = {}
    rows = DefinitionVersion.objects.filter(state=VersionState.DEPLOYED)
    for pk, kind, model_id, facts in rows.values_list(
        "pk", "definition__kind", "definition__model_id", "facts"
    ):
        if kind == DefinitionKind.PROCESS:
            processes[model_id] = pk
        else:
            for name in facts.get("decisions", ()):
                decisions[name] = pk
    return Deployed(processes, decisions)


def findings_of(
    content: bytes, kind: Literal["process", "decision"], beside: Deployed | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful about a model; errors refuse its deployment.

    :param beside: what else is in force; read from the database unless given
    """
    if kind == "decision":
        return tuple(_of_decision(content))
    known = beside or deployed()
    found = lint_content(content, _known(known))
    if any(finding.severity == "error" for finding in found):
        return found
    return (*found, *_of_compilation(content, known))


def findings_by_itself(content: bytes, kind: Literal["process", "decision"]) -> tuple[Finding, ...]:
    """The same without anything beside the model: what it names elsewhere is taken on trust. Needs no database."""
    return tuple(_of_decision(content)) if kind == "decision" else lint_content(content)


def together(known: Deployed, contents: Iterable[bytes]) -> Deployed:
    """What is in force, and what these files would bring."""
    processes: list[str] = []
    decisions: list[str] = []
    for content in contents:
        with suppress(InvalidInput):
            processes += [process.id for process in read_document(content).processes]
        with suppress(InvalidInput):
            for decision in dmn.read_decisions(content).decisions:
                decisions += [name for name in (decision.id, decision.name) if name]
    return known.and_also(processes, decisions)


def plans_in(document: Document, *, ref: str = "") -> dict[str, Plan]:
    """Every process of a file, compiled.

    :raises ModelRefused: if one of them cannot be run
    """
    return {
        process.id: compile_process(document, process.id, ref=f"{ref}#{process.id}")
        for process in document.processes
    }


def refuse_errors(findings: Iterable[Finding]) -> None:
    """
    :raises ModelRefused: if there is an error among them
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise ModelRefused(errors)


def _known(known: Deployed) -> Known:
    return Known(
        forms=ports.known_forms(),
        decisions=known.decisions,
        processes=known.processes,
        roles=set(Role.objects.values_list("key", flat=True)),
        units=set(Unit.objects.values_list("key", flat=True)),
    )


def _of_decision(content: bytes) -> Iterator[Finding]:
    try:
        model = dmn.read_decisions(content)
    except ModelRefused as refused:
        yield from refused.findings
        return
    except InvalidInput as error:
        yield Finding("error", error.code, str(error.data.get("element", "")), "", error.message, error.hint)
        return
    if not model.decisions:
        yield Finding(
            "error",
            "cases.no_decision",
            "",
            "",
            _("The file holds no decision."),
            _("Draw one in the editor."),
        )
    yield from lint_decisions(content)


def _of_compilation(content: bytes, known: Deployed) -> Iterator[Finding]:
    try:
        plans = plans_in(read_document(content))
    except ModelRefused as refused:
        yield from refused.findings
        return
    forms = ports.known_forms()
    for plan in plans.values():
        yield from _unknown(plan.calls - set(plans), known.processes, "cases.call_unknown", _CALL)
        yield from _unknown(plan.decisions, known.decisions, "cases.decision_unknown", _DECISION)
        if forms is not None:
            wanted = {*plan.forms, *filter(None, [plan.case.start_form])}
            yield from _unknown(wanted, forms, "cases.form_unknown", _FORM)
        yield from clock_findings(plan)
    yield from _cycles(plans)


_CALL = _("The process “%(name)s” that is called here is not deployed.")
_DECISION = _("The decision “%(name)s” that is asked here is not deployed.")
_FORM = _("The form “%(name)s” does not exist.")


def _unknown(wanted: Iterable[str], known: Collection[str], code: str, message: object) -> Iterator[Finding]:
    for name in sorted(set(wanted) - set(known)):
        yield Finding(
            "error",
            code,
            name,
            "",
            str(message) % {"name": name},
            _("Deploy it first, or name one that exists."),
        )


def _cycles(plans: dict[str, Plan]) -> Iterator[Finding]:
    """Processes that call themselves, by way of others in force too: such a case would never come to an end."""
    for process_id in plans:
        way = _way_back(process_id, plans)
        if way:
            yield Finding(
                "error",
                "cases.call_cycle",
                process_id,
                plans[process_id].name,
                _("This process calls itself: %(way)s.") % {"way": " → ".join(way)},
                _("Take one of the calls out."),
            )
            return


def _way_back(start: str, plans: dict[str, Plan]) -> list[str]:
    """The calls that lead from a process back to itself; empty when none do."""
    calls = {process_id: set(plan.calls) for process_id, plan in plans.items()}
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for called in sorted(_calls_of(way[-1], calls)):
            if called == start:
                return [*way, called]
            if called not in seen:
                seen.add(called)
                ways.append([*way, called])
    return []


def _calls_of(process_id: str, calls: dict[str, set[str]]) -> set[str]:
    """What a process calls: by this file, or by the version in force."""
    if process_id not in calls:
        row = DefinitionVersion.objects.filter(
            definition__model_id=process_id,
            definition__in=Definition.objects.filter(kind=DefinitionKind.PROCESS),
            state=VersionState.DEPLOYED,
        ).first()
        calls[process_id] = set(row.facts.get("calls", ())) if row else set()
    return calls[process_id]
