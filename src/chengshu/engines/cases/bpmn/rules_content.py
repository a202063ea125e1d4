"""Lint rules about what a step says: who does it, with which form, decision, service or called process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, Element, local_name
from chengshu.engines.cases.bpmn.expressions import expressions
from chengshu.engines.cases.bpmn.metamodel import ACTIVITIES, described
from chengshu.engines.cases.bpmn.names import CHENGSHU
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.feel import FeelError, compile_expression

NO_ASSIGNMENT = Rule("bpmn.no_assignment", "warning", _("A user task says who does it."))
UNKNOWN_ROLE = Rule("bpmn.unknown_role", "error", _("An assignment names an existing role."))
UNKNOWN_UNIT = Rule("bpmn.unknown_unit", "error", _("An assignment names an existing unit."))
UNKNOWN_FORM = Rule("bpmn.unknown_form", "error", _("A step names an existing form."))
NO_DECISION = Rule("bpmn.no_decision", "error", _("A business rule task names its decision."))
UNKNOWN_DECISION = Rule(
    "bpmn.unknown_decision", "error", _("A business rule task names an existing decision.")
)
NO_SERVICE = Rule("bpmn.no_service", "error", _("A service task names its service."))
NO_SCRIPT = Rule("bpmn.no_script", "error", _("A script task holds an expression."))
NO_CALLED_PROCESS = Rule("bpmn.no_called_process", "error", _("A call activity names the process it calls."))
UNKNOWN_PROCESS = Rule("bpmn.unknown_process", "error", _("A call activity names an existing process."))
CYCLIC_CALL = Rule("bpmn.cyclic_call", "error", _("Processes do not call each other in a circle."))
NO_INSTANCES = Rule("bpmn.no_instances", "error", _("A multi-instance step has a list or a number."))
ENDLESS_LOOP = Rule("bpmn.loop_without_end", "error", _("A loop says how long or how often."))
FOREIGN_EXPRESSION = Rule("bpmn.foreign_expression", "error", _("Expressions are written in FEEL."))
BAD_EXPRESSION = Rule("bpmn.bad_expression", "error", _("Every expression can be read."))
UNKNOWN_SETTING = Rule("bpmn.unknown_setting", "error", _("Every setting of the platform exists."))
WRONG_SETTING = Rule("bpmn.wrong_setting", "error", _("Every setting of the platform has a possible value."))
APPROVAL_ALONE = Rule(
    "bpmn.approval_without_instances", "error", _("A countersign stands on a multi-instance user task.")
)
NOT_EXECUTABLE = Rule(
    "bpmn.not_executable", "warning", _("A process to be deployed is marked as executable.")
)

_FLAG: Final = ("true", "false")
SETTINGS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "assign": {"unit": (), "role": (), "assignee": (), "apartFrom": ()},
    "approval": {"mode": ("all", "any", "count", "weighted", "sequential"), "needed": (), "veto": _FLAG},
    "outcomes": {},
    "outcome": {"key": (), "label": (), "tone": ("positive", "negative", "neutral"), "needsOpinion": _FLAG},
    "limit": {"amount": (), "unit": ("wd", "d", "h"), "warn": ()},
    "powers": {
        "returns": (),
        **dict.fromkeys(("transfer", "delegate", "addSigner", "withdraw", "jump", "circulate"), _FLAG),
    },
    "status": {"code": ()},
    "clock": {
        "do": ("start", "stop", "pause", "resume"),
        "layer": ("legal", "promised", "all"),
        "ground": (),
    },
    "case": dict.fromkeys(("title", "numberPrefix", "startForm", "legal", "promised", "rule"), ()),
}
"""The elements of our own namespace, their attributes, and the values these may have; () for any."""

CASE_STATUSES: Final = frozenset(map(str, range(16)))
"""The national status codes of a case, from 0 申报待收件 to 15 撤销."""


def assignments(subject: Subject) -> Iterator[Finding]:
    for _graph, task in subject.nodes("userTask"):
        ours, zeebe = task.extension("chengshu:assign"), task.extension("zeebe:assignmentDefinition")
        if ours is None and zeebe is None:
            message = _("%(task)s does not say who does it: anybody of the case's unit can.") % {
                "task": described(task)
            }
            yield NO_ASSIGNMENT.broken_at(task, message, _("Choose a role, a unit or a person."))
        if ours is not None:
            yield from _unknown(subject.known.roles, UNKNOWN_ROLE, task, ours.get("role"), _("role"))
            unit = ours.get("unit")
            if unit != "case":
                yield from _unknown(subject.known.units, UNKNOWN_UNIT, task, unit, _("unit"))


def forms(subject: Subject) -> Iterator[Finding]:
    for _graph, node in subject.nodes("userTask", "startEvent", "manualTask"):
        definition = node.extension("zeebe:formDefinition")
        if definition is not None:
            form = definition.get("formId") or definition.get("formKey")
            yield from _unknown(subject.known.forms, UNKNOWN_FORM, node, form, _("form"))
    for process in subject.document.processes:
        case = process.extension("chengshu:case")
        if case is not None:
            yield from _unknown(subject.known.forms, UNKNOWN_FORM, process, case.get("startForm"), _("form"))


def _unknown(
    known: Iterable[str] | None, rule: Rule, owner: Element, name: str, what: object
) -> Iterator[Finding]:
    if known is None or not name or name.startswith("=") or name in known:
        return
    message = _("%(owner)s names the %(what)s “%(name)s”, which does not exist.") % {
        "owner": described(owner),
        "what": what,
        "name": name,
    }
    yield rule.broken_at(owner, message, _("Choose an existing one, or make it first."))


def machine_tasks(subject: Subject) -> Iterator[Finding]:
    for _graph, task in subject.nodes("businessRuleTask"):
        called = task.extension("zeebe:calledDecision")
        decision = called.get("decisionId") if called is not None else ""
        if decision:
            yield from _unknown(subject.known.decisions, UNKNOWN_DECISION, task, decision, _("decision"))
        elif task.extension("zeebe:taskDefinition") is None:
            message = _("%(task)s names no decision.") % {"task": described(task)}
            yield NO_DECISION.broken_at(task, message, _("Choose a decision table."))
    for _graph, task in subject.nodes("serviceTask"):
        definition = task.extension("zeebe:taskDefinition")
        if definition is None or not definition.get("type"):
            message = _("%(task)s names no service.") % {"task": described(task)}
            yield NO_SERVICE.broken_at(task, message, _("Choose the service it calls."))
    for _graph, task in subject.nodes("scriptTask"):
        script, text = task.extension("zeebe:script"), task.first("bpmn:script")
        written = (script.get("expression") if script is not None else "") or (
            text.value if text is not None else ""
        )
        if not written and task.extension("zeebe:taskDefinition") is None:
            message = _("%(task)s holds no expression.") % {"task": described(task)}
            yield NO_SCRIPT.broken_at(task, message, _("Write what it computes as a FEEL expression."))


def called_process(activity: Element) -> str:
    """The id of the process that a call activity calls; starts with “=” when it is computed, empty when missing."""
    extension = activity.extension("zeebe:calledElement")
    return (extension.get("processId") if extension is not None else "") or local_name(
        activity.get("calledElement")
    )


def calls(subject: Subject) -> Iterator[Finding]:
    own = {process.id for process in subject.document.processes}
    for _graph, activity in subject.nodes("callActivity"):
        called = called_process(activity).strip()
        if not called:
            message = _("%(activity)s names no process to call.") % {"activity": described(activity)}
            yield NO_CALLED_PROCESS.broken_at(activity, message, _("Choose the process it calls."))
        elif called not in own:
            yield from _unknown(subject.known.processes, UNKNOWN_PROCESS, activity, called, _("process"))
    yield from cyclic_calls([subject.document])


def cyclic_calls(documents: Iterable[Document]) -> Iterator[Finding]:
    """Call activities by which a process of these files comes to call itself, directly or around a corner."""
    documents = list(documents)
    called = {process.id: _calls_of(process) for document in documents for process in document.processes}
    for process in (process for document in documents for process in document.processes):
        for activity in called[process.id]:
            way = _way(called, called_process(activity), process.id)
            if way and process.id == min(way):
                message = _("%(activity)s calls in a circle: %(way)s.") % {
                    "activity": described(activity),
                    "way": " → ".join([process.id, *way]),
                }
                hint = _("Let one of them loop inside itself instead of calling another.")
                yield CYCLIC_CALL.broken_at(activity, message, hint)


def _calls_of(process: Element) -> list[Element]:
    return [found for found in process.walk() if found.kind == "callActivity"]


def _way(called: dict[str, list[Element]], start: str, goal: str) -> list[str]:
    """The processes passed when going by calls from the one to the other; empty when there is no way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for following in map(called_process, called.get(way[-1], ())):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def instances(subject: Subject) -> Iterator[Finding]:
    for _graph, activity in subject.nodes(*ACTIVITIES):
        loop = activity.first("bpmn:multiInstanceLoopCharacteristics")
        if loop is not None and not _counted(loop):
            message = _(
                "%(activity)s is done several times, but neither a list nor a number says how often."
            ) % {"activity": described(activity)}
            yield NO_INSTANCES.broken_at(
                activity, message, _("Give it a list (input collection) or a number.")
            )
        again = activity.first("bpmn:standardLoopCharacteristics")
        if again is not None and not _bounded(again):
            message = _("%(activity)s is repeated without end: it has neither a condition nor a maximum.") % {
                "activity": described(activity)
            }
            yield ENDLESS_LOOP.broken_at(activity, message, _("Say how long to go on, or how often at most."))
        if activity.extension("chengshu:approval") is not None and (
            loop is None or activity.kind != "userTask"
        ):
            message = _("%(activity)s has a countersign rule but is not a multi-instance user task.") % {
                "activity": described(activity)
            }
            yield APPROVAL_ALONE.broken_at(
                activity, message, _("Mark it as multi-instance and give it the signers.")
            )


