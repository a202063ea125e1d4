"""What the pages of proof share: the year they speak of, tones of lights, errors at their fields, files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.monitoring import LIGHT_NAMES, Light
from chengshu.hub.promises.evaluation.rules import label
from chengshu.hub.promises.forms import Form, render
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.queries.years import year_named, years

TONES = {"green": "positive", "yellow": "caution", "red": "negative", "grey": "neutral", "": "neutral"}
LIGHTS: dict[str, Words] = {light.value: name for light, name in LIGHT_NAMES.items()}
LIGHTS[""] = LIGHT_NAMES[Light.GREY]
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
EVIDENCE = "promises.evidence"


def chosen_year(request: HttpRequest) -> tuple[BudgetYear, str]:
    """The budget year that the address names, and the query that keeps it.

    :raises Missing: if there is none within the asker's scope
    """
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        raise Missing(
            _("There is no budget year that you may see."),
            code="year.missing",
            hint=_("Import the performance tables first."),
        )
    return year, "" if year == known[0] else f"?year={year.year}"


def may(action: str, unit_id: int) -> bool:
    """Whether the asker may do this there; pages offer only what may be done."""
    return current_asker().holds_at(f"promises.{action}", unit_id)


def summary(errors: Mapping[str, Words]) -> list[tuple[str, Words]]:
    """Errors by field for the summary at the head of a form."""
    return [(f"id_{name}", message) for name, message in errors.items()]


def said(error: InvalidInput) -> str:
    """What is wrong and the next step, as one text at a field."""
    return str(error)


def day(text: str, field: str = "as_of") -> date:
    """A day from a date field.

    :raises InvalidInput: if it is none
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(
            _("“%(text)s” is not a day.") % {"text": text.strip()[:40]}
            if text.strip()
            else _("The day is missing."),
            field=field,
            code="field.day",
            hint=_("Choose a day."),
        ) from error


def kept_file(request: HttpRequest, unit: Unit) -> File | None:
    """The file that came with a form: stored now, or stored when the form was sent before and named again.

    :raises InvalidInput: if it cannot be accepted
    """
    given = request.FILES.get("file")
    if isinstance(given, UploadedFile):
        return store_file(unit=unit, name=given.name or "file", content=given.read(), purpose=EVIDENCE)
    number = request.POST.get("file_id", "")
    if number.isascii() and number.isdigit():
        return File.objects.filter(
            pk=int(number[:15]), unit=unit, purpose=EVIDENCE, created_by_id=current_asker().account_id
        ).first()
    return None


def reasons(on: date) -> list[dict[str, Any]]:
    """The reasons for a deviation, as options of a field."""
    rows = rules.at(on)["scoring.deviation_reasons"].rows
    return [{"value": "", "label": "—"}, *({"value": row["code"], "label": label(row)} for row in rows)]


def file_answer(form: Form, name: str, kind: str) -> HttpResponse:
    """An official form as a download."""
    response = HttpResponse(render(form, kind), content_type=MEDIA[kind])  # type: ignore[arg-type]
    response["Content-Disposition"] = (
        f"attachment; filename=\"form.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
    )
    return response
