"""Ratings as staff see them: the list, one with what became of it, and the figures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, errors
from chengshu.scenes.supervision import actions, queries
from chengshu.scenes.supervision.models import BadRating, Rating, RatingChannel
from chengshu.scenes.supervision.queries.rating_figures import grouped_figures, total_figures
from chengshu.scenes.supervision.rating_codes import detail_title, level_of, levels
from chengshu.scenes.supervision.words import DISPOSITIONS

COLUMNS = (
    Column("level", _("Level"), kind="fit"),
    Column("matter_name", _("Matter"), header=True),
    Column("unit", _("Unit")),
    Column("touch_point", _("Touch point")),
    Column("channel", _("Channel")),
    Column("left_at", _("Rated at"), kind="datetime"),
    Column("state", _("Follow-up"), kind="fit"),
)
GROUPS = {
    "unit": _("By unit"),
    "matter": _("By matter"),
    "channel": _("By channel"),
    "month": _("By month"),
}


@door("supervision.view")
def listing(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    found = queries.ratings(
        level=given.get("level", ""),
        channel=given.get("channel", ""),
        unit_id=chosen(given.get("unit", "")) or None,
    )
    page = paginate(found, order=("-left_at", "-id"), cursor=given.get("cursor", ""), size=50)
    context = {
        "columns": COLUMNS,
        "ratings": page.rows,
        "page": page.page(),
        "query": {name: given.get(name, "") for name in ("level", "channel", "unit")},
        "filters": _filters(given),
        "level_of": level_of,
    }
    return render(request, "supervision/ratings.html", context)


def _filters(given: Mapping[str, str]) -> list[Filter]:
    return [
        Filter(
            "level",
            _("Level"),
            given.get("level", ""),
            options=[Option(str(level.value), level.shown) for level in levels()],
        ),
        Filter(
            "channel",
            _("Channel"),
            given.get("channel", ""),
            options=[Option(value, label) for value, label in RatingChannel.choices],
        ),
    ]


@door("supervision.view")
def figures(request: HttpRequest) -> HttpResponse:
    by = request.GET.get("by", "unit")
    since, until = _period(request.GET.get("year", ""))
    context = {
        "by": by if by in GROUPS else "unit",
        "groups": GROUPS,
        "year": since.year,
        "total": total_figures(since, until),
        "lines": grouped_figures(by if by in GROUPS else "unit", since, until),
    }
    return render(request, "supervision/rating_figures.html", context)


def _period(year: str) -> tuple[date, date]:
    this = timezone.localdate().year
    wanted = int(year) if year.isascii() and year.isdigit() and 2000 <= int(year) <= this + 1 else this
    return date(wanted, 1, 1), date(wanted + 1, 1, 1)


@door("supervision.view")
def one(request: HttpRequest, rating_id: int) -> HttpResponse:
    return _page(request, queries.rating_by_id(rating_id))


def _page(
    request: HttpRequest,
    rating: Rating,
    error: InvalidInput | Conflict | None = None,
    clear_phone: str = "",
) -> HttpResponse:
    context = {
        "rating": rating,
        "level": level_of(rating.level),
        "details": [f"{code} {detail_title(code)}" for code in rating.details],
        "follow_up": BadRating.objects.filter(rating=rating).first(),
        "call_backs": rating.call_backs.select_related("by"),
        "dispositions": [Option(code, label) for code, label in DISPOSITIONS.items()],
        "disposition_names": DISPOSITIONS,
        "clear_phone": clear_phone,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/rating.html", context, status=422 if error else 200)


@door("supervision.reveal_evaluator")
@require_POST
def reveal(request: HttpRequest, rating_id: int) -> HttpResponse:
    rating = queries.rating_by_id(rating_id)
    try:
        clear = actions.reveal_evaluator(rating=rating, purpose=request.POST.get("purpose", ""))
    except (InvalidInput, Conflict) as error:
        return _page(request, rating, error)
    return _page(request, rating, clear_phone=clear)


@door("supervision.record_call_back")
@require_POST
def call_back(request: HttpRequest, rating_id: int) -> HttpResponse:
    rating, given = queries.rating_by_id(rating_id), request.POST
    try:
        actions.record_call_back(
            rating=rating,
            disposition=given.get("disposition", ""),
            is_satisfied={"yes": True, "no": False}.get(given.get("is_satisfied", "")),
            note=given.get("note", ""),
        )
    except InvalidInput as error:
        return _page(request, rating, error)
    response = HttpResponseRedirect(reverse("supervision:rating", args=[rating_id]))
    return flash(response, "success", _("The call-back is recorded."))
