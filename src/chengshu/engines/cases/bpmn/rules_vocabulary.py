"""Lint rules about BPMN's own grammar: elements and attributes that stand where the standard does not have them.

They are kept and written like all others, but no tool will heed them.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import model_elements
from chengshu.engines.cases.bpmn.expressions import owner_of
from chengshu.engines.cases.bpmn.metamodel import (
    attributes_of,
    described,
    has_content,
    is_known,
    may_hold,
    title_of,
)
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.data import Finding

MISPLACED_ELEMENT = Rule("bpmn.misplaced_element", "warning", _("An element stands only where BPMN has it."))
UNKNOWN_ATTRIBUTE = Rule(
    "bpmn.unknown_attribute", "warning", _("An element has only the attributes that BPMN gives it.")
)


def misplaced_elements(subject: Subject) -> Iterator[Finding]:
    for element in model_elements(subject.document.root):
        around = element.parent
        if around is None or not has_content(around.kind) or not is_known(element.kind):
            continue
        if not may_hold(around.kind, element.kind):
            message = _("“%(part)s” cannot stand inside %(element)s.") % {
                "part": title_of(element.kind),
                "element": described(around),
            }
            yield MISPLACED_ELEMENT.broken_at(element, message, _("Draw it where it belongs, or delete it."))


def unknown_attributes(subject: Subject) -> Iterator[Finding]:
    for element in model_elements(subject.document.root):
        known = attributes_of(element.kind)
        strange = [name for name in element.attributes if "}" not in name and name not in known]
        if not known or not strange:
            continue
        owner = owner_of(element)
        message = _("BPMN has no attribute “%(name)s” for %(element)s.") % {
            "name": strange[0],
            "element": described(element if element.id or element.name else owner),
        }
        hint = _("Correct its name, or give it the namespace of the tool that knows it.")
        yield UNKNOWN_ATTRIBUTE.broken_at(owner, message, hint)


CHECKS: tuple[Check, ...] = (misplaced_elements, unknown_attributes)
