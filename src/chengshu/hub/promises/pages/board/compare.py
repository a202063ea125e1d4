"""Comparing: two versions of one form, or the whole year at two times, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.formats import local_datetime
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.promises.models import BudgetYear, FormVersion, VersionOrigin, VersionState
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.board.words import Piece, word_changes
from chengshu.hub.promises.queries.promises import form_file
from chengshu.hub.promises.queries.versions import (
    Moment,
    changes_between,
    changes_of_form,
    moments,
    versions_of,
)
from chengshu.hub.promises.queries.years import year_named, years
from chengshu.hub.promises.tables.diff import Change, Sort

FIELDS: dict[str, Words] = {
    "name": gettext_lazy("Indicator"),
    "annual_raw": gettext_lazy("Annual target"),
    "period_raw": gettext_lazy("Target of the whole period"),
    "raw": gettext_lazy("Whole text as printed"),
    "l1_code": gettext_lazy("First-level code"),
    "l1_name": gettext_lazy("First level"),
    "l2_code": gettext_lazy("Second-level code"),
    "l2_name": gettext_lazy("Second level"),
    "has_value_labels": gettext_lazy("Value labels printed"),
    "number": gettext_lazy("Number in the form"),
    "goal": gettext_lazy("Performance goal"),
    "amount": gettext_lazy("Amount"),
    "fiscal": gettext_lazy("Fiscal appropriation"),
    "special_account": gettext_lazy("Special fiscal account"),
    "other": gettext_lazy("Other funds"),
    "unit": gettext_lazy("Unit"),
    "ref": gettext_lazy("Reference"),
}
SORTS: dict[Sort, tuple[str, Words]] = {
    Sort.ADDED: ("positive", gettext_lazy("Added")),
    Sort.REMOVED: ("negative", gettext_lazy("Removed")),
    Sort.CHANGED: ("info", gettext_lazy("Changed")),
}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One changed value, its two texts cut into what stayed, went and came."""

    label: Words
    before: list[Piece]
    after: list[Piece]


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """A promise or form with everything that changed in it."""

    label: Words
    href: str
    tone: str
    sort: Words
    rows: Sequence[ChangedRow]


@door("promises.view")
def compare_year(request: HttpRequest) -> HttpResponse:
    year, known = _year(request)
    found = moments(year)
    before, after = _chosen(request, [str(moment.number) for moment in found])
    context = {
        **_frame(year, known, request),
        "title": _("Compare two versions of the year"),
        "lead": _("Everything that an import or an adjustment changed between two times, word by word."),
        "choices": [Option(str(moment.number), _moment_words(moment)) for moment in reversed(found)],
        "before": before,
        "after": after,
        "things": (),
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board")), Crumb(_("Compare"))],
    }
    if before and after:
        by_number = {str(moment.number): moment for moment in found}
        context["things"] = _things(
            changes_between(year, by_number[before], by_number[after]), context["suffix"]
        )
    return render(request, "promises/compare.html", context)


@door("promises.view")
def compare_form(request: HttpRequest, ref: str) -> HttpResponse:
    year, known = _year(request)
    form = form_file(year, ref).form
    versions = versions_of(form)
    before, after = _chosen(request, [str(version.number) for version in reversed(versions)])
    frame = _frame(year, known, request)
    title = _("Compare versions of %(form)s") % {
        "form": f"{form.ref} {form.project.name}" if form.project else form.ref
    }
    context = {
        **frame,
        "title": title,
        "lead": _("An approved version never changes; an adjustment makes the next one."),
        "choices": [Option(str(version.number), _version_words(version)) for version in versions],
        "before": before,
        "after": after,
        "things": (),
        "breadcrumbs": [
            Crumb(_("Promise board"), reverse("promises:board")),
            Crumb(form.ref, reverse("promises:project", kwargs={"ref": ref}) + str(frame["suffix"])),
            Crumb(_("Compare")),
        ],
    }
    if before and after:
        by_number = {str(version.number): version for version in versions}
        context["things"] = _things(
            changes_of_form(year, by_number[before], by_number[after]), frame["suffix"]
        )
    return render(request, "promises/compare.html", context)


