"""From the JSON of a definition to a :class:`~chengshu.engines.registers.data.Form`, or to everything wrong with it.

First the shape (``shape``), then what a schema cannot say: that names exist, that conditions do not run in circles,
that a personal value does not leak into the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.code_lists import known_code_list
from chengshu.engines.registers.data import Field, Form, Kind, Material, Option, PrefillKey
from chengshu.engines.registers.definitions import cross_checks
from chengshu.engines.registers.definitions.findings import DefinitionRefused, Finding, Remarks
from chengshu.engines.registers.definitions.keywords import ALWAYS, ITEMS, KEYWORDS, kind_of
from chengshu.engines.registers.definitions.locating import Pointer, lines, parsed
from chengshu.engines.registers.definitions.shape import remark_on_shape
from chengshu.engines.registers.words import Text
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import InvalidFile

UNITS = {"yuan": Text("元", "yuan"), "wan": Text("万元", "10,000 yuan")}
MOST_FILE_BYTES = 50_000_000


def read_form(key: str, source: str, *, version: int = 0) -> Form:
    """The form that a definition describes.

    :param key: such as ``sample.seal_use``
    :param source: the definition's JSON
    :raises DefinitionRefused: with every finding, each at its place and line
    """
    try:
        definition = parsed(source)
    except InvalidFile as error:
        line = error.place.line if error.place else 0
        raise DefinitionRefused(key, [Finding("", line, error.code, error.message, error.hint)]) from error
    remarks = Remarks(lines(source))
    remark_on_shape(definition, remarks)
    remarks.refuse_if_any(key)
    assert isinstance(definition, dict)
    form = _Reader(remarks).form(key, version, source, definition)
    cross_checks.remark_on(form, definition, remarks)
    remarks.refuse_if_any(key)
    return form


@dataclass(frozen=True)
class _Scope:
    """Where a field stands."""

    pointer: Pointer
    path: str = ""
    depth: int = 0
    in_rows: bool = False

    def inside(self, name: str, *, in_rows: bool) -> _Scope:
        path = f"{self.path}.{name}" if self.path else name
        return _Scope((*self.pointer, "properties", name), path, self.depth + 1, in_rows or self.in_rows)


class _Reader:
    """Reads one definition of the right shape, noting what cannot be."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks

    def form(self, key: str, version: int, source: str, definition: Mapping[str, Any]) -> Form:
        if definition.get("$id", f"urn:chengshu:form:{key}") != f"urn:chengshu:form:{key}":
            self.remarks.add(
                ("$id",),
                "id",
                _("The definition calls itself something else."),
                _("Its key is %(key)s.") % {"key": key},
            )
        return Form(
            key=key,
            version=version,
            title=_text(definition, "title", "x-title"),
            help=_text(definition, "description", "x-help"),
            fields=self.fields(definition, _Scope(())),
            materials=tuple(_material(each) for each in definition.get("x-materials", ())),
            prefill_keys=tuple(PrefillKey(**each) for each in definition.get("x-prefill-keys", ())),
            digest=sm3(source.encode()),
            source=source,
        )

    def fields(self, owner: Mapping[str, Any], scope: _Scope, *, in_rows: bool = False) -> tuple[Field, ...]:
        properties, required = owner["properties"], owner.get("required", ())
        for index, name in enumerate(required):
            if name not in properties:
                self.remarks.add(
                    (*scope.pointer, "required", index),
                    "required_unknown",
                    _("There is no field “%(name)s” here.") % {"name": name},
                    _("Take it out of “required”, or add the field."),
                )
        found = [
            self.field(name, properties[name], scope.inside(name, in_rows=in_rows), name in required)
            for name in self.order(owner, scope)
        ]
        return tuple(each for each in found if each is not None)

    def order(self, owner: Mapping[str, Any], scope: _Scope) -> Iterable[str]:
        """The names in the order in which they are asked."""
        properties = owner["properties"]
        order = owner.get("x-order", list(properties))
        if set(order) != set(properties):
            self.remarks.add(
                (*scope.pointer, "x-order"),
                "order",
                _("“x-order” does not name exactly the fields: %(names)s.")
                % {"names": ", ".join(sorted(set(order) ^ set(properties)))},
                _("Name each field once, or leave “x-order” out."),
            )
            return list(properties)
        return list(order)

    def field(self, name: str, raw: Mapping[str, Any], scope: _Scope, required: bool) -> Field | None:
        kind = kind_of(raw)
        if kind is None or not self.is_allowed(kind, raw, scope):
            if kind is None:
                self.remarks.add(
                    scope.pointer,
                    "items",
                    _("The array “%(name)s” does not say what it holds.") % {"name": name},
                    _(
                        "“items” is of type object for a repeating group, of type string for choices; see the README."
                    ),
                )
            return None
        return Field(
            name=name,
            path=scope.path,
            kind=kind,
            title=_text(raw, "title", "x-title") or Text(name),
            help=_text(raw, "description", "x-help"),
            required=required or kind == "consent",
            width=raw.get("x-width", "full"),
            unit=UNITS[raw["x-money"]] if "x-money" in raw else Text(raw.get("x-unit", "")),
            show_when=raw.get("x-show-when"),
            variable=raw.get("x-variable", ""),
            masked=raw.get("x-masked", ""),
            prefill=_pair(raw.get("x-prefill", "")),
            **self.particulars(kind, raw, scope),
        )

    def is_allowed(self, kind: Kind, raw: Mapping[str, Any], scope: _Scope) -> bool:
        """Whether every keyword makes sense for this kind of field."""
        allowed = KEYWORDS[kind] | ALWAYS
        strange = [(*scope.pointer, word) for word in raw if word not in allowed]
        items = raw.get("items", {})
        strange += [(*scope.pointer, "items", word) for word in items if word not in ITEMS.get(kind, items)]
        for pointer in strange:
            self.remarks.add(
                pointer,
                "keyword",
                _("“%(word)s” means nothing for a field of this kind (%(kind)s).")
                % {"word": pointer[-1], "kind": kind},
                _("Take it out, or change the type of the field."),
            )
        if (kind == "rows" and scope.in_rows) or scope.depth > 3:
            self.remarks.add(
                scope.pointer,
                "nesting",
                _("Groups are nested too deeply, or a repeating group stands in another."),
                _("Move it to the top of the form."),
            )
            return False
        return not strange

    def particulars(self, kind: Kind, raw: Mapping[str, Any], scope: _Scope) -> dict[str, Any]:
        """What only this kind of field has."""
        match kind:
            case "text" | "long_text":
                return _of_text(kind, raw)
            case "choice":
                return self.of_choice(raw, scope.pointer)
            case "choices":
                rows = {"min_rows": raw.get("minItems", 0), "max_rows": raw.get("maxItems", 0)}
                return self.of_choice(raw["items"], (*scope.pointer, "items")) | rows
            case "integer" | "number" | "money" | "computed":
                return _of_number(kind, raw)
            case "date":
                keys = {"x-earliest": "earliest", "x-latest": "latest", "x-working-day": "working_day"}
                return {name: raw[word] for word, name in keys.items() if word in raw}
            case "files":
                return _of_files(raw)
            case "group":
                return {"fields": self.fields(raw, scope)}
            case "rows":
                return self.of_rows(raw, scope)
        return {}

    def of_choice(self, raw: Mapping[str, Any], pointer: Pointer) -> dict[str, Any]:
        given = [word for word in ("enum", "oneOf", "x-code-list") if word in raw]
        if len(given) != 1:
            self.remarks.add(
                pointer,
                "options",
                _("A choice needs exactly one of enum, oneOf and x-code-list."),
                _("Keep one of them."),
            )
            return {}
        code_list = raw.get("x-code-list", "")
        if code_list and not known_code_list(code_list):
            self.remarks.add(
                (*pointer, "x-code-list"),
                "code_list",
                _("There is no code list “%(name)s”.") % {"name": code_list},
                _("The page of code lists shows all of them."),
            )
        options = tuple(_options(raw))
        if len({each.value for each in options}) != len(options):
            self.remarks.add(
                (*pointer, "oneOf"),
                "options",
                _("Two options have the same value."),
                _("Give each a value of its own."),
            )
        return {"options": options, "code_list": code_list, "radio": raw.get("x-widget") == "radio"}

    def of_rows(self, raw: Mapping[str, Any], scope: _Scope) -> dict[str, Any]:
        items = _Scope((*scope.pointer, "items"), scope.path, scope.depth, True)
        if "properties" not in raw["items"]:
            self.remarks.add(
                items.pointer,
                "items",
                _("The repeating group has no fields."),
                _("Add “properties” to “items”."),
            )
            return {}
        return {
            "fields": self.fields(raw["items"], items, in_rows=True),
            "min_rows": raw.get("minItems", 0),
            "max_rows": raw.get("maxItems", 30),
            "row_title": Text(raw.get("x-row-title", "")),
        }


