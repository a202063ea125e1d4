"""Reading one element of a BPMN document into the parts of a node: events, loops, mappings, people.

``Reader`` gathers every fault it meets as a located finding, so that a designer sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, local_name
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.interpreter.formulas import Fixed, Undrawn, expression, text_or_expression
from chengshu.engines.cases.interpreter.plan import Event, EventKind, Formula, Loop, Mapped
from chengshu.foundation.errors import InvalidInput, Words


@dataclass
class Reader:
    """Reads parts of elements; remembers what is wrong with them.

    :param drawing: the model is a drawing that was never meant to run; what it leaves open is filled in for a trial
    """

    document: Document
    drawing: bool = False
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, at: Element, code: str, message: Words, hint: Words = "") -> None:
        self.findings.append(Finding("error", f"cases.{code}", at.id, at.name, message, hint, at.line))

    def formula(
        self, at: Element, text: str, *, compiled_by: Callable[[str], Formula | None] = expression
    ) -> Formula | None:
        """Compile a text; an empty one and a faulty one are both None, the faulty one is remembered."""
        if not text.strip():
            return None
        try:
            return compiled_by(text)
        except InvalidInput as error:
            if not self.drawing:
                message = _("The expression “%(text)s” cannot be read: %(reason)s") % {
                    "text": text.strip(),
                    "reason": error.message,
                }
                self.refuse(at, error.code.removeprefix("cases."), message, error.hint)
            return None

    def text(self, at: Element, text: str) -> Formula | None:
        return self.formula(at, text, compiled_by=text_or_expression)

    def condition(self, at: Element, holder: Element, *, otherwise: bool) -> Formula | None:
        """The condition in ``holder``; a drawing without one lets the trial choose."""
        found = self.formula(at, holder.value)
        if found is None and self.drawing:
            return Undrawn(at.get("sourceRef") or at.id, at.id, otherwise)
        return found

    # -- events ---------------------------------------------------------------------------------------------------

    def events(self, at: Element) -> tuple[Event, ...]:
        """The event definitions of an event element, in the order in which they are drawn."""
        found = (self._event(at, definition) for definition in self.document.event_definitions(at))
        return tuple(event for event in found if event is not None)

    def _event(self, at: Element, definition: Element) -> Event | None:
        readers: dict[str, Callable[[Element, Element], Event | None]] = {
            "timerEventDefinition": self._timer,
            "messageEventDefinition": self.message,
            "signalEventDefinition": self._signal,
            "errorEventDefinition": self._error,
            "escalationEventDefinition": self._escalation,
            "conditionalEventDefinition": self._conditional,
            "linkEventDefinition": lambda _at, link: Event(EventKind.LINK, name=link.name),
            "compensateEventDefinition": self._compensation,
            "terminateEventDefinition": lambda _at, _definition: Event(EventKind.TERMINATE),
            "cancelEventDefinition": lambda _at, _definition: Event(EventKind.CANCEL),
        }
        read = readers.get(definition.kind)
        if read is None:
            self.refuse(
                at,
                "unknown_event",
                _("An event of kind “%(kind)s” cannot be run.") % {"kind": definition.local},
            )
            return None
        return read(at, definition)

    def _timer(self, at: Element, definition: Element) -> Event | None:
        kinds = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
        given = [child for child in definition.children if child.kind in kinds and child.value]
        if not given and self.drawing:
            return Event(EventKind.TIMER, formula=Fixed("P1D"), timer="duration")
        if len(given) != 1:
            self.refuse(
                at,
                "timer_without_time",
                _("The timer says no time, or more than one."),
                _("Give a date, a duration such as P3D, or a cycle such as R3/PT1H."),
            )
            return None
        text = given[0].value
        literal = text[0] in "PR" or text[0].isdigit()
        formula = Fixed(text) if literal else self.formula(at, text)
        timer = cast(Literal["date", "duration", "cycle"], kinds[given[0].kind])
        return Event(EventKind.TIMER, formula=formula or Fixed("P1D"), timer=timer)

    def message(self, at: Element, definition: Element) -> Event:
        """The message that an event or task refers to; unnamed ones are called as the element is."""
        message = self.document.referred(definition, "messageRef")
        subscription = message.extension("zeebe:subscription") if message is not None else None
        key = self.formula(at, subscription.get("correlationKey")) if subscription is not None else None
        return self._named(Event(EventKind.MESSAGE, key=key), at, message)

    def _signal(self, at: Element, definition: Element) -> Event:
        return self._named(Event(EventKind.SIGNAL), at, self.document.referred(definition, "signalRef"))

    def _named(self, event: Event, at: Element, definition: Element | None) -> Event:
        name = (definition.name or definition.id) if definition is not None else at.name or at.id
        named = self.formula(at, name) if name.startswith("=") else None
        return Event(event.kind, name=name, key=event.key, named=named)

    def _error(self, at: Element, definition: Element) -> Event:
        error = self.document.referred(definition, "errorRef")
        if error is None:
            return Event(EventKind.ERROR)
        return Event(EventKind.ERROR, name=error.name, code=error.get("errorCode") or error.name or error.id)

    def _escalation(self, at: Element, definition: Element) -> Event:
        found = self.document.referred(definition, "escalationRef")
        if found is None:
            return Event(EventKind.ESCALATION)
        return Event(
            EventKind.ESCALATION, name=found.name, code=found.get("escalationCode") or found.name or found.id
        )

    def _conditional(self, at: Element, definition: Element) -> Event | None:
        holder = definition.first("bpmn:condition")
        formula = self.condition(at, holder if holder is not None else definition, otherwise=True)
        if formula is None:
            self.refuse(
                at, "condition_missing", _("The conditional event has no condition."), _("Write one in FEEL.")
            )
            return None
        return Event(EventKind.CONDITION, formula=formula)

    def _compensation(self, at: Element, definition: Element) -> Event:
        wait = definition.get("waitForCompletion", "true") != "false"
        return Event(
            EventKind.COMPENSATION, activity=local_name(definition.get("activityRef").strip()), wait=wait
        )

    # -- loops and mappings ---------------------------------------------------------------------------------------

    def loop(self, at: Element) -> Loop | None:
        standard = at.first("bpmn:standardLoopCharacteristics")
        if standard is not None:
            return self._standard_loop(at, standard)
        several = at.first("bpmn:multiInstanceLoopCharacteristics")
        return self._multi_instance(at, several) if several is not None else None

    def _standard_loop(self, at: Element, loop: Element) -> Loop:
        holder = loop.first("bpmn:loopCondition")
        maximum = loop.get("loopMaximum")
        condition = self.formula(at, holder.value) if holder is not None else None
        if condition is None and not maximum.isdigit() and not self.drawing:
            self.refuse(
                at,
                "loop_without_end",
                _("The loop has neither a condition nor a maximum."),
                _("Say how long to go on, or how often at most."),
            )
        return Loop(
            standard=True,
            sequential=True,
            condition=condition,
            test_before=loop.get("testBefore") == "true",
            maximum=int(maximum) if maximum.isdigit() else (0 if condition is not None else 2),
        )

    def _multi_instance(self, at: Element, loop: Element) -> Loop:
        zeebe = loop.extension("zeebe:loopCharacteristics")
        extra = zeebe.get if zeebe is not None else _nothing
        cardinality = self._inside(at, loop, "bpmn:loopCardinality")
        collection = self.formula(at, extra("inputCollection")) or self._data_collection(at, loop)
        if cardinality is None and collection is None:
            cardinality = self._undrawn_cardinality(at)
        item = loop.first("bpmn:inputDataItem")
        return Loop(
            sequential=loop.get("isSequential") == "true",
            cardinality=cardinality,
            collection=collection,
            item=extra("inputElement") or (item.name if item is not None else ""),
            results=extra("outputCollection"),
            result=self.formula(at, extra("outputElement")),
            until=self._inside(at, loop, "bpmn:completionCondition"),
        )

    def _undrawn_cardinality(self, at: Element) -> Formula | None:
        if self.drawing:
            return expression("2")
        self.refuse(
            at,
            "multi_instance_without_number",
            _("The multi-instance activity says neither how many there are nor for which list."),
            _("Give a number of instances, or the list with one entry for each."),
        )
        return None

    def _data_collection(self, at: Element, loop: Element) -> Formula | None:
        """The list behind ``loopDataInputRef``: the variable called like the data it refers to."""
        reference = loop.first("bpmn:loopDataInputRef")
        if reference is None or self.drawing:
            return None
        data = self.document.element(reference.value)
        return self.formula(at, (data.name if data is not None else "") or reference.value)

    def _inside(self, at: Element, holder: Element, name: str) -> Formula | None:
        child = holder.first(name)
        return self.formula(at, child.value) if child is not None else None

    def mappings(self, at: Element, direction: Literal["input", "output"]) -> tuple[Mapped, ...]:
        holder = at.extension("zeebe:ioMapping")
        entries = holder.all(f"zeebe:{direction}") if holder is not None else []
        read = ((self.formula(at, entry.get("source")), entry.get("target").strip()) for entry in entries)
        return tuple(Mapped(source, target) for source, target in read if source is not None and target)


def _nothing(_name: str) -> str:
    return ""
