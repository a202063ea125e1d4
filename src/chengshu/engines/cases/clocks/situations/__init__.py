"""Situations: what happened in a case, in the words of the law, and the dates that must come out.

They are written for officials to read and check, and every one is a test. A situation names its rule and the law it
illustrates; each fact and each expectation is one line:

    facts = ["2026-02-10 受理", "2026-02-24 暂停 专家评审 至 2026-03-06", "2026-03-06 恢复 专家评审"]
    expect = ["到期 2026-03-27", "截至 2026-03-10 已用 5"]

Facts: 收件, 受理, 补正告知, 补正收齐, 暂停 <ground> 至 <day>, 恢复 <ground>, 延期 <amount>, 办结, 届满, or the event
of one of the rule's further limits. Expectations: 到期, 承诺到期, 预计到期, 预警, 不早于, 补正告知截止, 视为受理,
视为准予延续, 截至 <day> 已用|剩余|亮灯 (承诺… for the promise), 压缩率, or the title of a further limit; each with its
day or value. A situation whose last fact the law does not allow has ``refused`` instead, with the refusal's code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.clock import Clock, ClockExtension, ClockPause
from chengshu.engines.cases.clocks.compression import compression
from chengshu.engines.cases.clocks.deeming import silence_at_step, silent_acceptance, silent_renewal, step_due
from chengshu.engines.cases.clocks.law import Rule, RuleBook, Step
from chengshu.engines.cases.clocks.law.book import broken
from chengshu.engines.cases.clocks.law.rules import CountsFrom
from chengshu.engines.cases.clocks.lawful import insist_extendable, insist_first_notice, insist_pausable
from chengshu.engines.cases.clocks.limits import Limit
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import SHANGHAI, local_day
from chengshu.foundation.errors import ChengshuError, InvalidFile

SHIPPED: Final = Path(__file__).parent
_LINE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?: (?P<time>\d\d:\d\d))? (?P<word>\S+)(?: (?P<rest>.+))?")
_AS_OF = re.compile(
    r"截至 (?P<moment>\S+(?: \d\d:\d\d)?) (?P<layer>承诺)?(?P<asked>已用|剩余|亮灯) (?P<value>\S+)"
)
_LIGHTS: Final = {"green": "绿", "yellow": "黄", "red": "红", "": "无"}
_WORKING_HOUR: Final = time(9, 30)


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation; ``cites`` is the law that it illustrates."""

    title: str
    cites: str
    rule: str
    facts: tuple[str, ...]
    expect: tuple[str, ...]
    refused: str
    file: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out for one expectation, in its own words."""

    expected: str
    found: str

    @property
    def holds(self) -> bool:
        return self.expected == self.found


def read_situations(folder: Path = SHIPPED) -> tuple[Situation, ...]:
    """The situations of the ``*.toml`` files of a folder.

    :raises InvalidFile: ``clocks.situation`` if one is not complete
    """
    return tuple(situation for path in sorted(folder.glob("*.toml")) for situation in _read(path))


def _read(path: Path) -> Iterator[Situation]:
    try:
        for entry in tomllib.loads(path.read_text("utf-8"))["situation"]:
            yield Situation(
                entry["title"],
                entry["cites"],
                entry["rule"],
                tuple(entry["facts"]),
                tuple(entry.get("expect", ())),
                entry.get("refused", ""),
                path.name,
            )
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise broken(path.name, "clocks.situation", _("A situation is incomplete: %(reason)s.") % {
            "reason": str(error)
        }) from error  # fmt: skip


def play(situation: Situation, book: RuleBook, timekeeping: Timekeeping) -> tuple[Answer, ...]:
    """Let the facts happen and answer every expectation.

    :raises InvalidFile: ``clocks.situation`` for a line that is not in the vocabulary
    """
    first = _line(situation, situation.facts[0])
    story = _Story(situation, book.rule(situation.rule, local_day(first.moment)), book, timekeeping)
    try:
        for fact in situation.facts:
            story.happen(_line(situation, fact))
    except InvalidFile:
        raise
    except ChengshuError as refusal:
        return (Answer(situation.refused, refusal.code),)
    if situation.refused:
        return (Answer(situation.refused, ""),)
    return tuple(Answer(expected, story.answer(expected)) for expected in situation.expect)


@dataclass(frozen=True, slots=True)
class _Line:
    moment: datetime
    word: str
    rest: str


def _line(situation: Situation, text: str) -> _Line:
    found = _LINE.fullmatch(text)
    if not found:
        raise _unknown(situation, text)
    return _Line(_moment(f"{found['day']} {found['time'] or ''}"), found["word"], found["rest"] or "")


def _moment(text: str) -> datetime:
    day, _blank, clock = text.strip().partition(" ")
    return datetime.combine(
        date.fromisoformat(day), time.fromisoformat(clock) if clock else _WORKING_HOUR, tzinfo=SHANGHAI
    )


def _unknown(situation: Situation, text: str) -> InvalidFile:
    return broken(
        f"{situation.file} · {situation.title}",
        "clocks.situation",
        _("“%(text)s” is not in the vocabulary of situations.") % {"text": text},
    )


@dataclass
class _Story:
    """A case while its facts happen."""

    situation: Situation
    rule: Rule
    book: RuleBook
    timekeeping: Timekeeping
    clocks: dict[str, Clock] = field(default_factory=dict)
    received: datetime | None = None
    accepted: datetime | None = None
    expires: date | None = None
    notices: int = 0
    events: dict[str, datetime] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=SHANGHAI))

    def happen(self, line: _Line) -> None:
        self.now = line.moment
        if line.word in self._facts:
            self._facts[line.word](line)
        elif line.word in {step.event for step in self.rule.steps}:
            self.events[line.word] = line.moment
        else:
            raise _unknown(self.situation, f"{line.word} {line.rest}")

    @cached_property
    def _facts(self) -> Mapping[str, Callable[[_Line], None]]:
        return {
            "收件": self._receive,
            "受理": self._accept,
            "补正告知": self._notify,
            "补正收齐": self._complete,
            "暂停": self._pause,
            "恢复": self._resume,
            "延期": self._extend,
            "办结": self._decide,
            "届满": self._expire,
        }

    def _receive(self, line: _Line) -> None:
        self.received = line.moment
        if self.rule.counts_from is not CountsFrom.ACCEPTANCE:
            self._start(line.moment)

    def _accept(self, line: _Line) -> None:
        self.accepted = line.moment
        self.events["受理"] = line.moment
        if not self.clocks:
            self._start(line.moment)

    def _start(self, moment: datetime) -> None:
        limits = {"legal": self.rule.legal, "promised": self.rule.promised}
        self.clocks = {layer: Clock(limit, moment) for layer, limit in limits.items() if limit}

    def _notify(self, line: _Line) -> None:
        silence = silent_acceptance(self.rule, self.received or line.moment, self.timekeeping)
        last = silence.after.on if silence else date.max
        insist_first_notice(self.notices, self.rule, local_day(line.moment), last)
        self.notices += 1

    def _complete(self, line: _Line) -> None:
        self.accepted = line.moment
        self._start(line.moment)

    def _pause(self, line: _Line) -> None:
        name, _until, expected = line.rest.partition(" 至 ")
        ground = next((each for each in self.book.grounds.values() if each.title == name), None)
        if ground is None:
            raise _unknown(self.situation, line.rest)
        told = date.fromisoformat(expected) if expected else None
        pause = ClockPause(ground.key, line.moment, expected_until=told, notice="告知书" if told else "")
        insist_pausable(self._main, self.rule, ground, pause, self.timekeeping)
        self._each(lambda clock: clock.pause(pause))

    def _resume(self, line: _Line) -> None:
        ground = next(each for each in self.book.grounds.values() if each.title == line.rest)
        self._each(lambda clock: clock.resume(ground.key, line.moment))

    def _extend(self, line: _Line) -> None:
        clock = self.clocks["legal"]
        amount, _blank, document = line.rest.partition(" ")
        by = Limit(int(amount), clock.limit.unit)
        extension = ClockExtension(by, line.moment, reason="情况复杂", document=document)
        insist_extendable(clock, self.rule, extension, self.timekeeping)
        self.clocks["legal"] = clock.extend(extension)

    def _decide(self, line: _Line) -> None:
        self._each(lambda clock: clock.stop(line.moment))

    def _expire(self, line: _Line) -> None:
        self.expires = local_day(line.moment)

    @property
    def _main(self) -> Clock:
        """The legal clock; the promised one where the law sets no limit."""
        return self.clocks.get("legal") or self.clocks["promised"]

    def _each(self, change: Callable[[Clock], Clock]) -> None:
        self.clocks = {layer: change(clock) for layer, clock in self.clocks.items()}

    def answer(self, expected: str) -> str:
        """The expectation as it came out, in the same words."""
        if as_of := _AS_OF.fullmatch(expected):
            return self._at_a_moment(as_of)
        word, _blank, _value = expected.partition(" ")
        if word in self._answers:
            return f"{word} {self._answers[word]()}"
        step = next((step for step in self.rule.steps if step.title == word), None)
        if step is None:
            raise _unknown(self.situation, expected)
        return f"{word} {self._step(step)}"

    @cached_property
    def _answers(self) -> Mapping[str, Callable[[], str]]:
        return {
            "到期": lambda: self._due("legal"),
            "承诺到期": lambda: self._due("promised"),
            "不早于": lambda: self._earliest(),
            "预计到期": lambda: self.clocks["legal"].forecast(self.timekeeping, self.now).on.isoformat(),
            "预警": self._warned,
            "补正告知截止": self._notice_due,
            "视为受理": self._deemed_accepted,
            "视为准予延续": self._deemed_renewed,
            "压缩率": self._compression,
        }

    def _due(self, layer: str) -> str:
        due = self.clocks[layer].due(self.timekeeping, self.now)
        return f"待定（缺{due.missing_year}年通知）" if due.is_provisional else due.on.isoformat()

    def _earliest(self) -> str:
        due = self.clocks["legal"].due(self.timekeeping, self.now)
        return due.on.isoformat() if due.is_provisional else ""

    def _warned(self) -> str:
        warning = self.book.warning_of(self.rule).when
        return self.clocks["legal"].warns(self.timekeeping, warning, self.now).on.isoformat()

    def _notice_due(self) -> str:
        silence = silent_acceptance(self.rule, self._received, self.timekeeping)
        return silence.after.on.isoformat() if silence else "无"

    def _deemed_accepted(self) -> str:
        silence = silent_acceptance(self.rule, self._received, self.timekeeping)
        spoken = self.notices or self.accepted
        return "无" if silence is None or spoken else local_day(silence.as_of).isoformat()

    def _deemed_renewed(self) -> str:
        silence = silent_renewal(self.rule, self.expires or date.max, self.timekeeping)
        decided = any(clock.stopped_at for clock in self.clocks.values())
        return "无" if silence is None or decided else local_day(silence.as_of).isoformat()

    @property
    def _received(self) -> datetime:
        return self.received or self.now

    def _compression(self) -> str:
        legal, promised = self.clocks["legal"].limit, self.clocks["promised"].limit
        start = local_day(self.clocks["legal"].started_at)
        share = compression(promised, legal, start=start, calendar=self.timekeeping.calendar)
        return f"{_plain(share * 100)}%"

    def _step(self, step: Step) -> str:
        event = self.events.get(step.event)
        if event is None:
            return "无"
        silence = silence_at_step(self.rule, step.key, event, self.timekeeping)
        due = silence.after if silence else step_due(step, event, self.timekeeping)
        return due.on.isoformat()

    def _at_a_moment(self, asked: re.Match[str]) -> str:
        moment = _moment(asked["moment"])
        clock = self.clocks["promised" if asked["layer"] else "legal"]
        standing = clock.standing(self.timekeeping, self.book.warning_of(self.rule).when, moment)
        values: dict[str, Any] = {
            "已用": _plain(standing.used),
            "剩余": _plain(standing.left),
            "亮灯": _LIGHTS[standing.light],
        }
        return f"截至 {asked['moment']} {asked['layer'] or ''}{asked['asked']} {values[asked['asked']]}"


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
