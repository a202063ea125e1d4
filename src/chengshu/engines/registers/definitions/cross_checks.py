"""What a schema cannot say of a definition: names that must exist, circles, limits that exclude each other, leaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.conditions import compared_in, fields_in, refuse_wrong_logic
from chengshu.engines.registers.data import Field, Form
from chengshu.engines.registers.definitions.findings import Remarks
from chengshu.engines.registers.definitions.locating import Pointer
from chengshu.engines.registers.definitions.shape import pattern_test
from chengshu.engines.registers.entities import known_entity_type
from chengshu.engines.registers.masks import MASKS
from chengshu.engines.registers.validators import VALIDATORS
from chengshu.foundation.errors import InvalidInput

NUMBERS = ("integer", "number", "money", "computed")
MOST_FIELDS = 300


def remark_on(form: Form, definition: Mapping[str, Any], remarks: Remarks) -> None:
    """Note what is wrong across a form whose parts are all right."""
    _Checks(form, definition, remarks).remark()


def all_fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field, groups before what they hold."""
    for field in fields:
        yield field
        yield from all_fields(field.fields)


class _Checks:
    def __init__(self, form: Form, definition: Mapping[str, Any], remarks: Remarks) -> None:
        self.form, self.definition, self.remarks = form, definition, remarks
        self.by_path = {field.path: field for field in all_fields(form.fields)}
        self.row_paths = {field.path for field in self.by_path.values() if field.kind == "rows"}

    def remark(self) -> None:
        if len(self.by_path) > MOST_FIELDS:
            self.remarks.add(
                ("properties",), "too_many", _("A form has at most %(most)s fields.") % {"most": MOST_FIELDS}
            )
        for field in self.by_path.values():
            self.remark_on_names(field)
            self.remark_on_limits(field)
            self.remark_on_condition(
                field.show_when, (*self.pointer(field), "x-show-when"), self.rows_of(field.path)
            )
            self.remark_on_computed(field)
            self.remark_on_leaks(field)
        self.remark_on_circles()
        self.remark_on_variables()
        self.remark_on_prefill_keys()
        self.remark_on_materials()

    def pointer(self, field: Field) -> Pointer:
        """Where a field stands in the definition."""
        pointer: list[str] = []
        path = ""
        for name in field.path.split("."):
            pointer += ["items"] if path in self.row_paths else []
            pointer += ["properties", name]
            path = f"{path}.{name}" if path else name
        return tuple(pointer)

    def rows_of(self, path: str) -> str:
        """The repeating group around a path; empty outside of one."""
        return next((rows for rows in self.row_paths if path.startswith(f"{rows}.")), "")

    def add(self, field: Field, word: str, code: str, message: Any, hint: Any = "") -> None:
        self.remarks.add((*self.pointer(field), word), code, message, hint)

    def remark_on_names(self, field: Field) -> None:
        if field.validator and field.validator not in VALIDATORS:
            self.add(
                field,
                "x-validator",
                "validator",
                _("There is no validator “%(name)s”.") % {"name": field.validator},
                _("Use one of: %(names)s.") % {"names": ", ".join(sorted(VALIDATORS))},
            )
        if field.masked and field.masked not in MASKS:
            self.add(
                field,
                "x-masked",
                "mask",
                _("There is no mask “%(name)s”.") % {"name": field.masked},
                _("Use one of: %(names)s.") % {"names": ", ".join(sorted(MASKS))},
            )
        if field.prefill is not None:
            self.remark_on_prefill(field, *field.prefill)

    def remark_on_prefill(self, field: Field, register: str, name: str) -> None:
        known = known_entity_type(register)
        if known is None or known.field(name) is None:
            self.add(
                field,
                "x-prefill",
                "prefill",
                _("No register has “%(name)s”.") % {"name": f"{register}.{name}"},
                _("The page of registers shows their fields."),
            )
        elif register not in {key.register for key in self.form.prefill_keys}:
            self.add(
                field,
                "x-prefill",
                "prefill",
                _("The form does not say which field holds the key of “%(name)s”.") % {"name": register},
                _("Add it to “x-prefill-keys”."),
            )
        if self.rows_of(field.path):
            self.add(
                field,
                "x-prefill",
                "prefill",
                _("Rows of a repeating group are not prefilled."),
                _("Take it out."),
            )

    def remark_on_limits(self, field: Field) -> None:
        pairs = (
            (field.min_length, field.max_length, "minLength"),
            (field.minimum, field.maximum, "minimum"),
            (field.min_rows, field.max_rows or None, "minItems"),
        )
        for low, high, word in pairs:
            if low is not None and high is not None and low > high:
                self.add(
                    field, word, "limits", _("The lower limit is above the upper one."), _("Exchange them.")
                )
        if field.pattern:
            try:
                pattern_test(field.pattern)
            except ValueError:
                self.add(
                    field,
                    "pattern",
                    "pattern",
                    _("This pattern cannot be used."),
                    _(
                        "Look-around and back-references are not possible; use simple classes and repetitions."
                    ),
                )

    def remark_on_condition(self, logic: Any, pointer: Pointer, rows: str) -> None:
        if logic is None:
            return
        try:
            refuse_wrong_logic(logic)
        except InvalidInput as error:
            self.remarks.add(pointer, "condition", error.message, error.hint)
            return
        for path in fields_in(logic):
            self.remark_on_operand(path, pointer, rows)
        for path in compared_in(logic):
            if (target := self.by_path.get(path)) is not None and target.masked:
                self.remarks.add(
                    pointer,
                    "condition",
                    _("The condition compares “%(path)s”, which is personal and shown masked.")
                    % {"path": path},
                    _("Only “filled” can be asked of a personal field."),
                )

    def remark_on_operand(self, path: str, pointer: Pointer, rows: str) -> None:
        target = self.by_path.get(path)
        if target is None or target.kind in ("group", "computed"):
            self.remarks.add(
                pointer,
                "condition",
                _("The condition asks for “%(path)s”, which is no field with a value.") % {"path": path},
                _("Name a field by its whole path, such as applicant.kind."),
            )
        elif self.rows_of(path) not in ("", rows):
            self.remarks.add(
                pointer,
                "condition",
                _("The condition asks for “%(path)s” from outside of its repeating group.") % {"path": path},
                _("Ask for a field outside of repeating groups, or of the same row."),
            )

    def remark_on_computed(self, field: Field) -> None:
        if field.computed is None:
            return
        ((operation, operands),) = field.computed.items()
        for path in [operands] if operation == "count" else operands:
            target = self.by_path.get(path)
            needed = ("rows",) if operation == "count" else NUMBERS
            same_row = operation == "sum" or self.rows_of(path) in ("", self.rows_of(field.path))
            if target is None or target.kind not in needed or not same_row or path == field.path:
                self.add(
                    field,
                    "x-computed",
                    "computed",
                    _("“%(path)s” cannot be computed with.") % {"path": path},
                    _(
                        "A sum or product needs numbers, a count a repeating group; a product stays within one row."
                    ),
                )

    def remark_on_leaks(self, field: Field) -> None:
        held = [field, *all_fields(field.fields)]
        if field.variable and any(each.masked for each in held):
            self.add(
                field,
                "x-variable",
                "personal_variable",
                _("A personal value must not become a process variable."),
                _("Take out “x-variable” or “x-masked”; the case can show the form instead."),
            )
        if field.variable and field.kind != "rows" and self.rows_of(field.path):
            self.add(
                field,
                "x-variable",
                "row_variable",
                _("A field of a repeating group cannot be a process variable of its own."),
                _("Mark the repeating group; the variable is then a list."),
            )

    def remark_on_circles(self) -> None:
        """Fields whose conditions or computations lead back to themselves."""
        needs = {field.path: set(self.needed_by(field)) for field in self.by_path.values()}
        for field in self.by_path.values():
            if field.path in _reached(field.path, needs):
                word = "x-computed" if field.computed else "x-show-when"
                self.add(
                    field,
                    word,
                    "circle",
                    _("“%(path)s” depends on itself.") % {"path": field.path},
                    _("Look at the conditions of the fields it asks for."),
                )

    def needed_by(self, field: Field) -> Iterator[str]:
        above = field.path.rpartition(".")[0]
        if above:
            yield above
        yield from fields_in(field.show_when or {})
        if field.computed:
            ((_operation, operands),) = field.computed.items()
            yield from [operands] if isinstance(operands, str) else operands

    def remark_on_variables(self) -> None:
        counted = Counter(field.variable for field in self.by_path.values() if field.variable)
        for field in self.by_path.values():
            if counted[field.variable] > 1:
                self.add(
                    field,
                    "x-variable",
                    "variable_twice",
                    _("Two fields become the variable “%(name)s”.") % {"name": field.variable},
                    _("Give each a name of its own."),
                )

    def remark_on_prefill_keys(self) -> None:
        for index, key in enumerate(self.form.prefill_keys):
            field = self.by_path.get(key.key)
            pointer = ("x-prefill-keys", index)
            if known_entity_type(key.register) is None:
                self.remarks.add(
                    (*pointer, "register"),
                    "prefill",
                    _("There is no register “%(name)s”.") % {"name": key.register},
                    _("The page of registers shows all of them."),
                )
            if field is None or field.kind != "text" or self.rows_of(key.key):
                self.remarks.add(
                    (*pointer, "key"),
                    "prefill",
                    _("“%(path)s” is no text field outside of repeating groups.") % {"path": key.key},
                    _("Name the field in which the key is typed."),
                )

    def remark_on_materials(self) -> None:
        counted = Counter(material.key for material in self.form.materials)
        for index, material in enumerate(self.form.materials):
            pointer: Pointer = ("x-materials", index)
            if counted[material.key] > 1:
                self.remarks.add(
                    (*pointer, "key"),
                    "material",
                    _("Two materials have the same key."),
                    _("Give each its own."),
                )
            if material.necessity == "3" and not material.defer_days:
                self.remarks.add(
                    pointer,
                    "material",
                    _("A material that may follow later needs a limit."),
                    _("Add “defer_days”, in working days."),
                )
            if material.waived_by and material.waived_by not in {
                key.register for key in self.form.prefill_keys
            }:
                self.remarks.add(
                    (*pointer, "waived_by"),
                    "material",
                    _("The form does not say which field holds the key of “%(name)s”.")
                    % {"name": material.waived_by},
                    _("Add it to “x-prefill-keys”."),
                )
            self.remark_on_condition(material.show_when, (*pointer, "show_when"), "")


def _reached(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    """Everything that ``start`` depends on, directly or not."""
    found: set[str] = set()
    waiting = list(needs.get(start, ()))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(needs.get(path, ()))
    return found
