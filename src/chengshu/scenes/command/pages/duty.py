"""Duty: who is on duty now and the hand-over, the roster, the shift log. Each for one desk at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Filter, Option
from chengshu.foundation.web.typed import chosen, day, maybe_picked, picked, time_of_day, units_with
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.facts import CENTRE, limit_source
from chengshu.scenes.command.models import Days, DutySlot, HandOver, LogEntry
from chengshu.scenes.command.pages.forms import HANDLED, Given, count, errors, options
from chengshu.scenes.command.texts import no_such

SHOWN_DAYS: Final = 14


def _desk(request: HttpRequest) -> Unit:
    """The desk that is looked at: the one chosen, else one's own, else the centre, else the first.

    :raises Missing: if there is none that the asker may see
    """
    known = units_with("command.view")
    if not known:
        raise no_such()
    wanted = chosen(request.GET.get("unit", "") or request.POST.get("unit", ""))
    centre = next((unit.pk for unit in known if unit.key == CENTRE), 0)
    by_id = {unit.pk: unit for unit in known}
    for pk in (wanted, centre, current_asker().unit_id or 0):
        if pk in by_id:
            return by_id[pk]
    return known[0]


def _desk_filter(unit: Unit) -> Filter:
    return Filter("unit", _("Desk"), str(unit.pk), options=options(units_with("command.view")))


@door("command.view")
def now(request: HttpRequest) -> HttpResponse:
    return _now(request, _desk(request))


def _now(request: HttpRequest, unit: Unit, error: ChengshuError | None = None, act: str = "") -> HttpResponse:
    me = current_asker().account_id
    around = queries.slots_around(unit.pk)
    ahead = queries.slots_ahead(unit.pk)
    mine = [one for one in around if me and one.account_id == me]
    offered = {one.slot_id for one in HandOver.objects.filter(slot__in=mine)}
    moment = timezone.now()
    context = {
        "unit": unit,
        "desk": _desk_filter(unit),
        "present": queries.on_duty(unit.pk),
        "to_arrive": [one for one in mine if one.arrived_at is None and one.ends_at > moment],
        "to_hand_over": [one for one in mine if one.arrived_at and one.pk not in offered],
        "hand_overs": queries.hand_overs(unit.pk),
        "exchanges": queries.exchanges(unit.pk),
        "me": me,
        "my_turns": [Option(str(one.pk), words(one)) for one in ahead if me and one.account_id == me],
        "their_turns": [
            Option(str(one.pk), words(one)) for one in ahead if one.account_id and one.account_id != me
        ],
        "words": words,
        "source": limit_source("duty"),
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/duty.html", context, status=422 if error else 200)


def words(slot: DutySlot) -> str:
    """A turn in words: day, shift, post and who."""
    start = timezone.localtime(slot.starts_at)
    who = str(slot.account) if slot.account else "—"
    return f"{start:%Y-%m-%d %H:%M} {slot.post.title} {who}"


def _arrive(unit: Unit, given: Given) -> object:
    return actions.arrive(slot=picked(queries.slots_around(unit.pk), given.get("slot", ""), "slot"))


def _hand_over(unit: Unit, given: Given) -> object:
    slot = picked(queries.slots_around(unit.pk), given.get("slot", ""), "slot")
    return actions.hand_over(slot=slot, text=given.get("text", ""))


def _accept(unit: Unit, given: Given) -> object:
    row = picked(queries.hand_overs(unit.pk), given.get("hand_over", ""), "hand_over")
    return actions.accept_hand_over(hand_over=row, remark=given.get("remark", ""))


def _ask(unit: Unit, given: Given) -> object:
    ahead = queries.slots_ahead(unit.pk)
    return actions.ask_exchange(
        mine=picked(ahead, given.get("mine", ""), "mine"),
        theirs=picked(ahead, given.get("theirs", ""), "theirs"),
        reason=given.get("reason", ""),
    )


def _agree(unit: Unit, given: Given) -> object:
    row = picked(queries.exchanges(unit.pk), given.get("exchange", ""), "exchange")
    return actions.agree_exchange(exchange=row, agrees=bool(given.get("yes")))


def _decide(unit: Unit, given: Given) -> object:
    row = picked(queries.exchanges(unit.pk), given.get("exchange", ""), "exchange")
    return actions.decide_exchange(exchange=row, approved=bool(given.get("yes")), note=given.get("note", ""))


DeskAct = Mapping[str, Any]
ACTS: Final[DeskAct] = {
    "arrive": _arrive,
    "hand-over": _hand_over,
    "accept": _accept,
    "ask": _ask,
    "agree": _agree,
    "decide": _decide,
}


@door("command.view")
@require_POST
def act(request: HttpRequest, act: str) -> HttpResponse:
    return _perform(request, act, ACTS, _now, "command:duty")


def _perform(request: HttpRequest, act: str, acts: DeskAct, page: Any, route: str) -> HttpResponse:
    unit = _desk(request)
    if act not in acts:
        raise no_such()
    try:
        acts[act](unit, request.POST)
    except HANDLED as error:
        return page(request, unit, error, act)  # type: ignore[no-any-return]
    return HttpResponseRedirect(f"{reverse(route)}?unit={unit.pk}")


@door("command.view")
def roster(request: HttpRequest) -> HttpResponse:
    return _roster(request, _desk(request))


def _roster(
    request: HttpRequest, unit: Unit, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    today = timezone.localdate()
    try:
        first = day(request.GET.get("first", "") or today.isoformat(), "first")
    except HANDLED:
        first = today
    found = queries.slots(unit.pk, first, SHOWN_DAYS)
    posts = queries.duty_posts(unit.pk)
    context = {
        "unit": unit,
        "desk": _desk_filter(unit),
        "days": [(key, list(rows)) for key, rows in groupby(found, lambda one: local_day(one.starts_at))],
        "gaps": sum(one.account_id is None for one in found),
        "posts": posts,
        "shifts": queries.duty_shifts(unit.pk),
        "names": _names(posts),
        "staff": options(queries.staff(unit.pk)),
        "ahead": [Option(str(one.pk), words(one)) for one in queries.slots_ahead(unit.pk)],
        "kinds": Days.choices,
        "first": first,
        "following": first + timedelta(days=SHOWN_DAYS),
        "previous": first - timedelta(days=SHOWN_DAYS),
        "today": today,
        "source": limit_source("duty"),
        "given": request.POST.dict(),
        "chosen": request.POST.getlist("turns"),
        **errors(error, act),
    }
    return render(request, "command/roster.html", context, status=422 if error else 200)


def _names(posts: list[Any]) -> dict[int, str]:
    wanted = {pk for post in posts for pk in post.turns}
    return {account.pk: str(account) for account in Account.objects.filter(pk__in=wanted)}


def _set_post(unit: Unit, given: Given) -> object:
    staff = queries.staff(unit.pk)
    return actions.set_duty_post(
        unit=unit,
        title=given.get("title", ""),
        order=count(given.get("order", ""), "order"),
        turns=[picked(staff, one, "turns") for one in given.getlist("turns")],
    )


def _set_shift(unit: Unit, given: Given) -> object:
    return actions.set_duty_shift(
        unit=unit,
        title=given.get("title", ""),
        starts_at=time_of_day(given.get("starts_at", ""), "starts_at"),
        hours=count(given.get("hours", ""), "hours"),
        days=given.get("days", ""),
    )


def _make(unit: Unit, given: Given) -> object:
    return actions.make_roster(
        unit=unit,
        first_day=day(given.get("first_day", ""), "first_day"),
        last_day=day(given.get("last_day", ""), "last_day"),
    )


def _name(unit: Unit, given: Given) -> object:
    return actions.name_duty(
        slot=picked(queries.slots_ahead(unit.pk), given.get("slot", ""), "slot"),
        account=maybe_picked(queries.staff(unit.pk), given.get("account", ""), "account"),
    )


def _close(unit: Unit, given: Given) -> object:
    kind, _dot, pk = given.get("thing", "").partition(".")
    rows: list[Any] = queries.duty_posts(unit.pk) if kind == "post" else list(queries.duty_shifts(unit.pk))
    return actions.close_duty(thing=picked(rows, pk, "thing"))


ROSTER_ACTS: Final[DeskAct] = {
    "post": _set_post,
    "shift": _set_shift,
    "make": _make,
    "name": _name,
    "close": _close,
}


@door("command.view")
@require_POST
def act_on_roster(request: HttpRequest, act: str) -> HttpResponse:
    return _perform(request, act, ROSTER_ACTS, _roster, "command:roster")


@door("command.view")
def log(request: HttpRequest) -> HttpResponse:
    unit = _desk(request)
    if request.method != "POST":
        return _log(request, unit)
    given = request.POST
    try:
        actions.write_log(
            unit=unit,
            text=given.get("text", ""),
            corrects=maybe_picked(LogEntry.objects.filter(unit=unit), given.get("corrects", ""), "corrects"),
            event=maybe_picked(queries.open_events(), given.get("event", ""), "event"),
            drill=bool(given.get("drill")),
        )
    except HANDLED as error:
        return _log(request, unit, error)
    return HttpResponseRedirect(f"{reverse('command:log')}?unit={unit.pk}")


def _log(request: HttpRequest, unit: Unit, error: ChengshuError | None = None) -> HttpResponse:
    query = request.GET
    try:
        on = day(query["day"], "day") if query.get("day") else None
    except HANDLED:
        on = None
    entries = queries.log(unit_id=unit.pk, text=query.get("text", "").replace("\x00", ""), day=on)[:200]
    context = {
        "unit": unit,
        "entries": entries,
        "events": [Option(str(one.pk), str(one)) for one in queries.open_events() if one.unit_id == unit.pk],
        "correctable": [
            Option(str(one.pk), f"{timezone.localtime(one.at):%m-%d %H:%M} {one}") for one in entries[:50]
        ],
        "query": query.dict(),
        "filters": [
            _desk_filter(unit),
            Filter("day", _("Date of duty"), query.get("day", ""), kind="date"),
            Filter("text", _("Text"), query.get("text", ""), kind="search"),
        ],
        "given": request.POST.dict(),
        **errors(error, "log"),
    }
    return render(request, "command/log.html", context, status=422 if error else 200)