def _bounded(loop: Element) -> bool:
    condition = loop.first("bpmn:loopCondition")
    return (condition is not None and bool(condition.value)) or loop.get("loopMaximum").isdigit()


def _counted(loop: Element) -> bool:
    zeebe = loop.extension("zeebe:loopCharacteristics")
    by_list = zeebe is not None and zeebe.get("inputCollection").strip()
    by_part = [part for part in loop.all("bpmn:loopCardinality", "bpmn:loopDataInputRef") if part.value]
    return bool(by_list or by_part)


def readable_expressions(subject: Subject) -> Iterator[Finding]:
    for used in expressions(subject.document):
        where = {"owner": described(used.owner), "text": used.text[:80], "part": used.part}
        if used.foreign:
            message = _("“%(text)s” of %(owner)s is written in %(language)s, which is not run here.") % {
                **where,
                "language": used.foreign,
            }
            yield FOREIGN_EXPRESSION.broken_at(used.owner, message, _("Write it in FEEL."))
            continue
        try:
            compile_expression(used.text)
        except FeelError as error:
            message = _("“%(text)s” of %(owner)s cannot be read: %(reason)s") % {
                **where,
                "reason": error.message,
            }
            yield BAD_EXPRESSION.broken_at(used.owner, message, error.hint or _("Mend the expression."))


