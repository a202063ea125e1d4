"""One case: its state, limits, place in the process, opinions, history, documents, people, and why one may do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseView, ClockView, TaskState, TimelineEntry, TokenState
from chengshu.foundation.asking import Asker, current_asker
from chengshu.foundation.errors import ChengshuError, Words
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.formats import local_datetime
from chengshu.foundation.web.shell import Crumb, Tab, TimelineEvent
from chengshu.hub.inbox import acts, clockbars, doing, entry, showing, wording
from chengshu.hub.inbox.pages.task import HANDLED, status_of


@require_safe
@door(Door.SIGNED_IN)
def show_case(request: HttpRequest, case_id: int) -> HttpResponse:
    return _page(request, case_id)


@require_safe
@door(Door.SIGNED_IN)
def diagram(request: HttpRequest, case_id: int) -> HttpResponse:
    """The model that the case runs by, for the drawing of its diagram."""
    content = api.drawn_content(api.case_version_id(case_id))
    return HttpResponse(content, content_type="application/xml")


@require_safe
@door(Door.SIGNED_IN)
def attachment(request: HttpRequest, case_id: int, attachment_id: int) -> HttpResponseBase:
    """A document of a case: whoever may read the case may open it, whichever unit brought it."""
    api.case_view(case_id)
    name, content = api.open_attachment(attachment_id)
    with content:
        response = HttpResponse(content.read(), content_type="application/octet-stream")
    response["Content-Disposition"] = disposition(name)
    return response


@require_POST
@door(Door.SIGNED_IN)
def act_on_case(request: HttpRequest, case_id: int, act: str) -> HttpResponse:
    """Circulate, suspend, split, void and the like; a refusal opens the dialog again as it was filled in."""
    api.case_view(case_id)
    known = acts.act_named(act)
    try:
        made = doing.on_case(act, case_id, request.POST.dict())
    except HANDLED as error:
        return _page(request, case_id, failed=known, error=error, status=status_of(error))
    response = HttpResponseRedirect(reverse("inbox:case", args=[made or case_id]))
    return flash(response, "success", known.done if known else _("Done."))


def _page(
    request: HttpRequest,
    case_id: int,
    *,
    failed: acts.Act | None = None,
    error: ChengshuError | None = None,
    status: int = 200,
) -> HttpResponse:
    case, clocks = api.case_with_choices(case_id)
    label, tone = wording.CASE_STATES[case.state]
    names = _names(case)
    offered = acts.offered(case.may | _clock_acts(case, clocks), "case")
    materials = entry.materials_of(case)
    context = {
        "case": case,
        "state_label": label,
        "state_tone": tone,
        "outcome_label": _outcome_label(case),
        "bars": _bars(case.clocks),
        "standing": showing.standing(case),
        "countersigns": showing.countersigns(case),
        "no_work": _no_work(case),
        "token_notes": _token_notes(case, names),
        "my_tasks": _my_tasks(case),
        "diagram_url": reverse("inbox:diagram", args=[case_id]),
        "diagram": _standing_for_diagram(case, names),
        "visited_names": [names.get(node, node) for node in _visited(case)],
        "opinions": showing.opinions(case),
        "submissions": entry.views_of(case),
        "materials": materials,
        "documents": entry.documents_of(case, materials),
        "variables": entry.shown_variables(case),
        "events": [timeline_event(one) for one in reversed(case.timeline) if one.kind in wording.HAPPENINGS],
        "people_here": _people(case),
        "rights": _rights(case, current_asker()),
        "acts": offered,
        "act_url": reverse("inbox:case", args=[case_id]),
        "choices": showing.choices(_places(case, offered), case, clocks),
        "people": showing.suggested_people([case.unit_id]) if offered else (),
        "typed": request.POST,
        "sections": _sections(case),
        "breadcrumbs": [Crumb(_("My work"), reverse("inbox:work")), Crumb(case.number)],
        **_failure(failed, error),
    }
    return render(request, "inbox/case.html", context, status=status)


def _failure(failed: acts.Act | None, error: ChengshuError | None) -> dict[str, Any]:
    if error is None:
        return {"failed": None}
    if failed is not None:
        return {"failed": failed, "failure": showing.Failure.of(error, failed.fields)}
    return {"failed": None, "failure_message": error.message, "failure_hint": error.hint}


def _clock_acts(case: CaseView, clocks: Any) -> frozenset[str]:
    """What the law leaves open for the clocks, as far as the asker holds the power for it.

    :param clocks: from ``api.clock_choices``
    """
    open_now = {
        "pause_clock": bool(clocks.pause),
        "resume_clock": bool(clocks.resume),
        "extend_clock": clocks.extend is not None,
        "give_supplement_notice": clocks.notify_until is not None,
    }
    asker = current_asker()
    return frozenset(
        name
        for name, is_open in open_now.items()
        if is_open and asker.holds_at(f"cases.{name}", case.unit_id)
    )


def _places(case: CaseView, offered: Sequence[acts.Act]) -> tuple[Any, ...]:
    wanted = any("place" in act.fields for act in offered)
    return api.places_to_jump(case.case_id) if wanted else ()


def _my_tasks(case: CaseView) -> list[dict[str, Any]]:
    """What the asker may decide now, at most two; steps of one name are told apart by their units."""
    found = [task for task in case.tasks if task.may & {"complete_task", "claim_task", "resolve_delegation"}]
    names = [task.node_name for task in found]
    return [
        {
            "task_id": task.task_id,
            "label": f"{task.node_name}（{task.unit_name}）"
            if names.count(task.node_name) > 1
            else task.node_name,
        }
        for task in found[:2]
    ]


def _outcome_label(case: CaseView) -> Words:
    """How the case ended: by an act upon it, or by the last decision in the model's own words."""
    if not case.ended_at:
        return ""
    if case.outcome in wording.ENDINGS:
        return wording.ENDINGS[case.outcome]
    return next((one["outcome_label"] for one in reversed(showing.opinions(case))), "")


