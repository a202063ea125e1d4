"""Splits the one cell in which the project table prints all indicators of a project, and reads each of them.

The cell has a shape, not a grammar: many hands typed it, mixing full-width and half-width punctuation.
So the parts are anchored on the level codes and on the two value labels, never on the separators alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Place
from chengshu.hub.promises.tables.data import IndicatorRow
from chengshu.hub.promises.tables.problems import Findings, excerpt, say

LEVEL_1_CODES = frozenset("1234")
LEVEL_2_CODES = frozenset({"11", "12", "13", "14", "21", "22", "23", "24", "31", "32", "41", "42", "43"})
"""Codes of the official indicator families. The source prints 11–13, 21–23 and 31. The others stand
in older and newer forms of the ministry (成本, 可持续影响, 帮扶对象满意度; 财预〔2021〕101号)."""

START = re.compile(
    r"(?:^|(?<=[。\n]))\s{0,9}(\d{1,3})、(?=\s{0,9}\d{1,2}\s{0,9}-\s{0,9}[^：:；;。]{1,12}?指标)"
)
"""Where an indicator begins: a number with 、 and a coded first level, at the start or after a full stop or
line break. A number with 、 alone will not do: values hold lists, such as 备份1、每日增量2、每周全量."""

LEVEL_1 = re.compile(r"\s*(\d{1,2})\s*-\s*([^：:；;。]{1,12}?指标)\s*(?:[：:；;]|$)\s*")
LEVEL_2 = re.compile(r"(\d{1,3})\s{0,9}-\s{0,9}([^：:；;]{0,60}?)\s{0,9}(?:[：:；;]\s*|$)")
PERIOD_LABEL = re.compile(r"(?:^|[：:；;])\s*实施周期(?:指标|目标)值\s*[：:]\s*")
ANNUAL_LABEL = re.compile(r"(?:^|[：:；;])\s*年度(?:指标|目标)值\s*[：:]\s*")
RETYPE = _(
    "Write it as 1、code-first level：code-second level：name；实施周期指标值：value；年度指标值：value。"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """One indicator cut out of the cell: its printed number and its text without number and closing 。"""

    number: int
    raw: str


def split_indicators(cell: str) -> tuple[str, tuple[Printed, ...]]:
    """The text before the first indicator (empty in a sound cell) and the indicators in printed order."""
    starts = list(START.finditer(cell))
    if not starts:
        return cell.strip(), ()
    ends = [start.start() for start in starts[1:]] + [len(cell)]
    pieces = tuple(
        Printed(int(start[1]), cell[start.end() : end].strip().removesuffix("。"))
        for start, end in zip(starts, ends, strict=True)
    )
    return cell[: starts[0].start()].strip(), pieces


def read_indicators(cell: str, project: str, place: Place, findings: Findings) -> tuple[IndicatorRow, ...]:
    """Every indicator of one project's cell; what cannot be read is reported and left out.

    :param project: the project's reference, such as ``P36``
    """
    before, pieces = split_indicators(cell)
    if before:
        findings.problem(
            "indicator_cell",
            place,
            say(_("“%(text)s” is not the beginning of an indicator."), {"text": excerpt(before)}),
            RETYPE,
        )
    rows = []
    for position, piece in enumerate(pieces, start=1):
        if piece.number != position:
            _report_number(piece.number, position, place, findings)
        row = read_indicator(piece, project, place, findings)
        if row is not None:
            rows.append(row)
    return tuple(rows)


def _report_number(found: int, expected: int, place: Place, findings: Findings) -> None:
    findings.problem(
        "indicator_number",
        place,
        say(
            _("Indicator %(expected)s is expected but number %(found)s stands there."),
            {"expected": expected, "found": found},
        ),
        _("Number the indicators of the cell 1, 2, 3 … and check the one before for a missing level code."),
    )


def read_indicator(piece: Printed, project: str, place: Place, findings: Findings) -> IndicatorRow | None:
    """One indicator, or None after reporting why it cannot be read."""
    ref = f"{project}#{piece.number}"
    level_1 = LEVEL_1.match(piece.raw)
    if level_1 is None:
        _report_unreadable(ref, piece.raw, place, findings)
        return None
    rest = piece.raw[level_1.end() :]
    level_2 = LEVEL_2.match(rest)
    l2_code, l2_name = (level_2[1], level_2[2]) if level_2 else ("", "")
    if not _known_codes(level_1[1], l2_code, ref, place, findings):
        return None
    values = _read_values(rest[level_2.end() :] if level_2 else rest)
    if values is None:
        _report_unreadable(ref, piece.raw, place, findings)
        return None
    return IndicatorRow(
        ref=ref,
        number=piece.number,
        l1_code=level_1[1],
        l1_name=level_1[2],
        l2_code=l2_code,
        l2_name=l2_name,
        name=values.name,
        period_raw=values.period,
        annual_raw=values.annual,
        raw=piece.raw,
        has_value_labels=values.labelled,
        place=place,
    )


def _known_codes(l1_code: str, l2_code: str, ref: str, place: Place, findings: Findings) -> bool:
    if l1_code in LEVEL_1_CODES and (not l2_code or l2_code in LEVEL_2_CODES):
        return True
    findings.problem(
        "level_code",
        place,
        say(
            _("%(ref)s has the level code %(code)s, which does not exist."),
            {"ref": ref, "code": l2_code if l1_code in LEVEL_1_CODES else l1_code},
        ),
        _("Use the official codes, such as 11 quantity, 12 quality, 13 timeliness, 31 satisfaction."),
    )
    return False


def _report_unreadable(ref: str, raw: str, place: Place, findings: Findings) -> None:
    findings.problem(
        "indicator",
        place,
        say(_("%(ref)s cannot be read: “%(text)s”."), {"ref": ref, "text": excerpt(raw)}),
        RETYPE,
    )


@dataclass(frozen=True, slots=True)
class _Values:
    name: str
    period: str
    annual: str
    labelled: bool


def _read_values(text: str) -> _Values | None:
    """Name and values from what follows the levels; None if a value is missing or stands there twice."""
    periods, annuals = list(PERIOD_LABEL.finditer(text)), list(ANNUAL_LABEL.finditer(text))
    if not periods and not annuals:
        return _read_unlabelled(text)
    if len(periods) != 1 or len(annuals) != 1 or annuals[0].start() < periods[0].end():
        return None
    period = text[periods[0].end() : annuals[0].start()].strip()
    annual = text[annuals[0].end() :].strip()
    name = text[: periods[0].start()].strip().strip("：:；;")
    return _Values(name, period, annual, labelled=True) if period and annual else None


def _read_unlabelled(text: str) -> _Values | None:
    """``name；name：value``, as written where both labels are missing.

    When the words before the value are not the name again, they say what is measured
    and belong to the value.
    """
    separator = re.search(r"[；;]", text)
    start = separator.end() if separator else 0
    name = text[: separator.start()] if separator else re.split(r"[：:]", text, maxsplit=1)[0]
    described, value = _last_colon(text[start:])
    if not name.strip() or not value:
        return None
    printed = value if described == name.strip() else text[start:].strip()
    return _Values(name.strip(), printed, printed, labelled=False)


def _last_colon(text: str) -> tuple[str, str]:
    position = max(text.rfind("："), text.rfind(":"))
    return (text[:position].strip(), text[position + 1 :].strip()) if position >= 0 else ("", "")