def settings(subject: Subject) -> Iterator[Finding]:
    """Our own extension elements: a misspelt one would silently do nothing."""
    for holder in subject.document.all_of("bpmn:extensionElements"):
        owner = holder.parent
        assert owner is not None, "extension elements stand inside an element"
        for element in (found for found in holder.walk() if found.namespace == CHENGSHU):
            if element.local in SETTINGS:
                yield from _setting(subject.document, owner, element)
            else:
                yield _unknown_setting(owner, element.local)


def _setting(document: Document, owner: Element, element: Element) -> Iterator[Finding]:
    attributes = SETTINGS[element.local]
    for name, value in element.attributes.items():
        if name not in attributes:
            yield _unknown_setting(owner, f"{element.local} {name}")
        elif attributes[name] and value not in attributes[name]:
            yield _wrong_setting(owner, f"{element.local} {name}", value, " ".join(attributes[name]))
    if element.local in _WRONG_VALUES:
        for name, value, allowed in _WRONG_VALUES[element.local](document, element):
            yield _wrong_setting(owner, f"{element.local} {name}", value, allowed)


def _unknown_setting(owner: Element, name: str) -> Finding:
    message = _("%(owner)s has a setting “%(name)s”, which does not exist.") % {
        "owner": described(owner),
        "name": name,
    }
    return UNKNOWN_SETTING.broken_at(owner, message, _("Correct its name, or delete it."))


