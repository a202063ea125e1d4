"""Elements of a matter (要素) as JSON and back, and what differs between two of them.

The record itself is ``hub.services.data.Elements``. Its JSON leaves out what is empty, so that a difference shows what
somebody wrote and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.services.data import BundleElements, Elements, Fee

Record = TypeVar("Record")

EXPECTED: Final = (
    "code",
    "basis",
    "legal_limit",
    "promised_limit",
    "visits",
    "materials",
    "steps",
    "fees",
    "phones",
    "complaint_phones",
    "address",
    "hours",
    "remedies",
)
"""What an implementation list must say; of these the ones that are empty are named as unknown."""

FREE: Final = Fee("不收费", "不收取费用")
"""How people write that a matter is free of charge; kept as no fee at all that is not unknown either."""

ELEMENT_WORDS: Final[dict[str, Words]] = {
    "local_code": _("Local code"),
    "name": _("Name"),
    "unit": _("Implementing unit"),
    "task_type": _("Type of the matter"),
    "code": _("Implementation code"),
    "basic_code": _("Basic code"),
    "item_code": _("Item code"),
    "summary": _("Summary"),
    "unit_nature": _("Nature of the unit"),
    "level": _("Level of exercise"),
    "objects": _("Who may apply"),
    "case_kind": _("Kind of case"),
    "depth": _("Depth online"),
    "channels": _("Ways to apply"),
    "visits": _("Visits needed"),
    "legal_limit": _("Legal limit"),
    "promised_limit": _("Promised limit"),
    "limit_note": _("Note on the limits"),
    "basis": _("Legal basis"),
    "conditions": _("Conditions"),
    "materials": _("Materials"),
    "questions": _("Guide"),
    "steps": _("Procedure"),
    "special": _("Special procedures"),
    "fees": _("Fees"),
    "result_name": _("Result"),
    "result_kind": _("Kind of result"),
    "delivery": _("Ways of delivery"),
    "labels": _("Labels of handling"),
    "regions": _("Across regions"),
    "topics": _("Topics"),
    "keywords": _("Keywords"),
    "phones": _("Telephone"),
    "complaint_phones": _("Complaints"),
    "address": _("Address"),
    "hours": _("Office hours"),
    "quantity_limit": _("Limited number"),
    "intermediary": _("Intermediary service"),
    "remedies": _("Remedies"),
    "validity": _("Validity"),
    "process": _("Process model"),
    "form": _("Application form"),
    "rule": _("Clock rule"),
    "pledge": _("By pledge"),
    "unknown": _("Not known"),
    "sources": _("Sources"),
}


def to_json(record: Any) -> Any:
    """The record as plain JSON; what equals its default is left out."""
    if is_dataclass(record) and not isinstance(record, type):
        return {
            one.name: to_json(value)
            for one in fields(record)
            if (value := getattr(record, one.name)) != _default(one)
        }
    if isinstance(record, tuple | list):
        return [to_json(each) for each in record]
    if isinstance(record, Enum):
        return record.value
    return record.isoformat() if isinstance(record, date) else record


def _default(one: Field[Any]) -> Any:
    return one.default if one.default is not MISSING else MISSING


def elements_from(content: Mapping[str, Any]) -> Elements:
    """The elements that JSON tells.

    :raises InvalidInput: ``matters.elements`` naming the element that cannot be read
    """
    return _record(Elements, content, "")


def bundle_from(content: Mapping[str, Any]) -> BundleElements:
    """The bundle that JSON tells.

    :raises InvalidInput: ``matters.elements`` naming the element that cannot be read
    """
    return _record(BundleElements, content, "")


def _record(kind: type[Record], content: Any, path: str) -> Record:
    if not isinstance(content, Mapping):
        raise _unreadable(path, content)
    hints = _hints(cast(Any, kind))
    if strange := [name for name in content if name not in hints]:
        raise _unreadable(_join(path, strange[0]), content[strange[0]])
    values = {
        name: _value(hints[name], value, _join(path, name))
        for name, value in content.items()
        if name in hints
    }
    try:
        return kind(**values)
    except TypeError as cause:
        raise _unreadable(path, str(cause)) from cause


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        return None if value is None else _value(inner, value, path)
    if origin is tuple:
        return _tuple(get_args(hint), value, path)
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, value, path)
    return _plain(hint, value, path)


def _tuple(inner: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _unreadable(path, value)
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_value(inner[0], each, f"{path}[{place}]") for place, each in enumerate(value))
    if len(inner) != len(value):
        raise _unreadable(path, value)
    return tuple(_value(one, each, path) for one, each in zip(inner, value, strict=True))


def _plain(hint: Any, value: Any, path: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as cause:
            raise _unreadable(path, value) from cause
    if hint is date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError as cause:
            raise _unreadable(path, value) from cause
    if hint is int and isinstance(value, bool):
        raise _unreadable(path, value)
    if not isinstance(value, hint):
        raise _unreadable(path, value)
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unreadable(path: str, value: Any) -> InvalidInput:
    return InvalidInput(
        _("The element “%(element)s” cannot be read: %(value)s.")
        % {"element": path or "*", "value": str(value)[:100]},
        field=path.partition(".")[0].partition("[")[0],
        code="matters.elements",
        hint=_("Compare it with the description of the elements in the README of the matters."),
        data={"element": path},
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """SM3 over the elements, the same whatever the order of keys."""
    return sm3(canonical(content))


def unknown_in(elements: Elements) -> tuple[str, ...]:
    """The elements that an implementation list must say and this one does not."""
    return tuple(name for name in EXPECTED if getattr(elements, name) in ("", (), None))


def is_free(fee: Fee) -> bool:
    """Whether a line of fees says that there is none."""
    return fee.name == FREE.name or fee.standard == FREE.standard


def is_free_of_charge(elements: Elements) -> bool:
    """Whether it is known that nothing is charged, rather than not known what is."""
    told = bool(elements.unknown) and "fees" not in elements.unknown
    return all(is_free(fee) for fee in elements.fees) if elements.fees else told


def settled(elements: Elements) -> Elements:
    """The elements as they are kept: a line “free of charge” becomes no fee, what is not said is named as unknown."""
    kept = replace(elements, fees=tuple(fee for fee in elements.fees if not is_free(fee)))
    is_known = is_free_of_charge(elements)
    return replace(
        kept, unknown=tuple(name for name in unknown_in(kept) if not (name == "fees" and is_known))
    )


@dataclass(frozen=True)
class ElementChange:
    """One element that differs; None where it did not exist on that side."""

    element: str
    before: Any
    after: Any

    @property
    def title(self) -> Words:
        return ELEMENT_WORDS.get(self.element, self.element)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ElementChange, ...]:
    """What differs, element by element, in the order of the record."""
    names = [one.name for one in fields(Elements)]
    return tuple(
        ElementChange(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def texts_in(elements: Elements) -> Iterator[tuple[str, str]]:
    """Every word for people with the element it belongs to: for searching and for looking over."""
    yield "name", elements.name
    yield "summary", elements.summary
    for element in ("conditions", "keywords", "topics", "remedies"):
        yield from ((element, text) for text in getattr(elements, element))
    for material in elements.materials:
        yield f"materials.{material.key}", material.name
        yield f"materials.{material.key}", material.note
