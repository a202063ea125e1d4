"""Putting models in force: facts read from the text, pins to what it calls, all in one transaction or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import checking, dmn
from chengshu.engines.cases.bpmn.document import Document, read_document
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.checking import Deployed
from chengshu.engines.cases.interpreter.plan import Plan
from chengshu.engines.cases.models import Definition, DefinitionKind, DefinitionVersion, VersionState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import Conflict, InvalidInput, Words

Kind = Literal["process", "decision"]
_KEY = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*")


def require_key(key: str) -> str:
    """
    :raises InvalidInput: ``key`` if it is no lower-case word with dots
    """
    if not _KEY.fullmatch(key) or len(key) > 100:
        raise InvalidInput(
            _("A key consists of lower-case letters, digits, dots and underscores, such as “desk.leave”."),
            field="key",
            code="cases.key",
            hint=_("Choose a short word for what the model is about."),
        )
    return key


def keep(
    key: str, kind: Kind, content: bytes, unit_id: int, *, title: str = "", note: str = "", origin: str = ""
) -> DefinitionVersion:
    """Save a model as the draft of its definition, which is made if it is new. For use inside an action.

    :raises ModelRefused: if the file cannot be read at all
    :raises Conflict: if the key is of another kind, another unit's, or its draft is under review
    """
    model_id, name = _named(content, kind)
    found = _definition(require_key(key), kind, unit_id, model_id, title or name or key, origin)
    draft = found.versions.filter(state=VersionState.DRAFT).first()
    if draft is None:
        newest = found.versions.order_by("-number").values_list("number", flat=True).first() or 0
        draft = DefinitionVersion(definition=found, unit_id=found.unit_id, number=newest + 1)
    draft.content, draft.digest = content, sm3(content)
    draft.note, draft.author_id = note[:300], current_asker().account_id
    draft.facts, draft.saved_at = {"model_id": model_id}, timezone.now()
    draft.save()
    return draft


def put_in_force(version: DefinitionVersion, beside: Deployed | None = None) -> None:
    """Deploy: pin what it calls, take the version before out of force. For use inside an action.

    :raises ModelRefused: with every finding; nothing is changed then
    """
    content = bytes(version.content)
    kind: Kind = "process" if version.definition.kind == DefinitionKind.PROCESS else "decision"
    known = beside or checking.deployed()
    checking.refuse_errors(checking.findings_of(content, kind, known))
    facts, pins = (
        _of_process(version, content, known) if kind == "process" else _of_decisions(content, version)
    )
    for earlier in version.definition.versions.filter(state=VersionState.DEPLOYED):
        earlier.state = VersionState.RETIRED
        earlier.save()
    version.facts, version.pins = facts, pins
    version.state, version.deployed_at = VersionState.DEPLOYED, timezone.now()
    version.save()
    definition = version.definition
    if definition.model_id != facts["model_id"]:
        definition.model_id = facts["model_id"]
        definition.save()


def _named(content: bytes, kind: Kind) -> tuple[str, str]:
    """The id by which other models call it, and its name."""
    if kind == "decision":
        model = dmn.read_decisions(content, lenient=True)
        return next((decision.id for decision in model.decisions), ""), model.name
    process = main_process(read_document(content))
    return process.id, process.name


def main_process(document: Document) -> Element:
    """The process that cases are opened by: the first that may be executed, else the first.

    :raises InvalidInput: if there is none
    """
    processes = document.processes
    if not processes:
        raise InvalidInput(
            _("The file holds no process."), field="model", code="cases.no_process", hint=_("Draw one first.")
        )
    return next((p for p in processes if p.get("isExecutable") == "true"), processes[0])


def _definition(key: str, kind: Kind, unit_id: int, model_id: str, title: str, origin: str) -> Definition:
    found = Definition.objects.filter(key=key).first()
    if found is None:
        found = Definition(
            key=key, kind=kind, title=title[:200], model_id=model_id, unit_id=unit_id, origin=origin
        )
        found.save()
        return found
    if found.kind != kind or found.unit_id != unit_id:
        raise _taken(_("This key belongs to another model."), _("Choose another key."))
    if found.origin != origin and not current_asker().is_system and found.origin:
        raise _taken(
            _("This model is shipped with the software and changed with it."), _("Save it under another key.")
        )
    if found.versions.filter(state=VersionState.REVIEW).exists():
        raise _taken(
            _("A version of this model is under review."), _("Wait for the review, or have it sent back.")
        )
    if title and found.title != title[:200]:
        found.title = title[:200]
        found.save()
    return found


def _taken(message: Words, hint: Words) -> Conflict:
    return Conflict(message, code="cases.key_taken", hint=hint)


def _of_process(
    version: DefinitionVersion, content: bytes, known: Deployed
) -> tuple[dict[str, Any], dict[str, Any]]:
    document = read_document(content)
    main = main_process(document).id
    plans = checking.plans_in(document)
    refs = {pid: str(version.pk) if pid == main else f"{version.pk}#{pid}" for pid in plans}
    calls = {name for plan in plans.values() for name in plan.calls}
    decisions = {name for plan in plans.values() for name in plan.decisions}
    pins = {
        "processes": {**{name: str(known.processes[name]) for name in calls - set(plans)}, **refs},
        "decisions": {name: known.decisions[name] for name in decisions},
    }
    return _facts(plans[main], plans.values(), main), pins


def _facts(plan: Plan, plans: Iterable[Plan], main: str) -> dict[str, Any]:
    together = list(plans)
    return {
        "model_id": main,
        "start_form": plan.case.start_form,
        "number_prefix": plan.case.number_prefix,
        "calls": sorted({name for one in together for name in one.calls}),
        "forms": sorted({name for one in together for name in one.forms}),
        "decisions_asked": sorted({name for one in together for name in one.decisions}),
        "starts": _message_starts(plan),
    }


def _message_starts(plan: Plan) -> list[dict[str, str]]:
    """Messages, signals and timers that open a case by themselves."""
    nodes = [plan.node(node_id) for node_id in plan.scopes[""].triggered]
    return [
        {"node": node.id, "event": event.kind.value, "name": event.name}
        for node in nodes
        for event in node.events
    ]


def _of_decisions(content: bytes, version: DefinitionVersion) -> tuple[dict[str, Any], Mapping[str, Any]]:
    model = dmn.read_decisions(content)
    names = {name for decision in model.decisions for name in (decision.id, decision.name) if name}
    return {"model_id": version.definition.model_id, "decisions": sorted(names)}, {}