def _wrong_setting(owner: Element, name: str, value: str, allowed: object) -> Finding:
    message = _("The setting “%(name)s” of %(owner)s cannot be “%(value)s”.") % {
        "name": name,
        "owner": described(owner),
        "value": value,
    }
    return WRONG_SETTING.broken_at(owner, message, _("Possible are: %(allowed)s.") % {"allowed": allowed})


_Wrong = Iterator[tuple[str, str, object]]
"""Settings with an impossible value: name, value, and what would be possible."""


def _wrong_limit(_document: Document, limit: Element) -> _Wrong:
    amount, warn = limit.get("amount"), limit.get("warn", "0.8")
    if not (amount.isascii() and amount.isdigit() and int(amount) > 0):
        yield "amount", amount, _("whole numbers from 1")
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", warn):
        yield "warn", warn, _("numbers between 0 and 1")


def _wrong_status(_document: Document, status: Element) -> _Wrong:
    if status.get("code") not in CASE_STATUSES:
        yield "code", status.get("code"), _("whole numbers from 0 to 15")


def _wrong_approval(_document: Document, approval: Element) -> _Wrong:
    if approval.get("mode") == "count" and not approval.get("needed"):
        yield "needed", "", _("a number, or a FEEL expression")


def _wrong_powers(document: Document, powers: Element) -> _Wrong:
    for step in powers.get("returns", "all").split():
        if step not in ("all", "none") and document.element(step) is None:
            yield "returns", step, _("“all”, “none”, or ids of steps of this model")


def _wrong_assign(document: Document, assign: Element) -> _Wrong:
    for step in assign.get("apartFrom").split():
        found = document.element(step)
        if found is None or found.local not in _DONE_BY_PEOPLE:
            yield "apartFrom", step, _("ids of human tasks and of called processes of this model")


_DONE_BY_PEOPLE: Final = ("userTask", "manualTask", "callActivity")


def _wrong_outcomes(_document: Document, outcomes: Element) -> _Wrong:
    keys = [outcome.get("key") for outcome in outcomes.all("chengshu:outcome")]
    for key in sorted({key for key in keys if not key or keys.count(key) > 1}):
        yield "key", key, _("a different word for each outcome")


_WRONG_VALUES: Final[dict[str, Callable[[Document, Element], _Wrong]]] = {
    "assign": _wrong_assign,
    "limit": _wrong_limit,
    "status": _wrong_status,
    "approval": _wrong_approval,
    "powers": _wrong_powers,
    "outcomes": _wrong_outcomes,
}
"""Checks of values that no list of words can bound."""


def executable_marks(subject: Subject) -> Iterator[Finding]:
    for process in subject.document.processes:
        if process.get("isExecutable", "true") not in ("true", "1"):
            message = _("%(process)s is marked as not executable: a drawing only.") % {
                "process": described(process)
            }
            yield NOT_EXECUTABLE.broken_at(process, message, _("Mark it as executable once it is complete."))


CHECKS: tuple[Check, ...] = (
    executable_marks,
    assignments,
    forms,
    machine_tasks,
    calls,
    instances,
    readable_expressions,
    settings,
)
