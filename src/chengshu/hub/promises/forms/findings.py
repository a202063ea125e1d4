"""Layout of 绩效目标质量检查报告: a summary, then every finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from chengshu.foundation.papers.layout import Cell, Part, Row

from .cells import centered, labels, text
from .data import SEVERITIES, Finding, LintReport, Severity

_SUMMARY_WIDTHS = (22, 92, 18, 18, 18, 18)
_FINDING_WIDTHS = (10, 16, 38, 38, 46, 14, 13, 52, 46)
_FINDING_HEADINGS = ("序号", "编号", "项目", "指标", "原文", "规则", "级别", "问题及依据", "修改建议")
_SEVERITY_NAMES = dict(SEVERITIES)


def finding_parts(form: LintReport) -> tuple[Part, ...]:
    return (_summary(form), _list(form))


def _summary(form: LintReport) -> Part:
    scope = f"{form.project_count}个项目，{form.indicator_count}条绩效指标"
    checked = f"检查范围：{scope}；发现问题{len(form.findings)}条。"
    rows = (
        *_table("一、按级别汇总", ("级别", "说明"), _by_severity(form.findings)),
        *_table("二、按规则汇总", ("规则", "问题举例"), _by_code(form.findings)),
        *_table("三、按项目汇总", ("编号", "项目"), _by_project(form.findings), repeats=True),
    )
    return Part(
        name="汇总",
        title=f"绩效目标质量检查报告（{form.year}年度）",
        widths=_SUMMARY_WIDTHS,
        rows=rows,
        orientation="portrait",
        above=(f"部门名称：{form.department}", checked, *((form.note,) if form.note else ())),
        below=("注：检查结果由规则自动给出，供人工复核；修改建议须经人工确认后按绩效目标调整程序办理。",),
    )


_Line = tuple[str, str, Sequence[Finding]]


def _table(
    title: str, headings: tuple[str, str], lines: Iterable[_Line], *, repeats: bool = False
) -> tuple[Row, ...]:
    names = (name for _code, name in SEVERITIES)
    counted = [Row((centered(key), text(words), *_counts(findings))) for key, words, findings in lines]
    blank = Row((centered("—"), text("未发现问题"), *_counts(())))
    return (
        Row((Cell(title, "section", columns=6),), heading=repeats),
        Row(labels(*headings, *names, "合计"), heading=repeats),
        *(counted or [blank]),
    )


def _counts(findings: Sequence[Finding]) -> tuple[Cell, ...]:
    found = Counter(finding.severity for finding in findings)
    numbers = [found[code] for code, _name in SEVERITIES]
    return tuple(
        Cell(Decimal(value), "number", figures="count", align="center") for value in (*numbers, sum(numbers))
    )


_MEANINGS: dict[Severity, str] = {
    "E": "不符合填报规范，提交前应当修改",
    "W": "可能不合理，应当复核并说明或修改",
    "I": "建议规范表述",
}


def _by_severity(findings: Sequence[Finding]) -> list[_Line]:
    return [
        (name, _MEANINGS[code], [finding for finding in findings if finding.severity == code])
        for code, name in SEVERITIES
    ]


def _by_code(findings: Sequence[Finding]) -> list[_Line]:
    groups = _grouped(findings, [finding.code for finding in findings])
    return [(code, group[0].reason, group) for code, group in sorted(groups.items())]


def _by_project(findings: Sequence[Finding]) -> list[_Line]:
    groups = _grouped(findings, [_project_ref(finding) for finding in findings])
    named: list[_Line] = [(ref, group[0].project, group) for ref, group in groups.items()]
    return sorted(named, key=lambda line: -len(line[2]))


def _project_ref(finding: Finding) -> str:
    """P36 of P36#1; the department's own indicators, such as D16, count together."""
    project, separator, _number = finding.ref.partition("#")
    return project if separator else "部门"


def _grouped(findings: Sequence[Finding], keys: Sequence[str]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for key, finding in zip(keys, findings, strict=True):
        groups.setdefault(key, []).append(finding)
    return groups


def _list(form: LintReport) -> Part:
    heading = Row(labels(*_FINDING_HEADINGS), heading=True)
    rows = [Row(_finding(number, finding)) for number, finding in enumerate(form.findings, start=1)]
    nothing = Row((Cell("未发现问题", "text", columns=len(_FINDING_HEADINGS), align="center"),))
    return Part(
        name="问题清单",
        title="绩效目标质量问题清单",
        widths=_FINDING_WIDTHS,
        rows=(heading, *(rows or [nothing])),
        above=(f"部门名称：{form.department}",),
        font_size=8.5,
    )


def _finding(number: int, finding: Finding) -> tuple[Cell, ...]:
    return (
        Cell(Decimal(number), "number", figures="count", align="center"),
        centered(finding.ref),
        text(finding.project),
        text(finding.indicator),
        text(finding.raw),
        centered(finding.code),
        centered(_SEVERITY_NAMES[finding.severity]),
        text(finding.reason),
        text(finding.suggestion),
    )