def _sections(case: CaseView) -> list[Tab]:
    return [
        Tab(_("Now"), "#standing"),
        Tab(_("Diagram"), "#diagram"),
        Tab(_("Opinions"), "#opinions"),
        Tab(_("History"), "#history"),
    ]


def _names(case: CaseView) -> dict[str, str]:
    """Node → name, as far as the case has been or stands there."""
    names = {one.node: one.node_name for one in case.timeline if one.node}
    return names | {task.node: task.node_name for task in case.tasks}


def _visited(case: CaseView) -> list[str]:
    """Every node that the case has passed, in the order of its way."""
    kinds = {"passed", "left", "entered", "ended", "task_completed", "case_started", "event", "joined"}
    nodes = [one.node for one in case.timeline if one.kind in kinds and one.node]
    here = {token.node for token in case.tokens}
    return [node for node in dict.fromkeys(nodes) if node not in here]


def _standing_for_diagram(case: CaseView, names: Mapping[str, str]) -> dict[str, Any]:
    """What the island draws on the model: tokens and the way so far."""
    shown = [token for token in case.tokens if token.state not in (TokenState.SCOPE, TokenState.MULTI)]
    counted: dict[str, dict[str, Any]] = {}
    for token in shown:
        name = names.get(token.node, token.node)
        known = counted.setdefault(
            token.node, {"node": token.node, "count": 0, "faulty": False, "label": name}
        )
        known["count"] += token.count
        known["faulty"] = known["faulty"] or token.state == TokenState.FAULTY
    return {"tokens": list(counted.values()), "visited": _visited(case)}


