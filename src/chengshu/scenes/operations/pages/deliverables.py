"""Deliverables: the list, a new one, and one with what was handed over and what was said of it."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Post, Unit
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, errors, maybe_day, maybe_picked, picked
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.models import Contract, Deliverable, DeliverableKind, Delivery, Outcome
from chengshu.scenes.operations.pages.forms import HANDLED, options
from chengshu.scenes.operations.words import OUTCOME_TONES

HANDED_OVER: Final = declare_purpose("operations.delivery")
COLUMNS: Final = (
    Column("title", _("Deliverable"), header=True),
    Column("contract", _("Contract")),
    Column("kind", _("Kind"), kind="fit"),
    Column("due_on", _("Due by"), kind="date"),
    Column("post", _("Accepted by")),
    Column("state", _("State"), kind="fit"),
)


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    given = request.GET
    state, contract = given.get("state", ""), given.get("contract", "")
    contracts = [Option(str(one.pk), one.title) for one in Contract.objects.all()]
    context = {
        "columns": COLUMNS,
        "deliverables": queries.deliverables(state=state, contract_id=chosen(contract))[:500],
        "outcomes": dict(Outcome.choices),
        "tones": OUTCOME_TONES,
        "today": timezone.localdate(),
        "query": given.dict(),
        "filters": [
            Filter("state", _("State"), state, options=_states()),
            Filter("contract", _("Contract"), contract, options=[Option("", _("Any")), *contracts]),
        ],
    }
    return render(request, "operations/deliverables.html", context)


def _states() -> list[Option]:
    return [
        Option("", _("Not accepted yet")),
        Option("waiting", _("Waits for acceptance")),
        Option("late", _("Past its day")),
        Option("accepted", _("Acceptance passed")),
        Option("all", _("All")),
    ]


@door("operations.add_deliverable")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        contract = picked(_contracts(), given.get("contract", ""), "contract")
        row = actions.add_deliverable(
            contract=contract,
            title=given.get("title", ""),
            kind=given.get("kind", ""),
            due_on=maybe_day(given.get("due_on", ""), "due_on"),
            post=maybe_picked(_all_posts(), given.get("post", ""), "post"),
            source=given.get("source", ""),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(row.pk), "success", _("The deliverable is in the list."))


def _contracts() -> list[Contract]:
    me = current_asker()
    open_ones = Contract.objects.filter(closed_on=None).select_related("unit")
    return [one for one in open_ones if me.holds_at("operations.add_deliverable", one.unit_id)]


def _all_posts() -> list[Post]:
    return _posts([one.unit for one in _contracts()])


def _posts(units: list[Unit]) -> list[Post]:
    """Open posts of these units and of those above them."""
    today = timezone.localdate()
    found = Post.objects.select_related("unit").order_by("unit__path", "title")
    return [
        post
        for post in found
        if post.is_open(today) and any(unit.path.startswith(post.unit.path) for unit in units)
    ]


def _post_options(posts: list[Post]) -> list[Option]:
    return [Option(str(post.pk), f"{post.unit.shown_name} · {post.title}") for post in posts]


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    contracts = _contracts()
    context = {
        "contracts": options(contracts),
        "kinds": DeliverableKind.choices,
        "posts": _post_options(_posts([one.unit for one in contracts])),
        "given": request.POST.dict() or {"contract": request.GET.get("contract", "")},
        **errors(error),
    }
    return render(request, "operations/new_deliverable.html", context, status=422 if error else 200)


@door("operations.view")
def one(request: HttpRequest, deliverable_id: int) -> HttpResponse:
    return _page(request, queries.deliverable_by_id(deliverable_id))


def _page(
    request: HttpRequest, deliverable: Deliverable, error: ChengshuError | None = None, failed: str = ""
) -> HttpResponse:
    me = current_asker()
    deliveries = list(queries.deliveries_of(deliverable))
    last = deliveries[0] if deliveries else None
    decided = getattr(last, "acceptance", None)
    is_open = deliverable.withdrawn_at is None
    context = {
        "deliverable": deliverable,
        "deliveries": [
            (one, getattr(one, "acceptance", None), _is_late(deliverable, one)) for one in deliveries
        ],
        "tones": OUTCOME_TONES,
        "outcomes": Outcome.choices,
        "today": timezone.localdate(),
        "may_hand_over": is_open
        and me.holds("operations.hand_over")
        and (last is None or (decided is not None and decided.outcome != Outcome.ACCEPTED)),
        "to_decide": last
        if last is not None and decided is None and me.holds_at("operations.accept_delivery", last.unit_id)
        else None,
        "may_name": is_open
        and me.holds_at("operations.name_acceptor", deliverable.unit_id)
        and (decided is None or decided.outcome != Outcome.ACCEPTED),
        "may_withdraw": is_open
        and last is None
        and me.holds_at("operations.withdraw_deliverable", deliverable.unit_id),
        "posts": _post_options(_posts([deliverable.unit])),
        "failed": failed,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/deliverable.html", context, status=422 if error else 200)


def _is_late(deliverable: Deliverable, delivery: Delivery) -> bool:
    handed = timezone.localtime(delivery.delivered_at).date()
    return deliverable.due_on is not None and handed > deliverable.due_on


@door("operations.hand_over")
@require_POST
def hand_over(request: HttpRequest, deliverable_id: int) -> HttpResponse:
    deliverable = queries.deliverable_by_id(deliverable_id)
    try:
        file = _sent(request, deliverable.unit)
        actions.hand_over(deliverable=deliverable, file=file, note=request.POST.get("note", ""))
    except HANDLED as error:
        return _page(request, deliverable, error, "hand_over")
    return flash(_to(deliverable_id), "success", _("It is handed over; the named post decides."))


def _sent(request: HttpRequest, unit: Unit) -> File:
    """
    :raises InvalidInput: ``file`` if none was sent, or what was sent is not what it says
    """
    sent = request.FILES.get("file")
    if sent is None:
        raise InvalidInput(_("Choose the file."), field="file", code="operations.no_file")
    with asking(system("operations deliveries", current_asker().channel)):
        return store_file(unit=unit, name=sent.name or "file", content=sent.read(), purpose=HANDED_OVER.key)


@door("operations.name_acceptor")
@require_POST
def acceptor(request: HttpRequest, deliverable_id: int) -> HttpResponse:
    deliverable, given = queries.deliverable_by_id(deliverable_id), request.POST
    try:
        actions.name_acceptor(
            deliverable=deliverable,
            post=picked(_posts([deliverable.unit]), given.get("post", ""), "post"),
            due_on=maybe_day(given.get("due_on", ""), "due_on"),
        )
    except HANDLED as error:
        return _page(request, deliverable, error, "acceptor")
    return flash(_to(deliverable_id), "success", _("The post is named."))


@door("operations.withdraw_deliverable")
@require_POST
def withdraw(request: HttpRequest, deliverable_id: int) -> HttpResponse:
    deliverable = queries.deliverable_by_id(deliverable_id)
    try:
        actions.withdraw_deliverable(deliverable=deliverable, reason=request.POST.get("reason", ""))
    except HANDLED as error:
        return _page(request, deliverable, error, "withdraw")
    return flash(_to(deliverable_id), "success", _("The deliverable is withdrawn."))


@door("operations.accept_delivery")
@require_POST
def decide(request: HttpRequest, delivery_id: int) -> HttpResponse:
    delivery, given = queries.delivery_by_id(delivery_id), request.POST
    try:
        actions.accept_delivery(
            delivery=delivery, outcome=given.get("outcome", ""), reason=given.get("reason", "")
        )
    except HANDLED as error:
        deliverable = queries.deliverable_by_id(delivery.deliverable_id)
        return _page(request, deliverable, error, "decide")
    return flash(_to(delivery.deliverable_id), "success", _("The decision is recorded."))


@door("operations.view")
def file(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """What was handed over, as it was."""
    delivery = queries.delivery_by_id(delivery_id)
    with delivery.content.open() as stored:
        answer = HttpResponse(stored.read(), content_type=delivery.content.media_type)
    answer["Content-Disposition"] = disposition(delivery.file_name)
    return answer


def _to(deliverable_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:deliverable", args=[deliverable_id]))
