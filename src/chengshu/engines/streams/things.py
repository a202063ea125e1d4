"""Thing models: what a kind of device measures, tells and takes, read from JSON and checked as a whole.

Pure: no table, no clock. A definition is accepted or refused with every mistake named by its place in the JSON.

    {"heartbeat_s": 600,
     "properties": [{"key": "level", "title": "水位", "kind": "number", "unit": "m", "least": -2, "most": 8}],
     "events":     [{"key": "opened", "title": "井盖打开"}],
     "commands":   [{"key": "reboot", "title": "重启", "expires_s": 600, "parameters": []}]}
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_PROPERTIES: Final = 200
LONGEST_TEXT: Final = 200
HEARTBEAT_S: Final = 600
COMMAND_EXPIRES_S: Final = 600


class Kind(StrEnum):
    """What a property's values are."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Property:
    """Something measured or set.

    :param unit: symbol of the unit, such as ``m``; empty for pure numbers and words
    :param least: smallest possible value; ``None`` without one
    :param options: the words of a choice
    :param is_writable: may be set from here; then the twin knows a desired value of it
    :param stuck_after_s: seconds of one and the same value after which a sensor counts as stuck; 0: never
    """

    key: str
    title: str
    kind: Kind
    unit: str = ""
    least: float | None = None
    most: float | None = None
    options: tuple[str, ...] = ()
    is_writable: bool = False
    stuck_after_s: int = 0


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that happens to a device and that it tells by itself."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class CommandKind:
    """Something a device can be told to do.

    :param expires_s: seconds after which it is no longer worth doing
    """

    key: str
    title: str
    parameters: tuple[Property, ...] = ()
    expires_s: int = COMMAND_EXPIRES_S


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole thing model.

    :param heartbeat_s: seconds between two messages of a healthy device
    """

    heartbeat_s: int
    properties: Mapping[str, Property]
    events: Mapping[str, EventKind]
    commands: Mapping[str, CommandKind]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong; ``pointer`` is its place, such as ``/properties/2/kind``."""

    pointer: str
    message: Words


class DefinitionRefused(InvalidInput):
    """A thing model cannot be accepted; ``mistakes`` has all of it."""

    default_code = "streams.definition"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            _("The thing model has %(count)s mistakes.") % {"count": len(mistakes)},
            field="definition",
            hint=" ".join(f"{one.pointer}: {one.message}" for one in mistakes[:5]),
            data={"mistakes": [{"pointer": one.pointer, "message": str(one.message)} for one in mistakes]},
        )


def read_definition(source: object) -> Definition:
    """A thing model from its JSON.

    :raises DefinitionRefused: with every mistake
    """
    reader = _Reader()
    definition = reader.definition(source)
    if reader.mistakes:
        raise DefinitionRefused(reader.mistakes)
    return definition