def _year(request: HttpRequest) -> tuple[BudgetYear, list[BudgetYear]]:
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    return year, known


def _frame(year: BudgetYear, known: Sequence[BudgetYear], request: HttpRequest) -> dict[str, object]:
    return {
        "year": year,
        "year_query": "" if year.pk == known[0].pk else str(year.year),
        "suffix": wording.with_year("", year, known[0]),
        "path": request.path,
    }


def _chosen(request: HttpRequest, known: Sequence[str]) -> tuple[str, str]:
    """The two sides asked for; by default the last two, and nothing where there is only one.

    :raises InvalidInput: if a side is asked for that does not exist
    """
    asked = {side: request.GET.get(side, "").strip() for side in ("before", "after")}
    for side, value in asked.items():
        if value and value not in known:
            raise InvalidInput(
                _("There is no version %(number)s.") % {"number": value[:20]},
                field=side,
                code="version.missing",
                hint=_("Choose one of the list."),
            )
    if len(known) < 2:
        return "", ""
    return asked["before"] or known[-2], asked["after"] or known[-1]


def _moment_words(moment: Moment) -> str:
    return _("%(number)s · %(when)s · %(source)s (forms: %(forms)s)") % {
        "number": moment.number,
        "when": local_datetime(moment.at, "short"),
        "source": moment.source,
        "forms": moment.forms,
    }


def _version_words(version: FormVersion) -> str:
    return _("Version %(number)s · %(when)s · %(origin)s · %(state)s") % {
        "number": version.number,
        "when": local_datetime(version.created_at, "short"),
        "origin": VersionOrigin(version.origin).label,
        "state": VersionState(version.state).label,
    }


def _things(changes: Sequence[Change], suffix: object) -> list[ChangedThing]:
    """The changes by what they change, in the order of the forms."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.ref, []).append(change)
    return [_thing(ref, found, str(suffix)) for ref, found in grouped.items()]


def _thing(ref: str, changes: Sequence[Change], suffix: str) -> ChangedThing:
    tone, words = SORTS[changes[0].sort]
    rows = [_changed(change) for change in _telling(changes)]
    return ChangedThing(_label(ref), _address(ref, suffix), tone, words, rows)


def _label(ref: str) -> Words:
    """What ``tables.diff`` calls the parts that are neither a project nor a promise."""
    named = {
        "tables": _("Both tables"),
        "project table": _("Project table"),
        "department table": _("Department table"),
    }
    kinds = {"unit": _("Unit"), "task": _("Key task"), "budget": _("Budget overview")}
    kind, space, name = ref.partition(" ")
    return named.get(ref) or (f"{kinds[kind]} {name}" if space and kind in kinds else ref)


def _telling(changes: Sequence[Change]) -> list[Change]:
    """Without the whole printed text where the parts that changed in it are told as well."""
    parts = [change for change in changes if change.field != "raw"]
    return parts or list(changes)


def _changed(change: Change) -> ChangedRow:
    pieces = word_changes(change.before, change.after)
    label = FIELDS.get(change.field, change.field) if change.field else SORTS[change.sort][1]
    return ChangedRow(
        label,
        [piece for piece in pieces if piece.kind != "new"],
        [piece for piece in pieces if piece.kind != "gone"],
    )


def _address(ref: str, suffix: str) -> str:
    """The page of a changed thing; the overview's lines have none."""
    if (ref[:1] in "PD" and "#" in ref) or (ref[:1] == "D" and ref[1:].isdigit()):
        return reverse("promises:indicator", kwargs={"slug": wording.slug_of(ref)}) + suffix
    if ref == "D" or (ref[:1] == "P" and ref[1:].isdigit()):
        return reverse("promises:project", kwargs={"ref": ref}) + suffix
    return ""
