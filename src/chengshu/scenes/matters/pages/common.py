"""What the pages of this scene share: errors by field, redirects, words for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import EVERYWHERE, current_asker
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Words
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Crumb, Option, Page
from chengshu.hub.services.data import TaskType

TYPE_WORDS: Final[dict[str, Words]] = {
    TaskType.PERMIT.value: _("Administrative licence"),
    TaskType.PENALTY.value: _("Administrative penalty"),
    TaskType.COERCION.value: _("Administrative coercion"),
    TaskType.LEVY.value: _("Administrative levy"),
    TaskType.BENEFIT.value: _("Administrative benefit"),
    TaskType.INSPECTION.value: _("Administrative inspection"),
    TaskType.CONFIRMATION.value: _("Administrative confirmation"),
    TaskType.REWARD.value: _("Administrative reward"),
    TaskType.RULING.value: _("Administrative ruling"),
    TaskType.OTHER.value: _("Other administrative power"),
    TaskType.PUBLIC_SERVICE.value: _("Public service"),
}
LABEL_WORDS: Final[dict[str, Words]] = {
    "at_once": _("Done at once"),
    "online": _("Done online"),
    "nearby": _("Done nearby"),
    "once": _("One visit"),
    "one_window": _("One window"),
}
REGION_WORDS: Final[dict[str, Words]] = {
    "online": _("Wholly online"),
    "collect": _("Collected elsewhere"),
    "joint": _("Handled in several places"),
    "remote": _("Remote help"),
}
OBJECT_WORDS: Final[dict[str, Words]] = {
    "1": _("Persons"),
    "2": _("Companies"),
    "3": _("Public institutions"),
    "4": _("Social organisations"),
    "5": _("Unincorporated businesses"),
    "6": _("Administrative authorities"),
    "9": _("Other organisations"),
}
DEPTH_WORDS: Final[dict[str, Words]] = {
    "1": _("Consultation online"),
    "2": _("Received online"),
    "3": _("Pre-reviewed online"),
    "4": _("Accepted online"),
    "5": _("Handled online"),
    "6": _("Result told online"),
    "7": _("Electronic licence"),
    "8": _("Other"),
}
CHANNEL_WORDS: Final[dict[str, Words]] = {
    "1": _("Window"),
    "2": _("Over the Internet"),
    "3": _("By post or courier"),
}
KIND_WORDS: Final[dict[str, Words]] = {"1": _("Decided at once"), "2": _("Within a promised time")}
STATE_TONES: Final[dict[str, str]] = {
    "draft": "neutral",
    "in_review": "info",
    "published": "positive",
    "suspended": "caution",
    "changed": "neutral",
    "cancelled": "negative",
}
SEVERITY_TONES: Final[dict[str, str]] = {"error": "negative", "warning": "caution", "note": "info"}
SEVERITY_WORDS: Final[dict[str, Words]] = {
    "error": _("Error"),
    "warning": _("Needs a look"),
    "note": _("Worth knowing"),
}
HANDLED: Final = (Conflict, Missing, InvalidInput)
"""Errors that a page shows in place; everything else is the error page's."""
PAGE_SIZE: Final = 50


def options(words: Mapping[str, Words], everything: Words | None = None) -> list[Option]:
    """Choices of a select; with a first one that narrows nothing, if it is named."""
    first = [Option("", everything)] if everything is not None else []
    return [*first, *(Option(value, label) for value, label in words.items())]


def problem(error: ChengshuError | None) -> dict[str, Any]:
    """The error by its field, for the summary above the form, and as a notice."""
    if error is None:
        return {"errors": {}, "error_list": [], "refusal": None}
    field = error.field if isinstance(error, InvalidInput) else ""
    words = f"{error.message} {error.hint}".strip()
    return {
        "errors": {field: words} if field else {},
        "error_list": [(f"id_{field}", words)] if field else [],
        "refusal": None if field else error,
    }


def status_of(error: ChengshuError | None) -> int:
    if error is None:
        return 200
    return 422 if isinstance(error, InvalidInput) else 404 if isinstance(error, Missing) else 409


def gone_to(route: str, *arguments: Any, said: Words) -> HttpResponse:
    """On to another page, which says what was done."""
    return flash(HttpResponseRedirect(reverse(route, args=arguments)), "success", said)


def told(route: str, *arguments: Any, error: ChengshuError) -> HttpResponse:
    """Back to a page that says why something was not done."""
    words = f"{error.message} {error.hint}".strip()
    return flash(HttpResponseRedirect(reverse(route, args=arguments)), "error", words)


def home() -> Crumb:
    return Crumb(_("Catalogue of matters"), reverse("matters:catalogue"))


def one_page(request: HttpRequest, rows: Any, order: tuple[str, ...]) -> tuple[Any, Page]:
    """A page of rows and where it is in its whole."""
    page = paginate(rows, order=order, cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    total = rows.count()
    return page.rows, Page(shown=len(page.rows), total=total, previous=page.previous, next=page.next)


def units_for(permission: str) -> list[Option]:
    """Units at which the asker may do this, by key."""
    held = current_asker().units(permission)
    found = Unit.objects.filter(valid_to=None).exclude(kind__in=("village", "community"))
    chosen = found if held == EVERYWHERE else found.filter(pk__in=held)
    return [Option(unit.key, unit.shown_name) for unit in chosen]


def unit_given(key: str) -> Unit:
    """
    :raises InvalidInput: if there is no such unit
    """
    unit = Unit.objects.filter(key=key).first()
    if unit is None:
        raise InvalidInput(_("Choose the unit."), field="unit", code="matters.unit")
    return unit
