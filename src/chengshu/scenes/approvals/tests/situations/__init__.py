"""Situations of whole applications: what happens to a case on which day, and the days that must come out.

They are written for officials to read, and every one is played through the process that is in force. Facts:

    收件, 受理, 告知补正, 补正, 补正后受理, 补正不符, 再次告知补正, 不属职权, 不需许可, 拟准予, 复审同意, 准予, 不准予,
    提请专家评审, 告知<特别程序>至 <日>, 未告知即评审, 评审结束, 提请现场核查, 现场核查签字 <证件>,
    发布公示至 <日>, 延期 <量>,
    轮巡 (the worker's round)

Expectations: 法定到期, 承诺到期, 补正告知截止, 送达截止 with a day or 无; 状态 with the codes in order; 在办 with the
open step; 法定亮灯 and 承诺亮灯 with 绿, 黄, 红. A situation whose last fact is refused has ``refused`` with the code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from freezegun import freeze_time

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import ClockView
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError
from chengshu.scenes.approvals.tests import walking

FOLDER: Final = Path(__file__).parent
LIGHTS: Final = {"green": "绿", "yellow": "黄", "red": "红", "": "无"}
GROUNDS: Final = {"专家评审": "expert_review", "听证": "hearing", "检测": "testing"}
SUPPLEMENT: Final = "Supplement notice"
DELIVERY: Final = "Issue and delivery"


@dataclass(frozen=True)
class Situation:
    title: str
    cites: str
    matter: str
    facts: tuple[str, ...]
    expect: tuple[str, ...] = ()
    refused: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


def read_situations() -> tuple[Situation, ...]:
    """Every situation of this folder."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["situation"]:
            lists = {name: tuple(entry.pop(name, ())) for name in ("facts", "expect")}
            found.append(Situation(**entry, **lists))
    return tuple(found)


def play(situation: Situation) -> tuple[str, ...]:
    """Let the facts happen; returns the expectations as they came out, or the code of the refusal."""
    story = Story(situation)
    try:
        for fact in situation.facts:
            story.happen(fact)
    except ChengshuError as refusal:
        return (refusal.code,)
    return tuple(story.answer(expected) for expected in situation.expect)


@dataclass
class Story:
    """One case while its facts happen."""

    situation: Situation
    case_id: int = 0
    now: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=SHANGHAI))

    def happen(self, fact: str) -> None:
        day, _blank, words = fact.partition(" ")
        self.now = walking.at(day)
        with walking.on(day):
            self._do(words)

    def _do(self, words: str) -> None:
        word, _blank, rest = words.partition(" ")
        if word in STEPS:
            node, outcome = STEPS[word]
            walking.done(self.case_id, node, outcome)
        elif word.startswith("告知") and word.endswith("至"):
            self._tell(GROUNDS[word[2:-1]], rest)
        else:
            self._others()[word](rest)

    def _others(self) -> Mapping[str, Callable[[str], None]]:
        return {
            "收件": lambda _rest: self._open(),
            "轮巡": lambda _rest: walking.worker_round(),
            "延期": lambda rest: cases.extend_clock(
                case_id=self.case_id, amount=int(rest), reason="情况复杂", document="穗南批〔2026〕1号"
            ),
            "发布公示至": self._publish,
            "现场核查签字": self._sign,
        }

    def _open(self) -> None:
        self.case_id = walking.opened(self.situation.matter, self.situation.variables)

    def _tell(self, ground: str, until: str) -> None:
        told = {"special_ground": ground, "special_until": until, "special_notice": "穗南特告〔2026〕1号"}
        walking.done(self.case_id, "tell", "told", **told)

    def _sign(self, certificate: str) -> None:
        walking.done(self.case_id, "site", "agree", inspector_certificate=certificate)

    def _publish(self, until: str) -> None:
        walking.done(self.case_id, "publish", "published", notice_until=until, notice_number="穗南公示1号")

    def answer(self, expected: str) -> str:
        word, _blank, _value = expected.partition(" ")
        with freeze_time(self.now):
            return f"{word} {ANSWERS[word](self)}"

    def clock(self, layer: str, *, title: str = "") -> ClockView | None:
        """The clock of a layer: of the decision, or the one with this title."""
        for clock in walking.view(self.case_id).clocks:
            name = str(clock.title)
            if clock.layer == layer and (name == title if title else name not in (SUPPLEMENT, DELIVERY)):
                return clock
        return None

    def due(self, layer: str, *, title: str = "") -> str:
        clock = self.clock(layer, title=title)
        return _day(clock.due_at) if clock else "无"

    def light(self, layer: str) -> str:
        clock = self.clock(layer)
        return LIGHTS[clock.light] if clock else "无"


STEPS: Final = {
    "受理": ("check", "accept"),
    "告知补正": ("check", "supplement"),
    "补正": ("supplement", "resubmit"),
    "补正后受理": ("recheck", "accept"),
    "补正不符": ("recheck", "incomplete"),
    "再次告知补正": ("recheck", "supplement"),
    "不属职权": ("check", "not_ours"),
    "不需许可": ("check", "not_needed"),
    "拟准予": ("review", "propose_grant"),
    "复审同意": ("head", "agree"),
    "准予": ("decide", "grant"),
    "不准予": ("decide", "refuse"),
    "提请专家评审": ("review", "expert"),
    "未告知即评审": ("tell", "told"),
    "评审结束": ("experts", "finished"),
    "提请现场核查": ("review", "site"),
}
ANSWERS: Final[Mapping[str, Callable[[Story], str]]] = {
    "法定到期": lambda story: story.due("legal"),
    "承诺到期": lambda story: story.due("promised"),
    "补正告知截止": lambda story: story.due("legal", title=SUPPLEMENT),
    "送达截止": lambda story: story.due("legal", title=DELIVERY),
    "状态": lambda story: " ".join(walking.statuses(story.case_id)),
    "在办": lambda story: " ".join(sorted(walking.standing_at(story.case_id))) or "无",
    "法定亮灯": lambda story: story.light("legal"),
    "承诺亮灯": lambda story: story.light("promised"),
}


def _day(moment: datetime) -> str:
    day: date = moment.astimezone(SHANGHAI).date()
    return day.isoformat()
