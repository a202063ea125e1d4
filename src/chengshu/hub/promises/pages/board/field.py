"""The board: every promise of the department as one small cell, its money beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option, Tab, query_url
from chengshu.hub.promises.models import BindingKind, BudgetYear, Severity, Verdict
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.queries.board import Board, Line, Promise, board
from chengshu.hub.promises.queries.years import year_named, years

FIRST_FAMILIES = ("11", "12", "13", "21", "22", "23", "31")
"""The columns that are always there; the others only where some promise stands in them."""

LENSES: dict[str, Words] = {
    "verdict": gettext_lazy("Verdicts"),
    "findings": gettext_lazy("Findings"),
    "evidence": gettext_lazy("Evidence"),
    "money": gettext_lazy("Money"),
}
SORTS: dict[str, Words] = {
    "": gettext_lazy("As printed"),
    "-amount": gettext_lazy("Largest amount first"),
    "-findings": gettext_lazy("Most findings first"),
}


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for."""

    lens: str = ""
    sort: str = ""
    unit: str = ""
    family: str = ""
    verdict: str = ""
    severity: str = ""
    group: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> View:
        """:raises InvalidInput: if a filter, order or lens is not among those on offer"""
        asked = cls(**{name: given.get(name, "").strip() for name in cls.__dataclass_fields__})
        allowed: dict[str, Iterable[str]] = {
            "lens": LENSES,
            "sort": SORTS,
            "family": (*wording.FAMILY_TITLES, wording.NO_FAMILY),
            "verdict": wording.VERDICTS,
            "severity": ("E", "W", "clean"),
            "group": ("none",),
        }
        for name, values in allowed.items():
            if getattr(asked, name) and getattr(asked, name) not in values:
                raise _unknown(name, getattr(asked, name))
        if asked.unit and not (asked.unit.isascii() and asked.unit.isdigit()):
            raise _unknown("unit", asked.unit)
        return asked

    @property
    def query(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if getattr(self, name)}

    @property
    def is_filtered(self) -> bool:
        return bool(self.unit or self.family or self.verdict or self.severity)

    def admits(self, promise: Promise) -> bool:
        family = promise.family or wording.NO_FAMILY
        return (
            (not self.family or family == self.family)
            and (not self.verdict or promise.verdict == self.verdict)
            and (not self.severity or (promise.severity or "clean") == self.severity)
        )


def _unknown(name: str, value: str) -> InvalidInput:
    return InvalidInput(
        _("“%(value)s” is not among the choices of “%(name)s”.") % {"value": value[:40], "name": name},
        field=name,
        code="filter",
        hint=_("Choose from the list, or clear the filter."),
    )


@door("promises.view", title=gettext_lazy("See promises, their findings and evidence"))
def show_board(request: HttpRequest) -> HttpResponse:
    view = View.of(request.GET)
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        return render(request, "promises/board_empty.html", {"may_import": _may_import(request)})
    whole = board(year)
    lens = view.lens or ("verdict" if whole.judged or whole.bound else "findings")
    shown = _filtered(whole, view)
    context = {
        "year": year,
        "years": _year_tabs(known, year, view),
        "board": whole,
        "totals": _totals(whole, year, known),
        "view": view,
        "lens": lens,
        "lenses": _lens_tabs(view, lens, year, known),
        "path": request.path,
        "query": {**view.query, **_year_query(year, known)},
        "year_query": _year_query(year, known),
        "controls": _controls(whole, view),
        "shown": sum(len(line.promises) for line in shown),
        "breadcrumbs": (),
    }
    extra = (
        _money(shown, whole, year, known)
        if lens == "money"
        else _field(shown, whole, view, lens, year, known)
    )
    return render(request, "promises/board.html", {**context, **extra})


def _may_import(request: HttpRequest) -> bool:
    asker = request.asker  # type: ignore[attr-defined]
    return bool(asker.holds("promises.import_tables"))


def _year_query(year: BudgetYear, known: Sequence[BudgetYear]) -> dict[str, int]:
    return {} if year.pk == known[0].pk else {"year": year.year}


def _year_tabs(known: Sequence[BudgetYear], year: BudgetYear, view: View) -> list[Tab]:
    path = reverse("promises:board")
    return [
        Tab(str(one.year), query_url(path, {**view.query, "unit": "", "year": one.year}), one.pk == year.pk)
        for one in known
    ]


