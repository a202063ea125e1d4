"""Reading rule files: TOML to rules, every mistake located by file, entry and line.

A rule may be ``like`` another one and then says only where it differs; its own values replace the other's whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.clock import WarnWhen
from chengshu.engines.cases.clocks.law.book import RuleBook, book_of, broken
from chengshu.engines.cases.clocks.law.rules import (
    Approver,
    CountsFrom,
    Deemed,
    Effect,
    Extension,
    Ground,
    ReceivedBy,
    Rule,
    Step,
    Supplement,
    WarningRule,
)
from chengshu.engines.cases.clocks.limits import Evidence, Limit, Source, read_limit
from chengshu.foundation.errors import InvalidFile, InvalidInput, Place, Words

SHIPPED: Final = Path(__file__).parent

_RULE = {
    *("key", "title", "title_en", "family", "like", "valid_from", "valid_to", "legal", "promised"),
    *("counts_from", "received_by", "extension", "supplement", "pauses", "step", "deemed", "warning", "note"),
}
_GROUND = {"key", "title", "title_en", "source", "evidence", "note"}
_SET = {"key", "grounds", "source", "evidence"}
_WARNING = {"key", "title", "title_en", "share", "floor", "correct_within", "source", "evidence", "note"}
_STEP = {"key", "title", "title_en", "limit", "event", "before", "source", "evidence", "note"}
_DEEMED = {"key", "title", "title_en", "effect", "step", "source", "evidence", "note"}
_LIMIT = {"limit", "source", "evidence", "note"}

E = TypeVar("E", Approver, CountsFrom, Effect, Evidence, ReceivedBy)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of a file, with where it stands."""

    facts: Mapping[str, Any]
    key: str
    file: str
    place: Place

    def part(self, facts: Mapping[str, Any]) -> _Entry:
        """A table inside it."""
        return replace(self, facts=facts)

    def insist(self, allowed: Iterable[str], required: Iterable[str]) -> None:
        wrong = sorted((set(self.facts) - set(allowed)) | (set(required) - set(self.facts)))
        if wrong:
            raise self.wrong(
                "clocks.fields",
                _("These fields are missing or unknown: %(names)s.") % {"names": ", ".join(wrong)},
            )

    def wrong(self, code: str, message: Words) -> InvalidFile:
        return broken(f"{self.file} · {self.key}", code, message, self.place)

    def choice(self, kind: type[E], name: str, default: E | None = None) -> E:
        word = self.facts.get(name, default)
        try:
            return kind(word)
        except ValueError as error:
            raise self.wrong(
                "clocks.word",
                _("“%(word)s” is none of the words for %(name)s: %(words)s.")
                % {"word": word, "name": name, "words": ", ".join(each.value for each in kind)},
            ) from error

    def day(self, name: str) -> date | None:
        value = self.facts.get(name)
        if value is not None and type(value) is not date:
            raise self.wrong("clocks.date", _("“%(name)s” must be a date.") % {"name": name})
        return value

    def source(self) -> Source:
        text = str(self.facts.get("source", "")).strip()
        if not text:
            raise self.wrong("clocks.uncited", _("Every value needs the source it rests on."))
        return Source(text, self.choice(Evidence, "evidence"), str(self.facts.get("note", "")))

    def limit(self) -> Limit:
        try:
            return replace(read_limit(str(self.facts["limit"])), source=self.source())
        except InvalidFile:
            raise
        except InvalidInput as error:
            raise self.wrong(error.code, error.message) from error


@cache
def shipped() -> RuleBook:
    """The rules that come with the platform."""
    return read_book(SHIPPED)


def read_book(folder: Path, *, beside: RuleBook | None = None, ignore: tuple[str, ...] = ()) -> RuleBook:
    """The rules of the ``*.toml`` files of a folder.

    :param beside: a book whose grounds and warnings the files may name too
    :param ignore: names of files that hold something else
    :raises InvalidFile: naming the file, the entry and the line
    """
    tables = [_read(path) for path in sorted(folder.glob("*.toml")) if path.name not in ignore]
    sets = {entry.key: _ground_set(entry) for table in tables for entry in table.get("ground_set", ())}
    grounds = {entry.key: _ground(entry) for table in tables for entry in table.get("ground", ())}
    warnings = {entry.key: _warning(entry) for table in tables for entry in table.get("warning", ())}
    if beside is not None:
        sets, grounds = {**beside.sets, **sets}, {**beside.grounds, **grounds}
        warnings = {**beside.warnings, **warnings}
    entries = [entry for table in tables for entry in table.get("rule", ())]
    return book_of([_rule(_completed(entry, entries), sets) for entry in entries], grounds, warnings, sets)


def _read(path: Path) -> dict[str, list[_Entry]]:
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise broken(path.name, "clocks.toml", _("The rule file cannot be read: %(reason)s.") % {
            "reason": error
        }, Place(int(line[1])) if line else None) from error  # fmt: skip
    family = content.pop("family", "")
    tables = {}
    for name, facts in content.items():
        if name not in ("rule", "ground", "ground_set", "warning") or not isinstance(facts, list):
            raise broken(path.name, "clocks.fields", _("These fields are missing or unknown: %(names)s.") % {
                "names": name
            }, Place(_line_of(text, name, "")))  # fmt: skip
        tables[name] = [_entry(name, each, family, path.name, text) for each in facts]
    return tables


def _entry(kind: str, facts: Mapping[str, Any], family: str, file: str, text: str) -> _Entry:
    key = str(facts.get("key", "?"))
    whole = {"family": family, **facts} if kind == "rule" else facts
    return _Entry(whole, key, file, Place(_line_of(text, kind, key)))


