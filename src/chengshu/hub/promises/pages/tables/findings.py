"""The report of findings, and the catalogue of the rules behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Filter, Option, Page, query_url
from chengshu.hub.promises import finding_words
from chengshu.hub.promises.lint import Rule
from chengshu.hub.promises.models import BudgetYear, Finding, FindingState, Indicator, Severity
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.tables.frame import address_of, frame
from chengshu.hub.promises.queries.findings import (
    GROUPS,
    Line,
    Summary,
    matching,
    raw_of,
    standing_findings,
    summary,
)

SIZE = 50
COMMONEST = 10
GROUP_NAMES: dict[str, Words] = {
    "S": gettext_lazy("Structure"),
    "V": gettext_lazy("Target value"),
    "C": gettext_lazy("Class of indicators"),
    "X": gettext_lazy("Across indicators and tables"),
}
FILTERS = ("severity", "group", "code", "project", "state", "q")
STATES = (FindingState.OPEN, FindingState.ACCEPTED, FindingState.DISMISSED)


@door("promises.view")
def show_findings(request: HttpRequest) -> HttpResponse:
    year, context = frame(request, _("Findings"))
    if year is None:
        return render(request, "promises/findings.html", context)
    asked = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    everything = standing_findings(year)
    total = summary(everything, _promises_by_form(year))
    _require_known(asked)
    chosen = _narrowed(everything, asked)
    start = _start(request.GET.get("cursor", ""))
    count = chosen.count()
    rows = [_row(finding, context["suffix"]) for finding in chosen[start : start + SIZE]]
    kept = {name: value for name, value in {**asked, "year": request.GET.get("year", "")}.items() if value}
    context |= {
        "summary": total,
        "severities": [_severity_tile(total, s.value, request.path, kept) for s in Severity],
        "chart": _chart(total),
        "commonest": _commonest(total, request.path, kept),
        "heat": _heat(total, request.path, kept),
        "groups": [(key, GROUP_NAMES[key]) for key in GROUPS],
        "rows": rows,
        "path": request.path,
        "query": kept,
        "filters": _filters(total, asked),
        "page": _page(start, len(rows), count),
        "is_filtered": any(asked.values()),
    }
    return render(request, "promises/findings.html", context)


def _require_known(asked: dict[str, str]) -> None:
    allowed = {
        "severity": {s.value for s in Severity},
        "group": set(GROUPS),
        "state": {s.value for s in STATES},
        "code": set(finding_words.rules_by_code()),
    }
    for name, values in allowed.items():
        if asked[name] and asked[name] not in values:
            raise InvalidInput(
                _("“%(value)s” is not among the choices of this filter.") % {"value": asked[name][:20]},
                field=name,
                code="filter",
                hint=_("Choose one of the list."),
            )


def _narrowed(found: QuerySet[Finding], asked: dict[str, str]) -> QuerySet[Finding]:
    if asked["severity"]:
        found = found.filter(severity=asked["severity"])
    if asked["group"]:
        found = found.filter(code__startswith=asked["group"])
    if asked["code"]:
        found = found.filter(code=asked["code"])
    if asked["project"]:
        found = found.filter(form__ref=asked["project"])
    if asked["state"]:
        found = found.filter(state=asked["state"])
    return found.filter(matching(asked["q"])) if asked["q"] else found


def _start(cursor: str) -> int:
    return int(cursor[:6]) if cursor.isascii() and cursor.isdigit() else 0


def _page(start: int, shown: int, total: int) -> Page:
    return Page(
        shown,
        total,
        start + 1 if shown else 0,
        str(max(0, start - SIZE)) if start else "",
        str(start + SIZE) if start + SIZE < total else "",
    )


def _promises_by_form(year: BudgetYear) -> dict[str, int]:
    counted = Indicator.objects.filter(form__budget_year=year).values_list("form__ref").annotate(Count("id"))
    return dict(counted.order_by("form__ref"))


def _severity_tile(total: Summary, severity: str, path: str, kept: dict[str, str]) -> dict[str, Any]:
    return {
        "label": wording.SEVERITIES[severity],
        "tone": wording.SEVERITY_TONES[severity],
        "count": total.severities[severity],
        "href": query_url(path, kept, severity=severity, cursor="") + "#findings",
    }


def _chart(total: Summary) -> dict[str, Any]:
    """Every rule that found something, the commonest first, by severity."""
    commonest = _by_count(total)
    return {
        "kind": "stack",
        "unit": _("findings"),
        "categories": commonest,
        "series": [
            {
                "name": str(wording.SEVERITIES[s.value]),
                "values": [total.codes[code].get(s.value, 0) for code in commonest],
                "tone": wording.SEVERITY_TONES[s.value],
            }
            for s in Severity
        ],
    }


def _by_count(total: Summary) -> list[str]:
    return sorted(total.codes, key=lambda code: (-sum(total.codes[code].values()), code))


def _commonest(total: Summary, path: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    """The rules that found most, named, so that one sees what the department gets wrong."""
    codes = _by_count(total)[:COMMONEST]
    most = max((sum(total.codes[code].values()) for code in codes), default=1)
    return [
        {
            "code": code,
            "title": finding_words.title_of(code),
            "tone": wording.SEVERITY_TONES[next(iter(total.codes[code]))],
            "count": sum(total.codes[code].values()),
            "share": sum(total.codes[code].values()) / most,
            "href": query_url(path, kept, code=code, cursor="") + "#findings",
        }
        for code in codes
    ]


def _heat(total: Summary, path: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    most = max((max(line.groups.values()) for line in total.lines), default=1)
    ordered = sorted(total.lines, key=lambda line: (-line.severities.get("E", 0), -line.total))
    return [_heat_row(line, most, path, kept) for line in ordered]


def _heat_row(line: Line, most: int, path: str, kept: dict[str, str]) -> dict[str, Any]:
    def cell(group: str) -> dict[str, Any]:
        count = line.groups.get(group, 0)
        href = query_url(path, kept, project=line.ref, group=group, cursor="") + "#findings"
        return {"count": count, "share": count / most, "href": href}

    return {
        "ref": line.ref,
        "name": line.name or _("The department as a whole"),
        "promises": line.promises,
        "errors": line.severities.get("E", 0),
        "cells": [cell(group) for group in GROUPS],
        "total": line.total,
        "href": query_url(path, kept, project=line.ref, group="", cursor="") + "#findings",
    }


def _filters(total: Summary, asked: dict[str, str]) -> list[Filter]:
    codes = [Option(code, f"{code} {finding_words.title_of(code)}") for code in total.codes]
    lines = [
        Option(line.ref, f"{line.ref} {line.name}".strip()) for line in sorted(total.lines, key=_printed)
    ]
    severities = [Option(s.value, wording.SEVERITIES[s.value]) for s in Severity]
    states = [Option(s.value, s.label) for s in STATES]
    return [
        Filter("severity", _("Severity"), asked["severity"], options=severities),
        Filter("code", _("Rule"), asked["code"], options=codes),
        Filter("project", _("Project"), asked["project"], options=lines),
        Filter("state", _("State"), asked["state"], options=states),
        Filter("q", _("Search"), asked["q"], kind="search", placeholder=_("Name, value or reference")),
    ]


def _printed(line: Line) -> tuple[bool, str]:
    return line.ref == "D", line.ref


def _row(finding: Finding, suffix: str) -> dict[str, Any]:
    name, raw = raw_of(finding)
    project = finding.form.project
    return {
        "finding": finding,
        "ref": finding.ref,
        "href": address_of(finding.ref, suffix),
        "project": project.name if project else "",
        "name": name,
        "raw": raw,
        "code": finding.code,
        "title": finding_words.title_of(finding.code),
        "tone": wording.SEVERITY_TONES[finding.severity],
        "severity": wording.SEVERITIES[finding.severity],
        "message": finding_words.message_of(finding),
        "law": finding_words.law_of(finding.code),
        "proposals": [p for p in finding_words.proposals_of(finding) if p.after],
        "state": wording.FINDING_STATES[finding.state],
        "is_open": finding.state == FindingState.OPEN,
    }


@door("promises.view")
def show_rules(request: HttpRequest) -> HttpResponse:
    year, context = frame(request, _("Rules of the check"))
    counted: Counter[str] = Counter()
    if year:
        open_ones = standing_findings(year).filter(state=FindingState.OPEN)
        counted.update(open_ones.order_by().values_list("code", flat=True))
    known = finding_words.rules_by_code()
    context |= {
        "groups": [
            (
                key,
                GROUP_NAMES[key],
                [_rule(rule, counted[code]) for code, rule in known.items() if code[0] == key],
            )
            for key in GROUPS
        ],
        "count": len(known),
        "findings_path": reverse("promises:findings"),
    }
    return render(request, "promises/rules.html", context)


def _rule(rule: Rule, count: int) -> dict[str, Any]:
    severity = rule.severity.value
    return {
        "rule": rule,
        "tone": wording.SEVERITY_TONES[severity],
        "severity": wording.SEVERITIES[severity],
        "wrong": _examples(rule.example.projects.projects if rule.example.projects else ()),
        "right": _examples(rule.counterexample.projects.projects if rule.counterexample.projects else ()),
        "count": count,
    }


def _examples(projects: Sequence[Any]) -> list[dict[str, str]]:
    """What the example prints: name and value of each indicator, with its class."""
    return [
        {
            "class": f"{row.l2_code} {row.l2_name}".strip(),
            "name": row.name or "—",
            "value": row.annual_raw or "—",
        }
        for project in projects
        for row in project.indicators
    ][:4]