class _Reader:
    """Walks the JSON once and notes what is wrong instead of stopping at it."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def wrong(self, pointer: str, message: Words) -> None:
        self.mistakes.append(Mistake(pointer or "/", message))

    def definition(self, source: object) -> Definition:
        given = self.mapping(source, "", {"heartbeat_s", "properties", "events", "commands"})
        properties = self.properties(given.get("properties"), "/properties")
        if not (self.mistakes or properties or given.get("events")):
            self.wrong("/properties", _("A device measures or tells something: name at least one property."))
        return Definition(
            heartbeat_s=self.seconds(given, "heartbeat_s", "", HEARTBEAT_S, least=1),
            properties=properties,
            events={
                key: EventKind(key, title)
                for key, title, _each, _at in self.named(given.get("events"), "/events", {"key", "title"})
            },
            commands=self.commands(given.get("commands")),
        )

    def properties(self, source: object, pointer: str) -> dict[str, Property]:
        known = {"key", "title", "kind", "unit", "least", "most", "options", "writable", "stuck_after_s"}
        found = self.named(source, pointer, known)
        return {key: self.property(key, title, each, at) for key, title, each, at in found}

    def property(self, key: str, title: str, given: Mapping[str, Any], pointer: str) -> Property:
        kind = self.kind(given.get("kind", "number"), f"{pointer}/kind")
        least, most = (self.number(given, name, pointer, kind) for name in ("least", "most"))
        if least is not None and most is not None and least >= most:
            self.wrong(f"{pointer}/most", _("It must be greater than “least”."))
        return Property(
            key=key,
            title=title,
            kind=kind,
            unit=self.text(given, "unit", pointer, 20),
            least=least,
            most=most,
            options=self.options(given.get("options", []), kind, f"{pointer}/options"),
            is_writable=self.flag(given, "writable", pointer),
            stuck_after_s=self.seconds(given, "stuck_after_s", pointer, 0, least=0),
        )

    def commands(self, source: object) -> dict[str, CommandKind]:
        found = self.named(source, "/commands", {"key", "title", "parameters", "expires_s"})
        return {
            key: CommandKind(
                key,
                title,
                tuple(self.properties(each.get("parameters"), f"{at}/parameters").values()),
                self.seconds(each, "expires_s", at, COMMAND_EXPIRES_S, least=1),
            )
            for key, title, each, at in found
        }

    # -- small things

    def mapping(self, source: object, pointer: str, known: set[str]) -> Mapping[str, Any]:
        if not isinstance(source, dict):
            self.wrong(pointer, _("This must be a JSON object."))
            return {}
        for name in source.keys() - known:
            self.wrong(f"{pointer}/{name}", _("This is not a word of thing models."))
        return source

    def named(
        self, source: object, pointer: str, known: set[str]
    ) -> list[tuple[str, str, Mapping[str, Any], str]]:
        """The entries of a list by their keys; each key once."""
        if source is None:
            return []
        if not isinstance(source, list) or len(source) > MOST_PROPERTIES:
            self.wrong(pointer, _("This must be a list of at most %(most)s.") % {"most": MOST_PROPERTIES})
            return []
        found: list[tuple[str, str, Mapping[str, Any], str]] = []
        for number, each in enumerate(source):
            at = f"{pointer}/{number}"
            given = self.mapping(each, at, known)
            key, title = given.get("key"), given.get("title")
            if not isinstance(key, str) or not KEY.fullmatch(key):
                self.wrong(f"{at}/key", _("A key is up to 40 small letters, digits and underscores."))
            elif any(key == other for other, *_rest in found):
                self.wrong(f"{at}/key", _("This key is there twice."))
            elif not isinstance(title, str) or not title.strip() or len(title) > 60:
                self.wrong(f"{at}/title", _("Give it a title of at most 60 characters."))
            else:
                found.append((key, title.strip(), given, at))
        return found

    def kind(self, given: object, pointer: str) -> Kind:
        if given in list(Kind):
            return Kind(str(given))
        self.wrong(pointer, _("Known kinds: %(kinds)s.") % {"kinds": ", ".join(Kind)})
        return Kind.NUMBER

    def number(self, given: Mapping[str, Any], name: str, pointer: str, kind: Kind) -> float | None:
        value = given.get(name)
        if value is None:
            return None
        if kind not in (Kind.NUMBER, Kind.INTEGER) or not _is_number(value):
            self.wrong(f"{pointer}/{name}", _("Only numbers have limits, and a limit is a number."))
            return None
        return float(value)

    def options(self, given: object, kind: Kind, pointer: str) -> tuple[str, ...]:
        words = given if isinstance(given, list) else []
        right = all(isinstance(word, str) and 0 < len(word) <= 40 for word in words)
        if not right or len(set(words)) != len(words) or bool(words) != (kind is Kind.CHOICE):
            self.wrong(pointer, _("A choice, and nothing else, has options: different words."))
            return ()
        return tuple(words)

    def text(self, given: Mapping[str, Any], name: str, pointer: str, longest: int) -> str:
        value = given.get(name, "")
        if not isinstance(value, str) or len(value) > longest:
            self.wrong(
                f"{pointer}/{name}", _("A text of at most %(longest)s characters.") % {"longest": longest}
            )
            return ""
        return value

    def flag(self, given: Mapping[str, Any], name: str, pointer: str) -> bool:
        value = given.get(name, False)
        if not isinstance(value, bool):
            self.wrong(f"{pointer}/{name}", _("Say true or false."))
            return False
        return value

    def seconds(self, given: Mapping[str, Any], name: str, pointer: str, default: int, *, least: int) -> int:
        value = given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 86_400 * 366:
            self.wrong(f"{pointer}/{name}", _("Whole seconds, at least %(least)s.") % {"least": least})
            return default
        return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class ValueFate(StrEnum):
    """Why a value of a known property is not taken."""

    UNREADABLE = "unreadable"
    OUT_OF_RANGE = "out_of_range"


def value_of(declared: Property, raw: object) -> tuple[float, str] | ValueFate:
    """A value as readings keep it: a number, or NaN and a text.

    Booleans become 1 and 0. Numbers that arrive as text are not guessed at: a device sends what its model says.
    """
    match declared.kind:
        case Kind.BOOLEAN:
            return (float(raw), "") if isinstance(raw, bool) else ValueFate.UNREADABLE
        case Kind.NUMBER | Kind.INTEGER:
            return _number_of(declared, raw)
        case Kind.CHOICE:
            if not isinstance(raw, str):
                return ValueFate.UNREADABLE
            return (math.nan, raw) if raw in declared.options else ValueFate.OUT_OF_RANGE
        case Kind.TEXT:
            right = isinstance(raw, str) and len(raw) <= LONGEST_TEXT and "\x00" not in raw
            return (math.nan, str(raw)) if right else ValueFate.UNREADABLE


def _number_of(declared: Property, raw: object) -> tuple[float, str] | ValueFate:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        return ValueFate.UNREADABLE
    try:
        value = float(raw)
    except OverflowError:
        return ValueFate.OUT_OF_RANGE
    if not math.isfinite(value) or (declared.kind is Kind.INTEGER and not value.is_integer()):
        return ValueFate.UNREADABLE
    below = declared.least is not None and value < declared.least
    above = declared.most is not None and value > declared.most
    return ValueFate.OUT_OF_RANGE if below or above else (value, "")


def allowed(declared: Property) -> Words:
    """What a value may be, in words: the range with its unit, or the choices; empty if anything of its kind may."""
    if declared.options:
        return " / ".join(declared.options)
    unit = f" {declared.unit}" if declared.unit else ""
    least, most = (
        None if limit is None else f"{limit:,.10g}{unit}" for limit in (declared.least, declared.most)
    )
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s.") % {"least": least, "most": most}
    if least is not None:
        return _("At least %(least)s.") % {"least": least}
    return _("At most %(most)s.") % {"most": most} if most is not None else ""
