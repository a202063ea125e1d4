"""What a person entered: taken from a request exactly as it was sent, and read with the eyes of the form.

Nothing here judges. A hidden field keeps what was typed into it and counts as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django.http import QueryDict

from chengshu.engines.registers.conditions import Logic, Operand, as_number, holds
from chengshu.engines.registers.data import Field, Form, Material, MaterialLine, Typed
from chengshu.engines.registers.days import day_in
from chengshu.engines.registers.paths import (
    GESTURE,
    MATERIALS,
    PLEDGE,
    PREFIX,
    REASON,
    ROWS,
    declared,
    joined,
    map_of,
)

MOST_ROWS = 100
_EXACT = Context(prec=300, rounding=ROUND_HALF_UP)
"""Holds a sum or product of numbers of the size that ``as_number`` admits, with nothing lost."""
YES, NO = "1", "0"
_MATERIAL_PARTS = frozenset({"files", "originals", "copies", "defer"})
_GESTURE = re.compile(
    r"(?:add:[a-z0-9_.]+|remove:[a-z0-9_.]+:[0-9]{1,3}|drop:[a-z0-9_.]+:[0-9]{1,19}|refresh)"
)


def typed_in(form: Form, post: QueryDict) -> Typed:
    """What a request brings for a form; a gesture (add a row, remove one, drop a file) is carried out."""
    entries: dict[str, tuple[str, ...]] = {}
    for name in post:
        path = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and _is_of(form, path):
            entries[path] = tuple(str(value) for value in post.getlist(name))
    gesture = post.get(GESTURE, "")
    typed = Typed(entries, gesture if _GESTURE.fullmatch(gesture) else "")
    return _after_gesture(form, typed) if typed.gesture else typed


def typed_of(form: Form, values: Mapping[str, Iterable[str] | str]) -> Typed:
    """The same from plain values by path, for programs and prefilling."""
    entries = {
        path: (value,) if isinstance(value, str) else tuple(value)
        for path, value in values.items()
        if _is_of(form, path)
    }
    return Typed(entries)


def typed_from_values(form: Form, values: Mapping[str, Any], materials: Iterable[MaterialLine] = ()) -> Typed:
    """Entries that say what checked values say: for showing a submission, or correcting it."""
    entries = dict(_typed_group(form.fields, values, ""))
    for line in materials:
        base = f"{MATERIALS}.{line.key}"
        entries[f"{base}.files"] = tuple(str(each) for each in line.files)
        entries[f"{base}.originals"] = (str(line.paper_originals or ""),)
        entries[f"{base}.copies"] = (str(line.paper_copies or ""),)
        if line.state == "deferred":
            entries[f"{base}.defer"] = entries[PLEDGE] = ("on",)
    return Typed(entries)


def _typed_group(
    fields: tuple[Field, ...], values: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in fields:
        value = values.get(field.name)
        path = joined(prefix, field.name)
        if value is None:
            continue
        if field.kind == "group":
            yield from _typed_group(field.fields, value, path)
        elif field.kind == "rows":
            yield f"{path}.{ROWS}", (str(len(value)),)
            for number, row in enumerate(value):
                yield from _typed_group(field.fields, row, f"{path}.{number}")
        elif field.kind != "computed":
            yield (
                path,
                tuple(_typed_value(each) for each in (value if isinstance(value, tuple) else (value,))),
            )


def _typed_value(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _is_of(form: Form, path: str) -> bool:
    """Whether the form asks for this path."""
    fields = map_of(form)
    if path.startswith(f"{MATERIALS}."):
        key, _dot, part = path.removeprefix(f"{MATERIALS}.").rpartition(".")
        return path == PLEDGE or (key in fields.materials and part in _MATERIAL_PARTS)
    if not re.fullmatch(r"[a-z0-9_.]{1,200}", path):
        return False
    base, _dot, last = path.rpartition(".")
    if last == ROWS:
        return base in fields.rows
    plain = declared(base if last == REASON else path)
    rows = fields.rows_around(plain)
    if plain not in fields.by_path:
        return False
    return _row_number(path, rows) is not None if rows else path.replace(f".{REASON}", "") == plain


def _row_number(path: str, rows: str) -> int | None:
    number = path[len(rows) + 1 :].partition(".")[0]
    return int(number) if number.isdigit() and len(number) <= 3 and int(number) < MOST_ROWS else None


def _after_gesture(form: Form, typed: Typed) -> Typed:
    verb, _colon, rest = typed.gesture.partition(":")
    path, _colon, number = rest.rpartition(":")
    entries = dict(typed.entries)
    if verb == "add" and rest in map_of(form).rows:
        count = min(row_count(map_of(form).rows[rest], typed) + 1, MOST_ROWS)
        entries[f"{rest}.{ROWS}"] = (str(count),)
    elif verb == "remove" and path in map_of(form).rows:
        entries = _without_row(entries, path, int(number))
        count = max(row_count(map_of(form).rows[path], typed) - 1, 0)
        entries[f"{path}.{ROWS}"] = (str(count),)
    elif verb == "drop":
        entries[path] = tuple(value for value in typed.all(path) if value != number)
    return Typed(entries, typed.gesture)


def _without_row(entries: Mapping[str, tuple[str, ...]], rows: str, gone: int) -> dict[str, tuple[str, ...]]:
    """The entries without one row; those after it move up."""
    kept: dict[str, tuple[str, ...]] = {}
    for path, values in entries.items():
        number = _row_number(path, rows) if path.startswith(f"{rows}.") else None
        if number is None or number < gone:
            kept[path] = values
        elif number > gone:
            rest = path[len(rows) + 1 :].partition(".")[2]
            kept[f"{rows}.{number - 1}.{rest}"] = values
    return kept


def row_count(field: Field, typed: Typed) -> int:
    """How many rows a repeating group shows: as many as were sent, or what an empty form begins with."""
    said = typed.first(f"{field.path}.{ROWS}")
    sent = [
        number + 1
        for path in typed.entries
        if path.startswith(f"{field.path}.") and (number := _row_number(path, field.path)) is not None
    ]
    if said.isascii() and said.isdigit() and len(said) <= 3:
        return min(max([int(said), *sent]), MOST_ROWS)
    return max(sent, default=max(field.min_rows, int(field.required)))


class Entries:
    """One person's entries read with the eyes of the form: what is shown, what a condition sees, what adds up."""

    def __init__(self, form: Form, typed: Typed) -> None:
        self.form, self.typed, self.fields = form, typed, map_of(form)

    def row_count(self, field: Field) -> int:
        return row_count(field, self.typed)

    def is_shown(self, path: str) -> bool:
        """Whether a field and everything around it are shown."""
        return self.is_shown_itself(path) and all(
            self.is_shown_itself(above) for above in self.fields.above(path)
        )

    def is_shown_itself(self, path: str) -> bool:
        """Whether a field's own condition holds."""
        field = self.fields.by_path[declared(path)]
        return field.show_when is None or self.holds(field.show_when, path)

    def is_material_shown(self, material: Material) -> bool:
        return material.show_when is None or self.holds(material.show_when, "")

    def holds(self, logic: Logic, context: str) -> bool:
        """Whether a condition holds at a concrete path."""
        return holds(logic, lambda path: self.operand(self.fields.concrete(path, context)))

    def operand(self, path: str) -> Operand:
        """What a condition sees in a field; nothing in a hidden one."""
        field = self.fields.by_path[declared(path)]
        if not self.is_shown(path):
            return None
        match field.kind:
            case "choices" | "files":
                return tuple(value for value in self.typed.all(path) if value)
            case "yes_no":
                return {YES: True, NO: False}.get(self.typed.first(path))
            case "consent":
                return bool(self.typed.first(path))
            case "rows":
                return Decimal(self.row_count(field))
            case "computed":
                return self.computed(field, path)
            case "date":
                day = day_in(self.typed.first(path))
                return day.isoformat() if isinstance(day, date) else None
        return self.typed.first(path).strip() or None

    def computed(self, field: Field, path: str) -> Decimal | None:
        """A computed field's number; None while a factor is missing."""
        ((operation, operands),) = (field.computed or {"sum": []}).items()
        if operation == "count":
            return (
                Decimal(self.row_count(self.fields.rows[operands])) if self.is_shown(operands) else Decimal(0)
            )
        numbers = [as_number(self.operand(each)) for name in operands for each in self.concretes(name, path)]
        return product_of(numbers, field.places) if operation == "product" else sum_of(numbers, field.places)

    def concretes(self, path: str, context: str) -> list[str]:
        """The concrete paths that a declared one means at a place: its own row's, or those of all rows."""
        rows = self.fields.rows_around(path)
        if not rows or context.startswith(f"{rows}."):
            return [self.fields.concrete(path, context)]
        count = self.row_count(self.fields.rows[rows])
        return [f"{rows}.{number}{path[len(rows) :]}" for number in range(count)]


def sum_of(numbers: Iterable[Decimal | None], places: int) -> Decimal:
    """The sum of the numbers that are there."""
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, number) if number is not None else total
    return _rounded(total, places)


def product_of(numbers: Iterable[Decimal | None], places: int) -> Decimal | None:
    """The product; None while a factor is missing."""
    product = Decimal(1)
    for number in numbers:
        if number is None:
            return None
        product = _EXACT.multiply(product, number)
    return _rounded(product, places)


def _rounded(number: Decimal, places: int) -> Decimal:
    """Halves away from zero, as the page rounds."""
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
