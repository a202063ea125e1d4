"""The suggestion letter (监察建议书) as a PDF. Everything printed is Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chengshu.foundation.calendar import local_day
from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf

LEVELS = {"yellow": "黄牌", "red": "红牌", "warning": "预警", "lead": "线索"}


@dataclass(frozen=True)
class LetterCard:
    """One card as the letter lists it."""

    level: str
    trigger: str
    case_number: str
    evidence: str
    raised_at: datetime


@dataclass(frozen=True)
class Letter:
    """What a letter says."""

    number: str
    unit_name: str
    organiser_name: str
    cards: tuple[LetterCard, ...]
    findings: str
    suggestions: str
    reply_by: date
    issued_at: datetime
    simulated: bool = False


def letter_pdf(letter: Letter) -> bytes:
    """The letter on A4; the same bytes for the same letter."""
    return write_pdf(
        Paper(
            parts=(_part(letter),),
            imprint=Imprint(letter.issued_at, version=letter.number, simulated=letter.simulated),
        )
    )


def _part(letter: Letter) -> Part:
    rows = [
        _wide("一、监察发现的问题", "section"),
        _wide(letter.findings),
        *_card_rows(letter.cards),
        _wide("二、监察建议", "section"),
        _wide(letter.suggestions),
        _wide("三、回复要求", "section"),
        _wide(
            f"请于{_day(letter.reply_by)}前将整改落实情况书面回复。对本建议有异议的，可在回复期限内书面说明理由并申请复核。"
        ),
    ]
    return Part(
        name="监察建议书",
        title="政务服务监察建议书",
        widths=(20, 42, 40, 48, 36),
        rows=tuple(rows),
        orientation="portrait",
        above=(f"{letter.unit_name}：",),
        above_right=letter.number,
        below=(letter.organiser_name, _day(local_day(letter.issued_at))),
        font_size=11,
    )


def _card_rows(cards: Sequence[LetterCard]) -> list[Row]:
    if not cards:
        return []
    heads = ("牌别", "情形", "办件编号", "依据", "发出日期")
    return [
        Row(tuple(Cell(head, "label") for head in heads)),
        *(
            Row(
                (
                    Cell(LEVELS.get(card.level, card.level), align="center"),
                    Cell(card.trigger),
                    Cell(card.case_number or "—"),
                    Cell(card.evidence or "—"),
                    Cell(_day(local_day(card.raised_at)), align="center"),
                )
            )
            for card in cards
        ),
    ]


def _wide(text: str, look: str = "text") -> Row:
    return Row((Cell(text, "section" if look == "section" else "text", columns=5),))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
