"""The editor of a draft: one page, lists of records as lines with bars between their parts.

What the lines do not show — samples, issuers, the guide — is kept from the draft by key, or written in the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.elements import FREE, elements_from, is_free_of_charge, to_json
from chengshu.scenes.matters.models import Edition
from chengshu.scenes.matters.pages.common import (
    CHANNEL_WORDS,
    DEPTH_WORDS,
    HANDLED,
    KIND_WORDS,
    LABEL_WORDS,
    OBJECT_WORDS,
    REGION_WORDS,
    TYPE_WORDS,
    gone_to,
    home,
    options,
    problem,
    status_of,
)

TEXTS: Final = (
    "name",
    "task_type",
    "code",
    "basic_code",
    "summary",
    "case_kind",
    "legal_limit",
    "promised_limit",
    "limit_note",
    "result_name",
    "validity",
    "address",
    "hours",
    "quantity_limit",
    "intermediary",
    "process",
    "form",
    "rule",
)
LINES: Final = ("conditions", "topics", "keywords", "phones", "complaint_phones", "remedies")
CHOICES: Final = ("objects", "channels", "depth", "labels", "regions")
RECORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "basis": ("law", "article", "document_number"),
    "materials": ("key", "name", "necessity", "defer_days", "note"),
    "steps": ("name", "post", "limit"),
    "fees": ("name", "standard", "basis"),
    "special": ("kind", "limit", "basis"),
}
"""Parts of a line, separated by bars."""
_BAR: Final = "|"


@door("matters.view")
def edit(request: HttpRequest, local_code: str, number: int) -> HttpResponse:
    draft = queries.edition_of(queries.matter_named(local_code), number)
    if request.method != "POST":
        return _page(request, draft, _shown(draft.elements))
    try:
        actions.save_elements(edition=draft, elements=_read(request, draft))
    except HANDLED as error:
        return _page(request, draft, _typed(request), error)
    return gone_to("matters:edition", local_code, number, said=_("The draft is saved."))


def _page(
    request: HttpRequest, draft: Edition, given: Mapping[str, Any], error: ChengshuError | None = None
) -> HttpResponse:
    context = {
        "matter": draft.matter,
        "edition": draft,
        "given": given,
        "free_line": FREE.name,
        "types": options(TYPE_WORDS),
        "kinds": options(KIND_WORDS),
        "objects": options(OBJECT_WORDS),
        "channels": options(CHANNEL_WORDS),
        "depths": options(DEPTH_WORDS),
        "labels": options(LABEL_WORDS),
        "regions": options(REGION_WORDS),
        "breadcrumbs": [
            home(),
            Crumb(draft.matter.name, reverse("matters:matter", args=[draft.matter.local_code])),
            Crumb(_("Edition %(number)s") % {"number": draft.number}),
        ],
        **problem(error),
    }
    return render(request, "matters/edit.html", context, status=status_of(error))


def _shown(said: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as the form shows it."""
    shown: dict[str, Any] = {name: said.get(name, "") for name in TEXTS}
    shown["case_kind"] = said.get("case_kind", "2")
    shown["visits"] = "" if said.get("visits") is None else str(said["visits"])
    shown["pledge"] = bool(said.get("pledge"))
    shown |= {name: "\n".join(said.get(name, ())) for name in LINES}
    shown |= {name: list(said.get(name, _DEFAULTS.get(name, ()))) for name in CHOICES}
    shown |= {
        name: "\n".join(_line(record, parts) for record in said.get(name, ()))
        for name, parts in RECORDS.items()
    }
    if is_free_of_charge(elements_from(said)):
        shown["fees"] = FREE.name
    return shown


_DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {"objects": ("1", "2"), "channels": ("1",)}


def _line(record: Mapping[str, Any], parts: Sequence[str]) -> str:
    values = [str(record.get(part) or ("1" if part == "necessity" else "")) for part in parts]
    while values and not values[-1]:
        values.pop()
    return f" {_BAR} ".join(values)


def _typed(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    typed: dict[str, Any] = {name: given.get(name, "") for name in (*TEXTS, *LINES, *RECORDS, "visits")}
    typed |= {name: given.getlist(name) for name in CHOICES}
    typed["pledge"] = "pledge" in given
    return typed


def _read(request: HttpRequest, draft: Edition) -> dict[str, Any]:
    """What was typed as elements; what has no field stays as the draft says.

    :raises InvalidInput: for a number of visits or a line that cannot be read
    """
    given = request.POST
    said = dict(draft.elements)
    for name in TEXTS:
        said[name] = given.get(name, "").strip()
    for name in LINES:
        said[name] = [line.strip() for line in given.get(name, "").splitlines() if line.strip()]
    for name in CHOICES:
        said[name] = given.getlist(name)
    said["visits"] = _visits(given.get("visits", ""))
    said["pledge"] = "pledge" in given
    for name, parts in RECORDS.items():
        before = {str(one.get(parts[0])): one for one in draft.elements.get(name, ())}
        said[name] = [
            _record(line, name, parts, before) for line in given.get(name, "").splitlines() if line.strip()
        ]
    if not said["fees"]:
        said["unknown"] = [*said.get("unknown", ()), "fees"]
    return said


def _visits(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:4]) < 100 and len(text) < 4):
        raise InvalidInput(
            _("Give a whole number from 0 to %(most)s.") % {"most": 99}, field="visits", code="matters.number"
        )
    return int(text)


def _record(
    line: str, name: str, parts: Sequence[str], before: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    values = [part.strip() for part in line.split(_BAR)]
    if len(values) > len(parts) or not values[0]:
        raise InvalidInput(
            _("The line “%(line)s” has too many parts or none.") % {"line": line[:60]},
            field=name,
            code="matters.line",
            hint=_("Write the parts in their order with a bar between them."),
        )
    if name == "fees" and values == [FREE.name]:
        return to_json(FREE)  # type: ignore[no-any-return]
    typed: dict[str, Any] = dict(zip(parts, values, strict=False))
    days = typed.pop("defer_days", "")
    record = {**before.get(values[0], {}), **typed}
    if "defer_days" in parts:
        record["defer_days"] = _days(days, name)
    if record.get("necessity") == "":
        record["necessity"] = "1"
    return record


def _days(text: str, field: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidInput(_("This must be a whole number."), field=field, code="matters.number")
    return int(text)