def _lens_tabs(view: View, lens: str, year: BudgetYear, known: Sequence[BudgetYear]) -> list[Tab]:
    path, query = reverse("promises:board"), {**view.query, **_year_query(year, known)}
    return [Tab(label, query_url(path, query, lens=key), key == lens) for key, label in LENSES.items()]


def _totals(whole: Board, year: BudgetYear, known: Sequence[BudgetYear]) -> dict[str, Any]:
    """The figures above the field, each with the address that lists what it counts."""
    verdicts, findings, bindings = whole.verdicts(), whole.findings(), whole.bindings()
    count = len(whole.promises)
    find, base = reverse("promises:find"), _year_query(year, known)
    return {
        "promises": count,
        "projects": len(whole.projects),
        "amount": whole.amount,
        "find": query_url(find, base),
        "verdicts": [
            (
                wording.VERDICT_TONES[key],
                label,
                verdicts[key],
                _share(verdicts[key], count),
                query_url(find, base, verdict=key),
            )
            for key, label in wording.VERDICTS.items()
        ],
        "findings": [
            (wording.SEVERITY_TONES[key], label, findings[key], query_url(find, base, severity=key))
            for key, label in wording.SEVERITIES.items()
        ],
        "bindings": [
            (
                wording.BINDING_TONES[key],
                wording.BINDINGS[key],
                bindings[key],
                query_url(find, base, binding=key),
            )
            for key in (BindingKind.INDICATOR.value, BindingKind.ATTESTATION.value, BindingKind.UNBOUND.value)
        ],
        "bound": whole.bound,
        "strip": _strip([(wording.VERDICT_TONES[key], verdicts[key]) for key in wording.VERDICTS], count),
    }


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _strip(parts: Sequence[tuple[str, int]], whole: int) -> list[tuple[str, str, str]]:
    """Tone, start and width in per cent of each part of a stacked bar."""
    pieces, start = [], Decimal(0)
    for tone, count in parts:
        width = Decimal(count) * 100 / whole if whole else Decimal(0)
        if count:
            pieces.append((tone, f"{start:.3f}", f"{width:.3f}"))
        start += width
    return pieces


def _controls(whole: Board, view: View) -> list[dict[str, Any]]:
    units = {line.unit_id: line.unit_name for line in whole.projects}
    present = {promise.family for promise in whole.promises}
    families = [Option(code, wording.FAMILY_SHORT[code]) for code in wording.FAMILY_TITLES if code in present]
    if "" in present:
        families.append(Option(wording.NO_FAMILY, wording.FAMILY_SHORT[""]))
    severities = [
        Option("E", _("With errors")),
        Option("W", _("With warnings at most")),
        Option("clean", _("Without errors and warnings")),
    ]
    choices = (
        ("unit", _("Unit"), [Option(str(key), name) for key, name in units.items()], _("All")),
        ("family", _("Family"), families, _("All")),
        ("verdict", _("Verdict"), [Option(key, label) for key, label in wording.VERDICTS.items()], _("All")),
        ("severity", _("Findings"), severities, _("All")),
        ("sort", _("Order"), [Option(key, label) for key, label in SORTS.items() if key], SORTS[""]),
        ("group", _("Grouping"), [Option("none", _("Not grouped"))], _("By unit")),
    )
    return [
        {"name": name, "label": label, "options": options, "none": none, "value": getattr(view, name)}
        for name, label, options, none in choices
    ]


def _filtered(whole: Board, view: View) -> list[Line]:
    """The lines with the promises that the view admits, in its order; lines left without any are dropped."""
    lines = [
        replace(line, promises=tuple(filter(view.admits, line.promises)))
        for line in whole.lines
        if not view.unit or line.unit_id == int(view.unit)
    ]
    needs_promise = bool(view.family or view.verdict or view.severity)
    kept = [line for line in lines if line.promises or not needs_promise]
    if view.sort == "-amount":
        kept.sort(key=lambda line: (not line.is_department, line.amount or 0), reverse=True)
        kept.sort(key=lambda line: not line.is_department)
    elif view.sort == "-findings":
        kept.sort(key=lambda line: line.finding_weight, reverse=True)
    return kept