def _token_notes(case: CaseView, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Why a step cannot go on, where it cannot."""
    return [
        {
            "title": _("“%(step)s” could not go on") % {"step": names.get(token.node, token.node)},
            "text": token.note or _("An operator must try again or move the case."),
            "tone": "negative",
        }
        for token in case.tokens
        if token.state == TokenState.FAULTY
    ]


def _no_work(case: CaseView) -> str:
    if case.ended_at:
        return _("The case has ended; nothing more is to be done.")
    if case.state == "suspended":
        return _("The case is suspended; nothing can be done until it is resumed.")
    return _("Nobody has to do anything now: the case waits for an event or a service.")


def timeline_event(one: TimelineEntry) -> TimelineEvent:
    """One entry of the history for people: what, at which step, by whom, with which words."""
    title, tone = wording.HAPPENINGS[one.kind]
    if one.kind == "status":
        title = _("Status: %(status)s") % {"status": api.status_label(str(one.details.get("status", "")))}
    elif one.node_name:
        title = _("%(step)s: %(what)s") % {"step": one.node_name, "what": title}
    behalf = _("on behalf of %(name)s") % {"name": one.on_behalf_of} if one.on_behalf_of else ""
    who = " · ".join(part for part in (one.actor, behalf, one.unit_name) if part)
    return TimelineEvent(title, one.at, who, one.text, tone)


def _bars(clocks: Sequence[ClockView]) -> dict[str, Any] | None:
    """The drawn clocks with their words."""
    view = clockbars.clock_bars(clocks, timezone.now())
    if view is None:
        return None
    return {
        "rows": [_bar_words(bar) for bar in view.bars],
        "begins": view.begins,
        "ends": view.ends,
        "today": view.today,
        "has_forecast": any(bar.forecast is not None for bar in view.bars),
        "has_pauses": any(bar.pauses for bar in view.bars),
    }


def _bar_words(bar: clockbars.Bar) -> dict[str, Any]:
    clock = bar.clock
    standing = _standing_words(clock)
    layer = wording.LAYERS[clock.layer]
    due = _("due %(when)s") % {"when": local_datetime(clock.due_at, "short")}
    return {
        "bar": bar,
        "layer": layer,
        "standing": standing,
        "due": due,
        "summary": f"{layer} {clock.title}：{standing}，{due}",
        "notes": _clock_notes(clock),
    }


def _standing_words(clock: ClockView) -> str:
    values = {"unit": str(wording.CLOCK_UNITS[clock.unit]), "limit": clock.limit}
    if clock.stopped_at:
        return _("took %(used)s of %(limit)s %(unit)s") % {**values, "used": _figure(clock.used)}
    if clock.paused_since:
        return _("paused, %(left)s of %(limit)s %(unit)s left") % {**values, "left": _figure(clock.left)}
    if clock.left < 0:
        return _("%(over)s %(unit)s over the limit of %(limit)s") % {**values, "over": _figure(-clock.left)}
    return _("%(left)s of %(limit)s %(unit)s left") % {**values, "left": _figure(clock.left)}


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _clock_notes(clock: ClockView) -> list[str]:
    notes = [str(clock.source)] if clock.source else []
    if clock.forecast_at and not clock.stopped_at and clock.forecast_at != clock.due_at:
        notes.append(_("Probably done on %(when)s.") % {"when": local_datetime(clock.forecast_at, "short")})
    for start, end, ground in clock.pauses:
        words = {
            "from": local_datetime(start, "short"),
            "to": local_datetime(end, "short") if end else _("now"),
        }
        notes.append(_("Paused from %(from)s to %(to)s: %(ground)s") % {**words, "ground": ground})
    return notes


def _people(case: CaseView) -> list[dict[str, str]]:
    """Everybody who has had to do with the case, and as what."""
    parts: dict[str, list[str]] = {}
    if case.opened_by_name:
        parts.setdefault(case.opened_by_name, []).append(_("filed it"))
    for task in case.tasks:
        who = task.completed_by_name or task.assignee_name
        if who:
            is_done = task.state == TaskState.COMPLETED
            parts.setdefault(who, []).append(
                _("%(step)s, done") % {"step": task.node_name} if is_done else task.node_name
            )
    return [{"name": name, "parts": "；".join(dict.fromkeys(roles))} for name, roles in parts.items()]


def _rights(case: CaseView, asker: Asker) -> list[dict[str, str]]:
    """Why the asker may read the case, and may or may not decide in it now."""
    rights = [{"tone": "positive", "text": _why_readable(case, asker)}]
    for task in case.tasks:
        if task.state != TaskState.OPEN:
            continue
        values = {"step": task.node_name, "who": showing.who_has(task)}
        if task.may & {"complete_task", "resolve_delegation"}:
            text = (
                _("You may decide “%(step)s”: it is yours.")
                if task.assignee_id == asker.account_id
                else _("You may decide “%(step)s”: you hold its post, or act for whoever has it.")
            )
            rights.append({"tone": "positive", "text": text % values})
        else:
            text = _("You may not decide “%(step)s”: it is with %(who)s.") % values
            rights.append({"tone": "neutral", "text": text})
    if case.ended_at:
        rights.append({"tone": "neutral", "text": _("The case has ended: nobody can decide in it any more.")})
    return rights


def _why_readable(case: CaseView, asker: Asker) -> str:
    if asker.is_system or asker.units("cases.view") == "*":
        return _("You may read it: your post may see the cases of the whole district.")
    if asker.holds_at("cases.view", case.unit_id):
        return _("You may read it: your post may see the cases of %(unit)s.") % {"unit": case.unit_name}
    return _("You may read it because you filed it, have a step of it, or your unit takes part.")
