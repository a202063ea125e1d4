"""Rules S01–S07: what a row must have before anything can be said about its value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import Target

from . import suggestions
from .data import Hit
from .examples import indicator, one, project, tables
from .registry import ERROR, INFO, WARNING, Card, per_indicator, per_project, per_tables
from .view import IndicatorView, ProjectView, TablesView, l2_base
from .words import L2_NAMES

_FORM = "财预〔2015〕88号《项目支出绩效目标表》"


@per_indicator(
    Card(
        "S01",
        ERROR,
        _("Third-level name missing"),
        _("Without a name nobody knows what the value measures."),
        _FORM,
        _("The indicator with the value “%(value)s” has no name."),
        _("Give the indicator a name that says what is counted."),
        one("", "≥95%", l2="31"),
        one("用户满意度", "≥95%", l2="31"),
    )
)
def name_missing(item: IndicatorView) -> Iterator[Hit]:
    if not item.plain:
        yield Hit(item.ref, {"value": item.row.annual_raw}, suggestions.name_for(item))


@per_indicator(
    Card(
        "S02",
        ERROR,
        _("Second-level class missing"),
        _("The class decides weight and scoring; without it the indicator cannot be scored."),
        _FORM,
        _("The indicator “%(name)s” has no second-level class."),
        _("File it under a second-level class."),
        tables(project("某项目", indicator("可用率", "≥99.5%", l2="", l2_name=""))),
        one("可用率", "≥99.5%", l2="12"),
    )
)
def class_missing(item: IndicatorView) -> Iterator[Hit]:
    if not item.row.l2_code and not item.row.l2_name.strip():
        yield Hit(item.ref, {"name": item.row.name})


@per_indicator(
    Card(
        "S03",
        ERROR,
        _("Class code and class name contradict each other"),
        _("Statistics go by the code and readers by the name; they must mean the same class."),
        _FORM,
        _("Code %(code)s means %(meant)s, printed is %(printed)s."),
        _("Keep the one that fits the indicator and correct the other."),
        tables(project("某项目", indicator("固话畅通率", "≥95%", l2="13", l2_name="质量指标"))),
        one("固话畅通率", "≥95%", l2="12"),
    )
)
def code_against_name(item: IndicatorView) -> Iterator[Hit]:
    meant = L2_NAMES.get(item.row.l2_code)
    if meant and item.row.l2_name and l2_base(item.row.l2_name) != meant:
        data = {"code": item.row.l2_code, "meant": meant, "printed": item.row.l2_name}
        yield Hit(item.ref, data, suggestions.code_of_name(item))


@per_indicator(
    Card(
        "S04",
        ERROR,
        _("Labels of the period and the annual value missing"),
        _("Without the labels one cannot tell whether the value holds for the year or the whole period."),
        _FORM,
        _("“%(raw)s” does not say which value is for the period and which for the year."),
        _("Print both values under their labels."),
        one("系统验收合格率", "≥99%", labels=False),
        one("系统验收合格率", "≥99%"),
    )
)
def labels_missing(item: IndicatorView) -> Iterator[Hit]:
    if not item.row.has_value_labels:
        yield Hit(item.ref, {"raw": item.row.raw})


@per_indicator(
    Card(
        "S05",
        WARNING,
        _("Period and annual value differ"),
        _("They may differ only when the project runs for years and the whole is not less than the year."),
        "财预〔2015〕88号",
        _("For the period “%(period)s”, for the year “%(annual)s”."),
        _("Make both say the same, or explain the difference."),
        one("维护工作", "24小时以内修复", period="按需进行"),
        one("文档编制数量", "≥5份", period="≥15份", l2="11"),
    )
)
def period_against_year(item: IndicatorView) -> Iterator[Hit]:
    if item.row.period_raw.strip() != item.row.annual_raw.strip() and not _may_differ(
        item.period, item.annual
    ):
        yield Hit(item.ref, {"period": item.row.period_raw, "annual": item.row.annual_raw})


def _may_differ(period: Target, annual: Target) -> bool:
    if period.value is None or annual.value is None or not period.is_quantity:
        return False
    return (period.unit, period.op, period.kind) == (annual.unit, annual.op, annual.kind) and (
        period.value >= annual.value
    )


_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
_LABELS = re.compile(r"指标值[:：]")


@per_project(
    Card(
        "S06",
        WARNING,
        _("Half-width and full-width punctuation mixed, or markup left over"),
        _("Programs that read the published table stumble over both."),
        "GB/T 15834-2011《标点符号用法》",
        _("Printed with %(what)s."),
        _("Use full-width punctuation throughout and remove the markup."),
        tables(
            project(
                "某项目", indicator("件数", "≥5件"), raw="1、1-产出指标：11-数量指标：件数；年度指标值:≥5件"
            )
        ),
        tables(
            project(
                "某项目", indicator("件数", "≥5件"), raw="1、1-产出指标：11-数量指标：件数；年度指标值：≥5件"
            )
        ),
    )
)
def width_and_markup(item: ProjectView) -> Iterator[Hit]:
    text = item.row.indicators_raw
    markup = bool(_MARKUP.search(item.row.goal + text))
    half = any(mark in text for mark in (":", ";"))
    if markup or half:
        what = " + ".join(("<p>",) * markup + (": ;",) * half)
        yield Hit(item.ref, {"what": what}, suggestions.full_width(item))


@per_tables(
    Card(
        "S07",
        INFO,
        _("Class named differently from the rest of the table"),
        _("One class should have one name in one table."),
        _FORM,
        _("“%(printed)s” is called “%(usual)s” elsewhere in the table."),
        _("Use the name that the rest of the table uses."),
        tables(
            project(
                "某项目",
                indicator("甲", "≥1%", l2="22", l2_name="社会效益"),
                indicator("乙", "≥1%", l2="22", l2_name="社会效益"),
                indicator("丙", "≥1%", l2="22", l2_name="社会效益指标"),
            )
        ),
        tables(project("某项目", indicator("甲", "≥1%", l2="22"), indicator("乙", "≥1%", l2="22"))),
    )
)
def class_alias(view: TablesView) -> Iterator[Hit]:
    for items in (view.project_indicators, view.department):
        printed = Counter(item.row.l2_name for item in items if item.row.l2_name)
        for item in items:
            usual = _usual_name(item.row.l2_name, printed)
            if usual != item.row.l2_name:
                yield Hit(item.ref, {"printed": item.row.l2_name, "usual": usual})


def _usual_name(name: str, printed: Counter[str]) -> str:
    """The most frequent of the names that mean the same class."""
    same = [other for other in printed if l2_base(other) == l2_base(name)]
    return max(same, key=lambda other: printed[other], default=name)