def _text(raw: Mapping[str, Any], word: str, translations: str) -> Text:
    other = raw.get(translations, {})
    return Text(raw.get(word, ""), other.get("en", ""), other.get("zh_Hant", ""))


def _pair(text: str) -> tuple[str, str] | None:
    register, dot, field = text.partition(".")
    return (register, field) if dot else None


def _of_text(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    usual = 2000 if kind == "long_text" else 200
    validator = raw.get("x-validator", "email" if raw.get("format") == "email" else "")
    return {
        "min_length": raw.get("minLength", 0),
        "max_length": raw.get("maxLength", usual),
        "pattern": raw.get("pattern", ""),
        "validator": validator,
    }


def _of_number(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    places = -int(Decimal(str(raw.get("multipleOf", 1))).normalize().as_tuple().exponent)
    return {
        "minimum": _decimal(raw.get("minimum")),
        "maximum": _decimal(raw.get("maximum")),
        "places": 2
        if "x-money" in raw
        else (places if "multipleOf" in raw else (6 if kind == "number" else 0)),
        "computed": raw.get("x-computed"),
    }


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _of_files(raw: Mapping[str, Any]) -> dict[str, Any]:
    limits = raw["x-attachments"]
    return {
        "file_kinds": tuple(limits.get("kinds", ())),
        "most_bytes": limits.get("max_bytes", MOST_FILE_BYTES),
        "min_rows": raw.get("minItems", 0),
        "max_rows": raw.get("maxItems", 10),
    }


def _options(raw: Mapping[str, Any]) -> Iterator[Option]:
    yield from (Option(value, Text(value)) for value in raw.get("enum", ()))
    yield from (Option(each["const"], _text(each, "title", "x-title")) for each in raw.get("oneOf", ()))


def _material(raw: Mapping[str, Any]) -> Material:
    plain = (
        "key",
        "necessity",
        "kind",
        "form",
        "original",
        "copies",
        "source",
        "show_when",
        "defer_days",
        "waived_by",
    )
    return Material(
        title=_text(raw, "title", "x-title"),
        help=_text(raw, "description", "x-help"),
        file_kinds=tuple(raw.get("kinds", ())),
        **{word: raw[word] for word in plain if word in raw},
    )
