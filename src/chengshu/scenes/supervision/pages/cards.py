"""Cards: an overview with the scores of the units, the list, one card, the rules with their marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, errors, unit_of, units_for
from chengshu.scenes.supervision import actions, queries
from chengshu.scenes.supervision.models import Card, CardLevel, StepKind
from chengshu.scenes.supervision.models_cards import ENDED, NOT_COUNTED
from chengshu.scenes.supervision.rules import Level, rule_book
from chengshu.scenes.supervision.scoring import Score, score
from chengshu.scenes.supervision.words import LEVEL_TONES

COLUMNS = (
    Column("level", _("Level"), kind="fit"),
    Column("trigger", _("Breach"), header=True),
    Column("unit", _("Unit")),
    Column("case", _("Case")),
    Column("raised_at", _("Raised"), kind="datetime"),
    Column("correct_by", _("Correct by"), kind="datetime"),
    Column("state", _("State"), kind="fit"),
)


@door("supervision.view", title=_("See the cards and ratings of one's unit"))
def overview(request: HttpRequest) -> HttpResponse:
    year = timezone.localdate().year
    found = list(queries.cards().filter(raised_at__year=year))
    open_now = [card for card in found if card.last not in ENDED]  # type: ignore[attr-defined]
    context = {
        "year": year,
        "scores": _scores(found),
        "counts": [
            (level, sum(card.level == level.value for card in open_now), LEVEL_TONES[level.value])
            for level in CardLevel
        ],
        "figures": rule_book(timezone.localdate()).figures,
    }
    return render(request, "supervision/overview.html", context)


def _scores(found: list[Card]) -> list[tuple[str, Score]]:
    """The score of each unit that has a card this year, worst first."""
    by_unit: dict[str, list[tuple[str, Level]]] = defaultdict(list)
    for card in found:
        if card.last not in NOT_COUNTED:  # type: ignore[attr-defined]
            about = f"case:{card.case_id}" if card.case_id else f"card:{card.pk}"
            by_unit[card.unit.shown_name].append((about, Level(card.level)))
    book = rule_book(timezone.localdate())
    scored = [(name, score(cards, book)) for name, cards in by_unit.items()]
    return sorted(scored, key=lambda line: (line[1].value, line[0]))


@door("supervision.view")
def listing(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    found = queries.cards(
        level=given.get("level", ""),
        trigger=given.get("trigger", ""),
        state=given.get("state", ""),
        unit_id=chosen(given.get("unit", "")) or None,
    )
    page = paginate(found, order=("-raised_at", "-id"), cursor=given.get("cursor", ""), size=50)
    context = {
        "columns": COLUMNS,
        "cards": page.rows,
        "page": page.page(),
        "query": {name: given.get(name, "") for name in ("level", "trigger", "state", "unit")},
        "filters": _filters(given),
        "triggers": rule_book(timezone.localdate()).triggers,
        "tones": LEVEL_TONES,
        "steps": dict(StepKind.choices),
    }
    return render(request, "supervision/cards.html", context)


def _filters(given: Mapping[str, str]) -> list[Filter]:
    triggers = rule_book(timezone.localdate()).triggers.values()
    return [
        Filter("level", _("Level"), given.get("level", ""), options=_options(CardLevel.choices)),
        Filter(
            "trigger",
            _("Breach"),
            given.get("trigger", ""),
            options=[Option(one.key, one.shown) for one in triggers],
        ),
        Filter(
            "unit",
            _("Unit"),
            given.get("unit", ""),
            options=[Option(str(unit.pk), unit.shown_name) for unit in queries.units_seen()],
        ),
        Filter(
            "state",
            _("State"),
            given.get("state", ""),
            options=[Option("open", _("Still open")), Option("appealed", _("Appealed"))],
        ),
    ]


def _options(choices: Iterable[tuple[str, Words]]) -> list[Option]:
    return [Option(value, label) for value, label in choices]


@door("supervision.view")
def one(request: HttpRequest, card_id: int) -> HttpResponse:
    return _page(request, queries.card_by_id(card_id))


def _page(
    request: HttpRequest, card: Card, error: InvalidInput | Conflict | None = None, act: str = ""
) -> HttpResponse:
    triggers = rule_book(timezone.localdate()).triggers
    steps = list(card.steps.select_related("by"))
    context = {
        "card": card,
        "trigger": triggers.get(card.trigger),
        "steps": steps,
        "tone": LEVEL_TONES[card.level],
        "is_open": card.last not in ENDED,  # type: ignore[attr-defined]
        "acts": _acts(card),
        "failed": act,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/card.html", context, status=422 if error else 200)


def _acts(card: Card) -> set[str]:
    """What can be done with a card as it stands; powers are asked by the page and by the actions."""
    last = card.last  # type: ignore[attr-defined]
    if last in ENDED:
        return set()
    if card.level == CardLevel.LEAD:
        return {"confirm", "dismiss"}
    if card.level == CardLevel.WARNING:
        return set()
    found = {StepKind.APPEALED: {"settle"}, StepKind.REPLIED: {"accept", "appeal"}}.get(
        last, {"reply", "appeal"}
    )
    return found - ({"appeal"} if card.steps.filter(kind=StepKind.APPEALED).exists() else set())


@door("supervision.view")
@require_POST
def act(request: HttpRequest, card_id: int, act: str) -> HttpResponse:
    card = queries.card_by_id(card_id)
    try:
        _perform(card, act, request.POST.dict())
    except (InvalidInput, Conflict) as error:
        return _page(request, card, error, act)
    return flash(_to(card_id), "success", _("Done; it stands in the history below."))


def _perform(card: Card, act: str, given: Mapping[str, str]) -> None:
    text = given.get("text", "")
    if act == "reply":
        actions.reply_card(card=card, text=text)
    elif act == "appeal":
        actions.appeal_card(card=card, text=text)
    elif act == "settle":
        actions.settle_appeal(card=card, withdrawn=given.get("verdict") == "withdraw", reason=text)
    elif act == "accept":
        actions.accept_correction(card=card, note=text)
    elif act == "confirm":
        actions.confirm_lead(card=card, level=given.get("level", ""), note=text)
    elif act == "dismiss":
        actions.dismiss_lead(card=card, note=text)
    else:
        raise Missing(_("There is no such thing to do."), code="supervision.act")


@door("supervision.raise_card")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        card = actions.raise_card(
            unit=unit_of(request),
            trigger=given.get("trigger", ""),
            level=given.get("level", ""),
            evidence=given.get("evidence", ""),
            note=given.get("note", ""),
        )
    except InvalidInput as error:
        return _form(request, error)
    return flash(_to(card.pk), "success", _("The card is raised and the unit is notified."))


def _form(request: HttpRequest, error: InvalidInput | None) -> HttpResponse:
    triggers = rule_book(timezone.localdate()).triggers.values()
    context = {
        "units": units_for("supervision.raise_card"),
        "triggers": [
            Option(one.key, one.shown) for one in triggers if one.level not in (Level.WARNING, Level.LEAD)
        ],
        "levels": [Option(CardLevel.YELLOW, _("Yellow card")), Option(CardLevel.RED, _("Red card"))],
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/new_card.html", context, status=422 if error else 200)


@door("supervision.view")
def rules(request: HttpRequest) -> HttpResponse:
    book = rule_book(timezone.localdate())
    context = {
        "triggers": list(book.triggers.values()),
        "figures": list(book.figures.values()),
        "levels": dict(CardLevel.choices),
        "tones": LEVEL_TONES,
    }
    return render(request, "supervision/rules.html", context)


def _to(card_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("supervision:card", args=[card_id]))
