"""Findings of the element linter over the whole catalogue."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.scenes.matters import queries
from chengshu.scenes.matters.elements import ELEMENT_WORDS
from chengshu.scenes.matters.linting import MatterFindings, lint_catalogue
from chengshu.scenes.matters.pages.common import SEVERITY_TONES, SEVERITY_WORDS

COLUMNS: Final = (
    Column("severity", _("Severity"), "fit"),
    Column("matter", _("Service matter"), header=True),
    Column("element", _("Element of the matter"), "fit"),
    Column("message", _("What is wrong")),
    Column("hint", _("What to do")),
)
MOST: Final = 300


@require_safe
@door("matters.view")
def lint(request: HttpRequest) -> HttpResponse:
    severity = request.GET.get("severity", "")
    code, unit = request.GET.get("code", ""), request.GET.get("unit", "")
    found = lint_catalogue(queries.matters(queries.Chosen(unit=unit)))
    counted = Counter(one.severity for each in found for one in each.findings if not one.decided)
    rows = [row for each in found for row in _rows(each, severity, code)]
    rows.sort(key=lambda row: (_ORDER[row["level"]], row["matter"]))
    context = {
        "rows": rows[:MOST],
        "hidden": max(0, len(rows) - MOST),
        "columns": COLUMNS,
        "filters": _filters(found, severity, code, unit),
        "query": {"severity": severity, "code": code, "unit": unit},
        "matters": len(found),
        "conforming": sum(one.conforms for one in found),
        "counted": counted,
    }
    return render(request, "matters/lint.html", context)


_ORDER: Final = {"error": 0, "warning": 1, "note": 2}


def _rows(found: MatterFindings, severity: str, code: str) -> list[dict[str, Any]]:
    return [
        {
            "level": one.severity,
            "severity": SEVERITY_WORDS[one.severity],
            "tone": "neutral" if one.decided else SEVERITY_TONES[one.severity],
            "matter": found.matter.name,
            "local_code": found.matter.local_code,
            "element": _element_words(one.element),
            "message": one.message,
            "hint": _("Kept: %(reason)s") % {"reason": one.decided} if one.decided else one.hint,
        }
        for one in found.findings
        if (one.severity == severity if severity in _ORDER else one.severity != "note")
        and (not code or one.code == code)
    ]


def _element_words(element: str) -> Any:
    name = element.partition(".")[0].partition("[")[0]
    return ELEMENT_WORDS.get(name, name)


def _filters(found: list[MatterFindings], severity: str, code: str, unit: str) -> list[Filter]:
    codes = sorted({one.code for each in found for one in each.findings})
    levels = [
        Option("", _("Errors and warnings")),
        *(Option(key, word) for key, word in SEVERITY_WORDS.items()),
    ]
    units = [Option("", _("All units")), *(Option(*pair) for pair in queries.units_with_matters())]
    return [
        Filter("severity", _("Severity"), severity, options=levels),
        Filter("code", _("Rule"), code, options=[Option("", _("All rules")), *(Option(c, c) for c in codes)]),
        Filter("unit", _("Unit"), unit, options=units),
    ]
