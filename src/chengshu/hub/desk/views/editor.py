"""The editor: one page that fills the window, and the questions it asks while somebody draws."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.engines.cases import api
from chengshu.engines.cases.data import VersionView
from chengshu.foundation.errors import Conflict
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.desk import queries, trying
from chengshu.hub.desk.facts import editor_facts
from chengshu.hub.desk.views.asked import answer, plain, question, record_in, text_in


@require_GET
@door("cases.save_draft")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The drawing of a model: its draft, or what a draft would begin with."""
    standing = queries.standing_of(key)
    asker = request.asker  # type: ignore[attr-defined]
    editable = standing.review is None and asker.holds_at("cases.save_draft", standing.model.unit_id)
    context = {
        "standing": standing,
        "model": standing.model,
        "version": standing.newest,
        "editable": editable,
        "submit_url": reverse("desk:submit", args=[key]) if editable else "",
        "facts": editor_facts(standing.model, standing.newest, editable=editable),
    }
    return render(request, "desk/edit.html", context)


@require_POST
@door("cases.save_draft")
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the drawing as it is now: the draft of the next version.

    :raises Conflict: if somebody else saved since this editor last read or saved it
    """
    body = question(request)
    content, digest = text_in(body, "xml").encode(), text_in(body, "digest")
    standing = queries.standing_of(key)
    _insist_on_latest(standing.draft, digest)
    api.save_draft(
        key=key,
        kind=standing.model.kind,
        content=content,
        unit_id=standing.model.unit_id,
        title=standing.model.title,
    )
    draft = queries.standing_of(key).draft
    at = timezone.localtime().strftime("%H:%M:%S")
    return answer(
        {"message": _("Draft saved at %(time)s") % {"time": at}, "digest": draft.digest if draft else ""}
    )


def _insist_on_latest(draft: VersionView | None, digest: str) -> None:
    if draft is not None and draft.digest != digest:
        raise Conflict(
            _("Somebody else has saved this draft meanwhile."),
            code="desk.draft_changed",
            hint=_("Export what you have drawn, open the page anew, and put your changes in again."),
        )


@require_POST
@door("desk.view")
def check(request: HttpRequest) -> HttpResponse:
    """Everything that is wrong or doubtful about a drawing, located."""
    content = text_in(question(request), "xml").encode()
    return answer({"findings": [plain(finding) for finding in api.lint(content, _kind(request))]})


def _kind(request: HttpRequest) -> Literal["process", "decision"]:
    return "decision" if request.GET.get("kind") == "decision" else "process"


@require_POST
@door("desk.view")
def expression(request: HttpRequest) -> HttpResponse:
    """Whether an expression can be read."""
    return answer(trying.judge(text_in(question(request), "text")))


@require_POST
@door("desk.view")
def trial(request: HttpRequest) -> HttpResponse:
    """Where a test run stands after the steps taken so far; nothing is stored."""
    body = question(request)
    steps = body.get("steps", [])
    content = text_in(body, "xml").encode()
    return answer(trying.run(content, record_in(body, "variables"), steps if isinstance(steps, list) else []))


@require_POST
@door("desk.view")
def evaluate(request: HttpRequest) -> HttpResponse:
    """What a decision gives for these inputs, and which of its rules matched."""
    body = question(request)
    content = text_in(body, "xml").encode()
    return answer(trying.decide(content, text_in(body, "decision"), record_in(body, "inputs")))
