"""A project's page: its money, the life of its form, its promises by family, what was found, what was paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, TimelineEvent
from chengshu.hub.promises.evaluation.lifecycle import ACTION_NAMES
from chengshu.hub.promises.judging import promises_of
from chengshu.hub.promises.models import BudgetYear, Commitment, FormState, Indicator, Payment
from chengshu.hub.promises.pages.board import findings as finding_words
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.board.live import Live, live_of
from chengshu.hub.promises.pages.board.meaning import sentence
from chengshu.hub.promises.queries.board import budget_total
from chengshu.hub.promises.queries.promises import FormFile, form_file
from chengshu.hub.promises.queries.reconciling import checks_of
from chengshu.hub.promises.queries.years import year_named, years
from chengshu.hub.promises.reconcile import Check, State

STEPS: tuple[tuple[FormState, ...], ...] = (
    (FormState.DRAFT, FormState.RETURNED),
    (FormState.UNIT_SUBMITTED,),
    (FormState.DEPT_REVIEW,),
    (FormState.FINANCE_REVIEW,),
    (FormState.APPROVED,),
    (FormState.PUBLISHED,),
    (FormState.MONITORING,),
    (FormState.SELF_EVAL,),
    (FormState.SELF_SUBMITTED, FormState.DEPT_EVAL, FormState.FIN_EVAL),
    (FormState.RESULT_APPLIED,),
    (FormState.ARCHIVED,),
)
"""The way of a form; states in one step are alternatives to each other."""

CHECK_STATES: dict[State, tuple[str, Words]] = {
    State.AGREES: ("positive", gettext_lazy("Agrees")),
    State.DIFFERS: ("negative", gettext_lazy("Differs")),
    State.UNRECONCILED: ("caution", gettext_lazy("Cannot be traced")),
}
NATURES = (
    ("运维", gettext_lazy("Operation and maintenance")),
    ("运行维护", gettext_lazy("Operation and maintenance")),
    ("运营", gettext_lazy("Operating services")),
    ("测评", gettext_lazy("Assessment")),
    ("研究", gettext_lazy("Research")),
    ("装修", gettext_lazy("Construction and fitting-out")),
    ("建设", gettext_lazy("Construction and fitting-out")),
    ("改造", gettext_lazy("Construction and fitting-out")),
    ("租赁", gettext_lazy("Lease")),
    ("经费", gettext_lazy("Working funds")),
    ("费用", gettext_lazy("Working funds")),
)
"""What the name says a project is; the forms have no column for it."""


@door("promises.view")
def show_project(request: HttpRequest, ref: str) -> HttpResponse:
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    file = form_file(year, ref)
    suffix = wording.with_year("", year, known[0])
    title = file.project.name if file.project else year.department_name
    context = {
        "year": year,
        "file": file,
        "form": file.form,
        "project": file.project,
        "title": title,
        "suffix": suffix,
        "board_url": reverse("promises:board") + suffix,
        "breadcrumbs": _trail(file, suffix),
        "money": _money(file, year),
        "facts": _facts(file),
        "steps": _steps(FormState(file.form.state)),
        "families": _families(file),
        "counts": _counts(file),
        "own_findings": finding_words.shown(file.findings.get(None, ())),
        "checks": [_check(check) for check in checks_of(year, ref)],
        "payments": _payments(file.payments),
        "history": _history(file),
        "versions": file.versions,
        "compare_url": reverse("promises:compare_form", kwargs={"ref": ref}) + suffix,
        "links": _links(ref, suffix),
        "around": _around(file, suffix),
    }
    return render(request, "promises/project.html", context)


def _trail(file: FormFile, suffix: str) -> list[Crumb]:
    board = Crumb(_("Promise board"), reverse("promises:board") + suffix)
    return [board, Crumb(file.form.ref if file.project else _("The department as a whole"))]


def _money(file: FormFile, year: BudgetYear) -> dict[str, Any]:
    if file.project is None:
        return {
            "amount": budget_total(year.budget_lines),
            "share": None,
            "parts": [(line["name"], Decimal(line["amount"])) for line in year.budget_lines],
        }
    project = file.project
    parts = (
        (_("Fiscal appropriation"), project.fiscal),
        (_("Special fiscal account"), project.special_account),
        (_("Other funds"), project.other),
    )
    return {
        "amount": project.amount,
        "share": project.amount / year.amount if year.amount else None,
        "parts": [(name, amount) for name, amount in parts],
    }


def _facts(file: FormFile) -> list[tuple[Words, Words]]:
    """What the project's name itself says; the forms print neither nature nor first year."""
    if file.project is None:
        return []
    told: list[tuple[Words, Words]] = [(_("Budget unit"), file.project.unit_name)]
    nature = next((words for key, words in NATURES if key in file.project.name), "")
    year = re.search(r"20[12]\d", file.project.name)
    if nature:
        told.append((_("Nature, by its name"), nature))
    if year:
        told.append((_("Year in its name"), year[0]))
    return told


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the life of a form: ``done``, ``now`` or ``ahead``."""

    label: Words
    place: str


def _steps(state: FormState) -> list[Step]:
    at = next(index for index, states in enumerate(STEPS) if state in states)
    return [
        Step(
            state.label if index == at else states[0].label,
            "done" if index < at else "now" if index == at else "ahead",
        )
        for index, states in enumerate(STEPS)
    ]


def _families(file: FormFile) -> list[dict[str, Any]]:
    """The promises of the form, one group per family, in the order of the official list."""
    groups: dict[str, list[dict[str, Any]]] = {}
    known = promises_of(Indicator.objects.filter(form=file.form))
    now = {promise.indicator.pk: live_of(promise) for promise in known}
    for commitment in file.commitments:
        groups.setdefault(commitment.family, []).append(_row(file, commitment, now[commitment.indicator_id]))
    order = [code for code in (*wording.FAMILY_TITLES, "") if code in groups]
    return [
        {
            "code": code,
            "title": wording.FAMILY_TITLES.get(code, wording.FAMILY_SHORT[""]),
            "rows": groups[code],
        }
        for code in order
    ]


def _row(file: FormFile, commitment: Commitment, live: Live) -> dict[str, Any]:
    indicator = commitment.indicator
    standing = indicator.standing
    return {
        "ref": indicator.ref,
        "href": reverse("promises:indicator", kwargs={"slug": wording.slug_of(indicator.ref)}),
        "name": commitment.name,
        "raw": commitment.annual_raw,
        "meaning": sentence(commitment.annual_raw, commitment.name),
        "findings": _codes(file, indicator.pk),
        "actual": live.value,
        "live": live,
        "binding": wording.BINDINGS[standing.binding_kind],
        "binding_tone": wording.BINDING_TONES[standing.binding_kind],
        "binding_icon": wording.BINDING_ICONS[standing.binding_kind],
        "tone": wording.VERDICT_TONES[standing.verdict],
        "verdict": wording.VERDICTS[standing.verdict],
        "simulated": standing.simulated or live.simulated,
    }


def _codes(file: FormFile, indicator_id: int) -> list[tuple[str, str, Words]]:
    titles = finding_words.titles()
    found = [finding for finding in file.findings.get(indicator_id, ()) if finding.state == "open"]
    return [(f.code, wording.SEVERITY_TONES[f.severity], titles.get(f.code, f.code)) for f in found]


def _counts(file: FormFile) -> dict[str, Any]:
    verdicts = [commitment.indicator.standing.verdict for commitment in file.commitments]
    severities = [f.severity for found in file.findings.values() for f in found if f.state == "open"]
    return {
        "promises": len(verdicts),
        "verdicts": [
            (wording.VERDICT_TONES[key], label, verdicts.count(key))
            for key, label in wording.VERDICTS.items()
            if verdicts.count(key)
        ],
        "errors": severities.count("E"),
        "warnings": severities.count("W"),
        "remarks": severities.count("I"),
    }


def _check(check: Check) -> dict[str, Any]:
    tone, label = CHECK_STATES[check.state]
    return {"check": check, "tone": tone, "label": label}


def _payments(payments: Sequence[Payment]) -> dict[str, Any] | None:
    """The chart of what was paid against the adjusted budget."""
    if not payments:
        return None
    return {
        "kind": "line",
        "unit": _("10,000 yuan"),
        "categories": [payment.as_of.isoformat() for payment in payments],
        "series": [
            {"name": _("Paid since January"), "values": [payment.paid for payment in payments]},
            {
                "name": _("Adjusted budget"),
                "values": [payment.adjusted_budget for payment in payments],
                "dashed": True,
                "tone": "neutral",
            },
        ],
    }


def _history(file: FormFile) -> list[TimelineEvent]:
    actions = {action.value: label for action, label in ACTION_NAMES.items()}
    return [
        TimelineEvent(
            actions.get(review.action, review.action),
            review.at,
            review.post_title or (review.by.title if review.by else ""),
            review.opinion,
            "negative" if review.decision == "returned" else "positive",
        )
        for review in reversed(file.reviews)
    ]


def _links(ref: str, suffix: str) -> list[tuple[Words, str, str]]:
    """Label, address and icon of what other pages do with this form, as far as the app brings them."""
    found = (
        (_("Review and adjustment"), wording.address("promises:form", ref=ref), "pen"),
        (_("Downloads"), wording.address("promises:downloads"), "download"),
    )
    return [(label, href + suffix, icon) for label, href, icon in found if href]


def _around(file: FormFile, suffix: str) -> dict[str, tuple[str, str]]:
    """The projects before and after this one: name and address."""
    refs = [ref for ref, _name in file.neighbours]
    if file.form.ref not in refs:
        return {}
    at, names = refs.index(file.form.ref), dict(file.neighbours)
    near = {"previous": at - 1, "next": at + 1}
    return {
        key: (
            f"{refs[index]} {names[refs[index]]}",
            reverse("promises:project", kwargs={"ref": refs[index]}) + suffix,
        )
        for key, index in near.items()
        if 0 <= index < len(refs)
    }