@dataclass(frozen=True, slots=True)
class Cell:
    """One promise as the field draws it."""

    href: str
    ref: str
    label: str
    tone: str
    mark: str
    icon: str
    state: str
    flag: str
    facts: str


def _field(
    lines: Sequence[Line], whole: Board, view: View, lens: str, year: BudgetYear, known: Sequence[BudgetYear]
) -> dict[str, Any]:
    present = {promise.family for promise in whole.promises}
    codes = [code for code in (*wording.FAMILY_TITLES, "") if code in present or code in FIRST_FAMILIES]
    draw = _cell_of(lens, whole.codes, with_year("", year, known))
    largest = max((line.amount or Decimal(0) for line in whole.projects), default=Decimal(0))
    rows = [_row(line, codes, draw, largest, whole.amount, with_year("", year, known)) for line in lines]
    return {
        "families": [(code, wording.FAMILY_SHORT[code]) for code in codes],
        "groups": _groups(rows, view),
        "chips": _chips([promise for line in lines for promise in line.promises], lens),
        "flags": _flags(lines) if lens != "findings" else (),
    }


def with_year(path: str, year: BudgetYear, known: Sequence[BudgetYear]) -> str:
    return wording.with_year(path, year, known[0])


def _row(
    line: Line,
    codes: Sequence[str],
    draw: Callable[[Promise], Cell],
    largest: Decimal,
    total: Decimal,
    suffix: str,
) -> dict[str, Any]:
    cells: dict[str, list[Cell]] = {code: [] for code in codes}
    for promise in line.promises:
        cells[promise.family].append(draw(promise))
    has_bar = line.amount is not None and not line.is_department and largest
    return {
        "line": line,
        "href": reverse("promises:project", kwargs={"ref": line.ref}) + suffix,
        "bar": float(line.amount / largest) if has_bar and line.amount is not None else None,
        "share": line.amount / total if has_bar and total and line.amount is not None else None,
        "cells": cells,
        "errors": line.findings.get(Severity.ERROR, 0),
        "warnings": line.findings.get(Severity.WARNING, 0),
        "severity": SEVERITY_OF[
            bool(line.findings.get(Severity.ERROR)), bool(line.findings.get(Severity.WARNING))
        ],
    }


SEVERITY_OF = {(True, True): "E", (True, False): "E", (False, True): "W", (False, False): ""}


def _groups(rows: Sequence[dict[str, Any]], view: View) -> list[dict[str, Any]]:
    if view.group == "none":
        return [{"label": "", "rows": rows}]
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        line: Line = row["line"]
        grouped.setdefault(
            _("The department as a whole") if line.is_department else line.unit_name, []
        ).append(row)
    return [
        {
            "label": label,
            "rows": found,
            "promises": sum(len(row["line"].promises) for row in found),
            "amount": None if found[0]["line"].is_department else sum(row["line"].amount for row in found),
        }
        for label, found in grouped.items()
    ]


def _cell_of(lens: str, codes: Mapping[int, tuple[str, ...]], suffix: str) -> Callable[[Promise], Cell]:
    """A function that draws one promise; what is the same for all is prepared once."""
    root = reverse("promises:board")
    verdicts = {key: str(label) for key, label in wording.VERDICTS.items()}
    bindings = {key: str(label) for key, label in wording.BINDINGS.items()}
    severities = {"E": _("Has errors"), "W": _("Has warnings"), "": _("No errors or warnings")}
    target, findings, simulated = _("Target"), _("Findings"), _("Simulated")
    actual, proven_by = _("Actual"), _("Proven by")

    def draw(promise: Promise) -> Cell:
        severity = promise.severity
        tone, mark, icon = _look(promise, lens)
        found = " ".join(codes.get(promise.id, ()))
        facts = [f"{target}\t{promise.annual_raw or '—'}", f"{findings}\t{found or '—'}"]
        if promise.binding_kind != BindingKind.UNBOUND:
            facts.append(f"{actual}\t{promise.actual or '—'}")
            facts.append(f"{proven_by}\t{bindings[promise.binding_kind]}")
        if promise.simulated:
            facts.append(f"{simulated}\t✓")
        states = [verdicts[promise.verdict], bindings[promise.binding_kind]]
        if severity or lens == "findings":
            states.append(severities[severity])
        return Cell(
            f"{root}{wording.slug_of(promise.ref)}/{suffix}",
            promise.ref,
            promise.name,
            tone,
            mark,
            icon,
            " · ".join(states),
            severity if lens != "findings" else "",
            "\n".join(facts),
        )

    return draw