def _line_of(text: str, kind: str, key: str) -> int:
    """The line of an entry's key; for an entry without one, of the first table of its kind."""
    wanted = rf'^key\s*=\s*"{re.escape(key)}"' if key not in ("", "?") else rf"^\[*{re.escape(kind)}\b"
    found = re.search(wanted, text, flags=re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _completed(entry: _Entry, entries: Iterable[_Entry]) -> _Entry:
    """A rule with what it takes from the rule it is like."""
    like = entry.facts.get("like")
    if not like:
        return _without_refused(entry)
    pattern = next((each for each in entries if each.key == like and each is not entry), None)
    if pattern is None:
        raise entry.wrong("clocks.unknown_name", _("These names lead nowhere: %(names)s.") % {"names": like})
    inherited = _completed(pattern, entries).facts
    kept = {name: value for name, value in inherited.items() if name not in ("valid_to", "promised", "note")}
    return _without_refused(entry.part({**kept, **entry.facts}))


def _without_refused(entry: _Entry) -> _Entry:
    """``extension = false`` says that this rule has none, whatever the one it is like has."""
    return entry.part({name: value for name, value in entry.facts.items() if value is not False})


def _rule(entry: _Entry, sets: Mapping[str, Mapping[str, Source]]) -> Rule:
    entry.insist(_RULE, ("key", "title", "title_en", "valid_from", "family"))
    facts = entry.facts
    return Rule(
        key=entry.key,
        title=facts["title"],
        title_en=facts["title_en"],
        family=facts["family"],
        valid_from=entry.day("valid_from") or date.min,
        valid_to=entry.day("valid_to"),
        legal=_limit(entry, "legal"),
        promised=_limit(entry, "promised"),
        counts_from=entry.choice(CountsFrom, "counts_from", CountsFrom.ACCEPTANCE),
        received_by=entry.choice(ReceivedBy, "received_by", ReceivedBy.SYSTEM_TIME),
        extension=_extension(entry),
        supplement=_supplement(entry),
        grounds=_pauses(entry, sets),
        steps=tuple(_step(entry.part(step)) for step in facts.get("step", ())),
        deemed=tuple(_deemed(entry.part(deemed)) for deemed in facts.get("deemed", ())),
        warning=facts.get("warning", "supervision"),
        note=facts.get("note", ""),
    )


def _limit(entry: _Entry, name: str) -> Limit | None:
    if name not in entry.facts:
        return None
    part = entry.part(entry.facts[name])
    part.insist(_LIMIT, ("limit", "source", "evidence"))
    return part.limit()


def _extension(entry: _Entry) -> Extension | None:
    if "extension" not in entry.facts:
        return None
    part = entry.part(entry.facts["extension"])
    part.insist(_LIMIT | {"approver", "once", "tell_applicant"}, ("approver", "source", "evidence"))
    return Extension(
        part.limit() if "limit" in part.facts else None,
        part.choice(Approver, "approver"),
        part.source(),
        once=part.facts.get("once", True),
        tell_applicant=part.facts.get("tell_applicant", True),
    )


def _supplement(entry: _Entry) -> Supplement | None:
    if "supplement" not in entry.facts:
        return None
    part = entry.part(entry.facts["supplement"])
    part.insist(_LIMIT | {"once", "restarts"}, ("limit", "source", "evidence"))
    return Supplement(
        part.limit(), once=part.facts.get("once", True), restarts=part.facts.get("restarts", False)
    )


def _pauses(entry: _Entry, sets: Mapping[str, Mapping[str, Source]]) -> Mapping[str, Source]:
    """The grounds that may pause a rule: sets by name, and grounds with a source of their own."""
    allowed: dict[str, Source] = {}
    for pause in entry.facts.get("pauses", ()):
        if isinstance(pause, str):
            if pause not in sets:
                raise entry.wrong(
                    "clocks.unknown_name", _("These names lead nowhere: %(names)s.") % {"names": pause}
                )
            allowed.update(sets[pause])
        else:
            part = entry.part(pause)
            part.insist({"ground", "source", "evidence", "note"}, ("ground", "source", "evidence"))
            allowed[pause["ground"]] = part.source()
    return MappingProxyType(allowed)


def _step(entry: _Entry) -> Step:
    entry.insist(_STEP, _STEP - {"before", "note"})
    facts = entry.facts
    return Step(
        facts["key"],
        facts["title"],
        facts["title_en"],
        entry.limit(),
        facts["event"],
        facts.get("before", False),
    )


def _deemed(entry: _Entry) -> Deemed:
    entry.insist(_DEEMED, _DEEMED - {"step", "note"})
    facts = entry.facts
    effect = entry.choice(Effect, "effect")
    return Deemed(
        facts["key"], facts["title"], facts["title_en"], effect, entry.source(), facts.get("step", "")
    )


def _ground(entry: _Entry) -> Ground:
    entry.insist(_GROUND, ("key", "title", "title_en"))
    facts = entry.facts
    source = entry.source() if "source" in facts else None
    return Ground(facts["key"], facts["title"], facts["title_en"], source, facts.get("note", ""))


def _ground_set(entry: _Entry) -> Mapping[str, Source]:
    entry.insist(_SET, _SET)
    source = entry.source()
    return MappingProxyType(dict.fromkeys(entry.facts["grounds"], source))


def _warning(entry: _Entry) -> WarningRule:
    entry.insist(_WARNING, _WARNING - {"note"})
    facts = entry.facts
    source = entry.source()
    correct_within = replace(read_limit(facts["correct_within"]), source=source)
    when = WarnWhen(Decimal(facts["share"]), facts["floor"])
    return WarningRule(facts["key"], facts["title"], facts["title_en"], when, correct_within, source)
