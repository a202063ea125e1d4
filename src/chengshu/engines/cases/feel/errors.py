"""What can go wrong with a FEEL text: it cannot be read, it asks too much, or a part of it is null for a reason.

Evaluation itself does not raise for a wrong value: DMN makes the result null. The reason is a :class:`Remark`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """The 1-based line and column of a 0-based position in ``text``."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


class FeelError(InvalidInput):
    """A FEEL text that cannot be used; says where.

    :param text: the whole expression
    :param position: 0-based index of the first offending character
    """

    default_code: ClassVar[str] = "feel.invalid"

    def __init__(
        self, message: Words, *, text: str = "", position: int = 0, code: str = "", hint: Words = ""
    ) -> None:
        line, column = line_and_column(text, position)
        super().__init__(
            message,
            field="expression",
            code=code,
            hint=hint or _("Look at line %(line)d, column %(column)d.") % {"line": line, "column": column},
            data={"position": position, "line": line, "column": column, "text": text[:500]},
        )
        self.text = text
        self.position = position
        self.line = line
        self.column = column


class FeelLimit(FeelError):
    """An expression was stopped because it needs more steps, depth, space or time than it is given."""

    default_code: ClassVar[str] = "feel.limit"


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a part of an expression became null.

    :param code: stable name of the reason, such as ``feel.unknown_name``
    :param position: 0-based index into the expression's text; -1 where it is not known
    :param element: id of the decision or other element whose expression it is, if any
    """

    code: str
    message: Words
    position: int = -1
    facts: Mapping[str, Any] | None = None
    element: str = ""


REASONS: Mapping[str, Words] = {
    "unknown_name": _("There is no value called “%(name)s”."),
    "unknown_member": _("There is no entry “%(name)s” in this value."),
    "operands": _("“%(operator)s” cannot be applied to %(left)s and %(right)s."),
    "arithmetic": _("The result of “%(operator)s” is not a number (division by zero, or too large)."),
    "not_boolean": _("A condition must be true or false, not %(kind)s."),
    "not_a_function": _("“%(name)s” is not a function."),
    "arguments": _("The function “%(name)s” cannot be called with these arguments."),
    "argument_type": _("“%(name)s” does not accept %(kind)s as “%(parameter)s”."),
    "invalid_value": _("“%(name)s” cannot make a value of %(value)s."),
    "not_a_range": _("A range needs two comparable ends, not %(left)s and %(right)s."),
    "not_a_list": _("This must be a list, not %(kind)s."),
    "index": _("The list has no element number %(index)s."),
    "regex": _("“%(pattern)s” is not a valid pattern: %(reason)s."),
    "external": _("Functions of other languages are never called."),
    "no_clock": _("“%(name)s” needs a clock, and none is given here."),
    "result_type": _("%(kind)s is not of the declared type “%(type)s”."),
    "several_rules": _(
        "The rules %(rules)s all match, but the hit policy %(policy)s allows only one result."
    ),
    "not_allowed": _("%(value)s is not among the allowed values of “%(name)s”."),
    "duplicate_key": _("The entry “%(name)s” occurs more than once."),
}
