"""Suggestion letters: the list, a new one, its file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Option
from chengshu.foundation.web.typed import chosen, day, errors, unit_of, units_for
from chengshu.scenes.supervision import actions, queries
from chengshu.scenes.supervision.models import CardLevel
from chengshu.scenes.supervision.rules import rule_book

COLUMNS = (
    Column("number", _("Number"), header=True),
    Column("unit", _("Unit")),
    Column("issued_at", _("Issued"), kind="datetime"),
    Column("reply_by", _("Reply by"), kind="date"),
    Column("file", _("File"), kind="fit"),
)


@door("supervision.view")
def listing(request: HttpRequest) -> HttpResponse:
    return render(
        request, "supervision/letters.html", {"columns": COLUMNS, "letters": queries.letters()[:200]}
    )


@door("supervision.issue_letter")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        letter = actions.issue_letter(
            unit=unit_of(request),
            card_ids=[int(text) for text in given.getlist("cards") if text.isascii() and text.isdigit()],
            findings=given.get("findings", ""),
            suggestions=given.get("suggestions", ""),
            reply_by=day(given.get("reply_by", ""), "reply_by"),
        )
    except InvalidInput as error:
        return _form(request, error)
    response = HttpResponseRedirect(reverse("supervision:letters"))
    return flash(response, "success", _("Letter %(number)s is issued.") % {"number": letter.number})


def _form(request: HttpRequest, error: InvalidInput | None) -> HttpResponse:
    """The form for one unit: its cards of this year can be chosen once the unit is known."""
    unit_id = chosen(request.POST.get("unit") or request.GET.get("unit", ""))
    triggers = rule_book(timezone.localdate()).triggers
    cards = queries.cards(unit_id=unit_id).exclude(level=CardLevel.LEAD)[:100] if unit_id else ()
    context = {
        "unit": Unit.objects.filter(pk=unit_id).first() if unit_id else None,
        "units": units_for("supervision.issue_letter"),
        "cards": [
            Option(
                str(card.pk),
                f"{card.get_level_display()} · "
                f"{triggers[card.trigger].shown if card.trigger in triggers else card.trigger} · "
                f"{card.case_number or card.evidence}",
            )
            for card in cards
        ],
        "chosen": request.POST.getlist("cards"),
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/new_letter.html", context, status=422 if error else 200)


@door("supervision.view")
def file(request: HttpRequest, letter_id: int) -> HttpResponse:
    letter = queries.letter_by_id(letter_id)
    with letter.content.open() as stored:
        response = HttpResponse(stored.read(), content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"{letter.number}.pdf")
    return response
