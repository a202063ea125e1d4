"""Trying a model out: a run in memory, a decision with inputs, an expression. The engine does it; this words it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.engines.cases.api import StepKind, TrialStep, TrialWait, check_expression, trial, try_decision
from chengshu.engines.cases.data import TimelineEntry
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.desk.facts import roles

LONGEST = 4000
"""Characters of an expression that is still checked."""
_QUIET = ("entered", "passed", "left")
"""Happenings that say nothing to somebody who watches the drawing."""


def judge(text: str) -> dict[str, Any]:
    """Whether an expression can be read, and why not in a sentence."""
    if len(text) > LONGEST:
        return {"ok": False, "message": _("The expression is too long to be read by people.")}
    try:
        check_expression(text)
    except InvalidInput as error:
        return {"ok": False, "message": str(error.message)}
    return {"ok": True, "message": _("The expression can be read.")}


def run(content: bytes, variables: dict[str, Any], steps: Iterable[Any]) -> dict[str, Any]:
    """Where a test run stands after these steps.

    :raises InvalidInput: if the model cannot be run or a step cannot be taken
    """
    view = trial(content, variables=variables, steps=[_step(step) for step in steps])
    titles = {one["key"]: one["title"] for one in roles()}
    return {
        "tokens": [
            {"node": token.node, "count": token.count, "faulty": token.state == "faulty"}
            for token in view.tokens
        ],
        "waiting": [_waiting(one, titles) for one in view.waiting],
        "history": [_happening(entry) for entry in view.timeline if entry.kind not in _QUIET],
        "variables": dict(view.variables),
        "ended": view.state not in ("running", "suspended"),
        "ending": view.outcome,
        "problem": str(view.refused) or next((token.note for token in view.tokens if token.note), ""),
    }


def _step(given: Any) -> TrialStep:
    """
    :raises InvalidInput: if it is no step
    """
    if not isinstance(given, dict) or given.get("kind") not in get_args(StepKind):
        raise InvalidInput(
            _("This is no step of a test run."), field="steps", hint=_("Start the test run anew.")
        )
    variables = given.get("variables")
    return TrialStep(
        kind=cast(StepKind, given["kind"]),
        target=str(given.get("task", "")),
        outcome=str(given.get("outcome", "")),
        variables=variables if isinstance(variables, dict) else {},
    )


def _waiting(one: TrialWait, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "node": one.node,
        "name": one.name,
        "kind": one.kind,
        "who": _who(one, titles) if one.kind == "task" else "",
        "due": _due(one),
        "outcomes": [
            {"key": outcome.key, "label": str(outcome.label), "tone": outcome.tone}
            for outcome in one.outcomes
        ],
    }


def _who(one: TrialWait, titles: Mapping[str, str]) -> str:
    if one.assignee:
        return one.assignee
    role = titles.get(one.role, one.role) if one.role else _("Anybody of the unit")
    return f"{_unit_name(one.unit)} · {role}"


def _unit_name(key: str) -> str:
    if key in ("", "case"):
        return _("The unit of the case")
    unit = Unit.objects.filter(key=key).first()
    return unit.shown_name if unit else _("unknown unit “%(key)s”") % {"key": key}


def _due(one: TrialWait) -> str:
    if one.due_at is None:
        return ""
    at = timezone.localtime(one.due_at).strftime("%Y-%m-%d %H:%M")
    return _("due %(time)s") % {"time": at} if one.kind == "task" else at


def _happening(entry: TimelineEntry) -> dict[str, str]:
    return {
        "title": f"{entry.node_name} · {entry.title}" if entry.node_name else str(entry.title),
        "node": entry.node,
        "text": str(entry.details.get("outcome", "")),
        "at": timezone.localtime(entry.at).strftime("%m-%d %H:%M"),
    }


def decide(content: bytes, decision: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision gives for inputs written as FEEL, and which rules of which table matched.

    :raises InvalidInput: if the model or an input cannot be read
    """
    found = try_decision(content, decision, {name: str(text) for name, text in inputs.items()})
    return {
        "result": found.value,
        "matched": [{"table": table, "rules": list(rules)} for table, rules in found.matched],
        "remarks": list(found.remarks) if found.value is None else [],
    }
