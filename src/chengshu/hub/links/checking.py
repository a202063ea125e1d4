"""Whether a link can be understood: names, formulas and inputs against what is offered now. Nothing is performed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.api import compile_expression
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.events.offers import Call, facts_offered, offered_calls, offered_events
from chengshu.hub.links.content import LONGEST_FORMULA, MOST_HOURS, MOST_PER_HOUR, Content

NOT_FOR_LINKS: Final = frozenset({"links.LinkMatched"})
"""Events that belong to the mechanism itself."""
_EXAMPLES: Final[Mapping[str, Any]] = {
    "number": 1,
    "string": "x",
    "boolean": True,
    "context": {},
    "any": None,
}
_KINDS: Final = frozenset({"feel.operands", "feel.argument_type", "feel.not_boolean", "feel.arguments"})


@dataclass(frozen=True)
class Finding:
    """One thing to mend.

    :param field: of the form, such as ``condition`` or ``input_subject``
    :param is_error: with an error a link cannot be submitted; what is no error is a hint
    """

    field: str
    message: Words
    hint: Words = ""
    is_error: bool = True


def findings_of(content: Content) -> list[Finding]:
    """What is wrong with a link, in the order of the form; empty when it can be put in force."""
    return [*_event(content), *_call(content), *_key(content), *findings_of_limits(content)]


def events_for_links() -> tuple[str, ...]:
    return tuple(sorted(name for name in offered_events() if name not in NOT_FOR_LINKS))


def refuse(findings: list[Finding]) -> None:
    """
    :raises InvalidInput: with the first error, if there is one
    """
    first = next((one for one in findings if one.is_error), None)
    if first is not None:
        raise InvalidInput(first.message, field=first.field, code="links.content", hint=first.hint)


def _event(content: Content) -> Iterator[Finding]:
    if content.event not in events_for_links():
        yield Finding(
            "event",
            _("There is no event “%(name)s”.") % {"name": content.event[:100]}
            if content.event
            else _("Choose the event."),
            _("Choose one from the list."),
        )
        return
    if content.condition.strip():
        yield from _formula("condition", content.condition, content.event, "boolean")


def _call(content: Content) -> Iterator[Finding]:
    call = offered_calls().get(content.call)
    if call is None:
        yield Finding(
            "call",
            _("There is no call “%(name)s”.") % {"name": content.call[:100]}
            if content.call
            else _("Choose the call."),
            _("Choose one from the list."),
        )
        return
    yield from _inputs(call, content)


def _inputs(call: Call, content: Content) -> Iterator[Finding]:
    for one in call.inputs:
        formula = content.inputs.get(one.name, "")
        if formula.strip():
            yield from _formula(f"input_{one.name}", formula, content.event, one.kind)
        elif one.required:
            yield Finding(
                f"input_{one.name}",
                _("The call needs “%(name)s”.") % {"name": one.title},
                _("Write a formula; a fixed text stands in quotation marks."),
            )
    for name in content.inputs:
        if call.input(name) is None:
            yield Finding(
                "call", _("The call takes no “%(name)s”.") % {"name": name[:60]}, _("Remove this input.")
            )


def _key(content: Content) -> Iterator[Finding]:
    if content.key.strip():
        yield from _formula("key", content.key, content.event, "any")
    if bool(content.until_event) != bool(content.until_key.strip()):
        yield Finding(
            "until_key" if content.until_event else "until_event",
            _("An event that releases the key, and a formula for the key, belong together."),
            _("Give both or neither."),
        )
    elif content.until_event and content.until_event not in events_for_links():
        yield Finding("until_event", _("There is no event “%(name)s”.") % {"name": content.until_event[:100]})
    elif content.until_event:
        yield from _formula("until_key", content.until_key, content.until_event, "any")
    if content.until_event and not content.key.strip():
        yield Finding("key", _("Without a key there is nothing to release."), _("Write the key's formula."))
    if content.key.strip() and not content.until_event and not content.hold_h:
        yield Finding(
            "hold_h",
            _("This key is held for good: for each key the call is made once, ever."),
            _("Give hours or an event that releases it, if that is not meant."),
            is_error=False,
        )


def findings_of_limits(content: Content) -> list[Finding]:
    """What is wrong with the numbers of a link, which even a draft must not have."""
    found = []
    if not 1 <= content.per_hour <= MOST_PER_HOUR:
        found.append(
            Finding("per_hour", _("Between 1 and %(most)s calls an hour.") % {"most": MOST_PER_HOUR})
        )
    if not 0 <= content.hold_h <= MOST_HOURS:
        found.append(Finding("hold_h", _("Between 0 and %(most)s hours.") % {"most": MOST_HOURS}))
    return found


def _formula(field: str, text: str, event: str, kind: str) -> Iterator[Finding]:
    """Whether it can be read, uses only facts of the event, and fits its place when tried with made-up facts."""
    if len(text) > LONGEST_FORMULA:
        yield Finding(field, _("A formula has at most %(most)s characters.") % {"most": LONGEST_FORMULA})
        return
    try:
        compiled = compile_expression(text)
    except InvalidInput as error:
        yield Finding(field, error.message, error.hint)
        return
    facts = {fact.name: _EXAMPLES[fact.kind] for fact in facts_offered(event)}
    unknown = sorted(compiled.names - facts.keys())
    if event and unknown:
        yield Finding(
            field,
            _("The event has no “%(name)s”.") % {"name": unknown[0]},
            _("It has: %(names)s. A fixed text stands in quotation marks.") % {"names": ", ".join(facts)},
        )
        return
    if event:
        yield from _dry(field, compiled, facts, kind)


def _dry(field: str, compiled: Any, facts: Mapping[str, Any], kind: str) -> Iterator[Finding]:
    """Try it with examples: what cannot be combined, and a result of another kind, are errors only where certain."""
    remarks: list[Any] = []
    try:
        value = compiled.evaluate(facts, remarks=remarks)
    except InvalidInput as error:
        yield Finding(field, error.message, error.hint)
        return
    for remark in (one for one in remarks if one.code in _KINDS):
        yield Finding(
            field, remark.message, _("Facts have the kind that stands beside them."), is_error=False
        )
    if not remarks and value is not None and kind != "any" and not fits(value, kind):
        yield Finding(
            field,
            _("This must give %(wanted)s.") % {"wanted": KIND_WORDS[kind]},
            _("A fixed text stands in quotation marks; a number does not."),
        )


KIND_WORDS: Final[Mapping[str, Words]] = {
    "number": _("a number"),
    "string": _("a text"),
    "boolean": _("yes or no"),
    "context": _("a list of names with values, such as {a: 1}"),
    "any": _("anything"),
}


def fits(value: Any, kind: str) -> bool:
    """Whether a formula's value is of the kind that a place takes."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "number":
        return not isinstance(value, bool | str | list | dict) and hasattr(value, "as_integer_ratio")
    if kind == "string":
        return isinstance(value, str)
    return isinstance(value, dict) if kind == "context" else True
