"""The lint rule about variables: which names a process fills, and which its expressions only believe to be filled."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Element
from chengshu.engines.cases.bpmn.expressions import Used, expressions
from chengshu.engines.cases.bpmn.metamodel import described, is_a
from chengshu.engines.cases.bpmn.rules import Check, Known, Rule, Subject
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.feel import FeelError, compile_expression

UNKNOWN_NAME = Rule(
    "bpmn.unknown_name", "warning", _("Every name in an expression is a variable that something fills.")
)

ALWAYS_THERE: Final = frozenset(
    (
        "case",
        "outcome",
        "activationCount",
        "loopCounter",
        "numberOfInstances",
        "numberOfActiveInstances",
        "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
    )
)
"""Names that the engine itself provides."""

_OF_A_DECISION: Final = ("outcome", "result", "agreed", "disagreed", "share")
"""What a user task leaves under its own id: ``review_outcome``; a countersign all of them."""

_NAMING: Final = (
    ("zeebe:script", "resultVariable"),
    ("zeebe:calledDecision", "resultVariable"),
    ("zeebe:calledDecision", "decisionId"),
    ("zeebe:loopCharacteristics", "inputElement"),
    ("zeebe:loopCharacteristics", "outputCollection"),
)
"""(extension element, its attribute that names a variable to be filled)."""

_OPEN: Final = frozenset(
    (
        "receiveTask",
        "sendTask",
        "serviceTask",
        "callActivity",
        "messageEventDefinition",
        "signalEventDefinition",
    )
)
"""Elements that may bring variables which the model does not name."""


def unknown_names(subject: Subject) -> Iterator[Finding]:
    """Names that nothing fills. Where something outside may fill any name, only those that look misspelt."""
    for process in subject.document.processes:
        filled, open_ended = _filled(process, subject.known)
        for used in expressions(subject.document):
            if used.foreign or process not in (used.owner, *used.owner.ancestors()):
                continue
            for name in sorted(_names(used, filled) - filled):
                similar = _similar(name, filled)
                if similar or not open_ended:
                    yield _unknown(used, name, similar)


def _unknown(used: Used, name: str, similar: list[str]) -> Finding:
    message = _("Nothing in the process fills “%(name)s”, which %(owner)s asks for.") % {
        "name": name,
        "owner": described(used.owner),
    }
    hint = _("Correct the name, or let a form, a script or a decision fill it before.")
    if similar:
        return UNKNOWN_NAME.broken_at(
            used.owner, message, _("Did you mean “%(name)s”?") % {"name": similar[0]}
        )
    return UNKNOWN_NAME.broken_at(used.owner, message, hint)


def _similar(name: str, filled: frozenset[str]) -> list[str]:
    """The filled name that was probably meant; a list is not meant by the name of its element."""
    close = get_close_matches(name, filled, n=3, cutoff=0.8)
    return [other for other in close if name != f"{other}s"][:1]


def _names(used: Used, filled: frozenset[str]) -> frozenset[str]:
    try:
        return compile_expression(used.text, names=filled).names
    except FeelError:
        return frozenset()


def _filled(process: Element, known: Known) -> tuple[frozenset[str], bool]:
    """The names that the process fills, and whether more may come from outside the model."""
    names = {*ALWAYS_THERE, *known.names}
    open_ended = False
    for element in process.walk():
        open_ended = open_ended or element.kind in _OPEN or _sets_entries(element)
        if element.kind in ("userTask", "manualTask"):
            names.update(f"{element.id}_{word}" for word in _OF_A_DECISION)
        if is_a(element, "itemAwareElement") or element.kind in ("dataObject", "dataObjectReference"):
            names.update((element.id, element.name))
        if element.tag[1] in ("input", "output") and element.get("target"):
            names.add(element.get("target").partition(".")[0])
        for extension, attribute in _NAMING:
            found = element.extension(extension)
            if found is not None and found.get(attribute):
                names.add(found.get(attribute))
        for form in _forms(element):
            variables = known.variables.get(form) if known.variables is not None else None
            names.update(variables or ())
            open_ended = open_ended or variables is None
    return frozenset(names - {""}), open_ended


def _sets_entries(element: Element) -> bool:
    """Whether a script without a named result sets one variable for each entry of its value."""
    script = element.extension("zeebe:script")
    return element.kind == "scriptTask" and (script is None or not script.get("resultVariable"))


def _forms(element: Element) -> list[str]:
    form, case = element.extension("zeebe:formDefinition"), element.extension("chengshu:case")
    keys = [
        (form.get("formId") or form.get("formKey")) if form is not None else "",
        case.get("startForm") if case is not None else "",
    ]
    return [key for key in keys if key]


CHECKS: tuple[Check, ...] = (unknown_names,)