VERDICT_ICONS = {"kept": "check", "at_risk": "alert", "broken": "cross", "unproven": ""}


def _look(promise: Promise, lens: str) -> tuple[str, str, str]:
    """Tone, letter and icon of a cell under a lens; the letter of what says nothing yet is its number."""
    number = promise.ref.rpartition("#")[2].lstrip("D").lstrip("0")
    if lens == "findings":
        return wording.SEVERITY_TONES[promise.severity], promise.severity or number, ""
    if lens == "evidence":
        kind = promise.binding_kind
        return wording.BINDING_TONES[kind], number, wording.BINDING_ICONS[kind]
    return wording.VERDICT_TONES[promise.verdict], number, VERDICT_ICONS[promise.verdict]


def _chips(promises: Sequence[Promise], lens: str) -> list[tuple[str, Words, int, str]]:
    """Tone, label, count and the letter of each kind of cell: legend and quick filter in one."""
    if lens == "findings":
        counted = [promise.severity for promise in promises]
        labels = {"E": _("With errors"), "W": _("With warnings"), "": _("Neither")}
        return [
            (wording.SEVERITY_TONES[key], label, counted.count(key), key) for key, label in labels.items()
        ]
    if lens == "evidence":
        counted = [promise.binding_kind for promise in promises]
        return [
            (wording.BINDING_TONES[key], label, counted.count(key), "") for key, label in _evidence_labels()
        ]
    counted = [promise.verdict for promise in promises]
    return [
        (wording.VERDICT_TONES[key], label, counted.count(key), "") for key, label in wording.VERDICTS.items()
    ]


def _evidence_labels() -> list[tuple[str, Words]]:
    return [(key, wording.BINDINGS[key]) for key in ("indicator", "attestation", "unbound")]


def _flags(lines: Sequence[Line]) -> list[tuple[str, Words, int]]:
    counted = [promise.severity for line in lines for promise in line.promises]
    return [("E", _("Has errors"), counted.count("E")), ("W", _("Has warnings"), counted.count("W"))]


def _money(
    lines: Sequence[Line], whole: Board, year: BudgetYear, known: Sequence[BudgetYear]
) -> dict[str, Any]:
    """The same promises by money: what share of each amount stands on sound, proven promises."""
    suffix = with_year("", year, known)
    rows = [_money_row(line, whole.amount, suffix) for line in lines if not line.is_department]
    rows.sort(key=lambda row: row["amount"], reverse=True)
    tiles = [
        {
            "name": row["name"],
            "ref": row["ref"],
            "unit": row["unit"],
            "value": row["amount"],
            "errors": row["error_share"],
            "kept": row["kept_share"],
            "text": _("%(errors)s of %(promises)s promises have errors")
            % {"errors": row["errors"], "promises": row["promises"]},
            "href": row["href"],
        }
        for row in rows
        if row["amount"]
    ]
    return {
        "money_rows": rows,
        "tiles": tiles,
        "erroneous_money": _erroneous(rows),
        "tile_labels": _tile_labels(),
    }


def _tile_labels() -> dict[str, str]:
    return {"unit": _("10,000 yuan"), "all": _("All projects")}


def _erroneous(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """The money of projects of which at least every second promise has an error."""
    return sum((row["amount"] for row in rows if row["error_share"] >= 0.5), Decimal("0.00"))


def _money_row(line: Line, total: Decimal, suffix: str) -> dict[str, Any]:
    count = len(line.promises)
    errors = sum(1 for promise in line.promises if promise.errors)
    kept = sum(1 for promise in line.promises if promise.verdict == Verdict.KEPT)
    return {
        "ref": line.ref,
        "name": line.name,
        "unit": line.unit_name,
        "href": reverse("promises:project", kwargs={"ref": line.ref}) + suffix,
        "amount": line.amount or Decimal("0.00"),
        "share": (line.amount or Decimal(0)) / total if total else None,
        "promises": count,
        "kept": kept,
        "errors": errors,
        "error_share": errors / count if count else 0.0,
        "kept_share": kept / count if count else 0.0,
    }
