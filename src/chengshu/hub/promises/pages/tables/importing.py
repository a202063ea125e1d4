"""The import page: first everything that would happen, then the import itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.files.queries import file_by_id, read_file
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.promises.actions.importing import import_tables
from chengshu.hub.promises.pages.board.compare import FIELDS
from chengshu.hub.promises.pages.tables.frame import address_of
from chengshu.hub.promises.pages.tables.showing import shown_checks
from chengshu.hub.promises.reading import AUTOMATIC, ENCODINGS, GivenFile, read_files, source_of
from chengshu.hub.promises.tables import Problem
from chengshu.hub.promises.tables.diff import Change, Sort
from chengshu.hub.promises.tables.files import LARGEST_FILE_BYTES
from chengshu.hub.promises.tables.text import DEFAULT_YEAR
from chengshu.hub.promises.trial import Trial, try_import

PURPOSE = declare_purpose("promises.import", most_bytes=LARGEST_FILE_BYTES, kinds=("text", "xlsx", "docx"))
MOST_FILES = 4
SHOWN_CHANGES = 300
ENCODING_NAMES = {
    "": gettext_lazy("UTF-8"),
    AUTOMATIC: gettext_lazy("Recognise it automatically"),
    "gb18030": gettext_lazy("GB18030 (GBK, GB 2312)"),
}
SORTS = {
    Sort.ADDED: ("positive", pgettext_lazy("change of a table", "Added")),
    Sort.REMOVED: ("negative", pgettext_lazy("change of a table", "Removed")),
    Sort.CHANGED: ("info", pgettext_lazy("change of a table", "Changed")),
}


@dataclass(frozen=True)
class Typed:
    """What was chosen on the form; ``kept`` are ids of files stored by the first step."""

    year: str = str(DEFAULT_YEAR)
    encoding: str = ""
    kept: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest) -> Typed:
        given = request.POST
        return cls(
            given.get("year", "").strip()[:10],
            given.get("encoding", ""),
            tuple(given.getlist("kept"))[:MOST_FILES],
        )


@door("promises.import_tables", title=gettext_lazy("Import performance tables"))
def import_step(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, Typed())
    typed = Typed.of(request)
    is_confirmed = request.POST.get("step") == "confirm"
    given = _kept(typed) if is_confirmed else _uploaded(request, typed)
    year = _checked(typed, given)
    if typed.errors:
        return _page(request, typed, status=422)
    result = read_files(given, year=year)
    if result.problems:
        return _page(request, typed, problems=result.problems, status=422)
    try:
        trial = try_import(result.tables)
        if is_confirmed:
            return _import(trial, given)
    except (InvalidInput, Conflict) as error:
        return _page(request, typed, refusal=error, status=409 if isinstance(error, Conflict) else 422)
    return _page(request, typed, trial=trial, given=given, warnings=result.warnings)


def _uploaded(request: HttpRequest, typed: Typed) -> list[GivenFile]:
    files = request.FILES.getlist("files")
    if not files:
        typed.errors["files"] = _("Choose at least one file.")
    if len(files) > MOST_FILES:
        typed.errors["files"] = _("Choose at most %(most)s files.") % {"most": MOST_FILES}
    for file in files:
        if (file.size or 0) > LARGEST_FILE_BYTES:
            typed.errors["files"] = _("“%(file)s” is larger than 20 MB.") % {"file": file.name}
    if typed.errors:
        return []
    return [GivenFile(file.name or "", file.read(), typed.encoding or None) for file in files]


def _kept(typed: Typed) -> list[GivenFile]:
    """The files of the first step, read again from the store.

    :raises Missing: if one of them is not a file that this person may import
    """
    found = [file_by_id(int(one)) if one.isascii() and one.isdigit() else None for one in typed.kept]
    if not found or any(file is None or file.purpose != PURPOSE.key for file in found):
        raise Missing(_("The uploaded files are no longer there."), hint=_("Choose them again."))
    return [GivenFile(file.name, read_file(file), typed.encoding or None) for file in found if file]


def _checked(typed: Typed, given: Sequence[GivenFile]) -> int:
    if typed.encoding not in ENCODINGS:
        typed.errors["encoding"] = _("This is none of the possible answers.")
    if not (typed.year.isascii() and typed.year.isdigit() and 2000 <= int(typed.year) <= 2100):
        typed.errors["year"] = _("Enter a year between 2000 and 2100.")
        return DEFAULT_YEAR
    return int(typed.year)


def _import(trial: Trial, given: Sequence[GivenFile]) -> HttpResponse:
    imported = import_tables(department=trial.department, tables=trial.tables, source=source_of(given))
    year = imported.budget_year.year
    response = HttpResponseRedirect(f"{reverse('promises:board')}?year={year}")
    if not imported.changes:
        return flash(response, "info", _("Already as imported: nothing has changed."))
    if imported.is_first:
        text = _("Imported: %(projects)s projects and %(promises)s promises.") % {
            "projects": trial.content["projects"],
            "promises": trial.content["indicators"] + trial.content["department_indicators"],
        }
        return flash(response, "success", text)
    response = HttpResponseRedirect(f"{reverse('promises:compare')}?year={year}")
    text = ngettext("Imported: %(num)s change.", "Imported: %(num)s changes.", len(imported.changes))
    return flash(response, "success", text % {"num": len(imported.changes)})


def _page(
    request: HttpRequest,
    typed: Typed,
    *,
    status: int = 200,
    trial: Trial | None = None,
    given: Sequence[GivenFile] = (),
    problems: Sequence[Problem] = (),
    refusal: ChengshuError | None = None,
    warnings: Sequence[Problem] = (),
) -> HttpResponse:
    context: dict[str, Any] = {
        "typed": typed,
        "encodings": [Option(key, name) for key, name in ENCODING_NAMES.items()],
        "errors": [(f"id_{name}", message) for name, message in typed.errors.items()],
        "problems": [_problem_row(number, problem) for number, problem in enumerate(problems, 1)],
        "refusal": refusal,
        "warnings": warnings,
        "trial": trial,
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board")), Crumb(_("Import tables"))],
    }
    if trial:
        context |= _trial_context(trial, _stored(trial, given), given)
    return render(request, "promises/import.html", context, status=status)


def _stored(trial: Trial, given: Sequence[GivenFile]) -> list[File]:
    """Keep what was uploaded until it is confirmed; nothing is kept that changes nothing."""
    if not trial.changes:
        return []
    return [
        store_file(unit=trial.department, name=file.name, content=file.content, purpose=PURPOSE.key)
        for file in given
    ]


def _problem_row(number: int, problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "number": number,
        "sheet": place.sheet if place else "",
        "line": place.line or "" if place else "",
        "column": place.column or "" if place else "",
        "label": place.label if place else "",
        "reason": problem.reason,
        "next_step": problem.next_step,
    }


def _trial_context(trial: Trial, kept: Sequence[File], given: Sequence[GivenFile]) -> dict[str, Any]:
    return {
        "kept": kept,
        "given": given,
        "checks": shown_checks(trial.checks),
        "changes": []
        if trial.is_first
        else [_change_row(change) for change in trial.changes[:SHOWN_CHANGES]],
        "hidden_changes": max(0, len(trial.changes) - SHOWN_CHANGES),
        "promises": trial.content["indicators"] + trial.content["department_indicators"],
        "new_findings": trial.new_findings[:30],
    }


def _change_row(change: Change) -> dict[str, Any]:
    tone, sort = SORTS[change.sort]
    return {
        "ref": change.ref,
        "href": address_of(change.ref),
        "tone": tone,
        "sort": sort,
        "field": FIELDS.get(change.field, change.field),
        "before": change.before,
        "after": change.after,
    }
