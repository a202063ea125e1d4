"""The form of a link. It is checked while it is filled in: the page is asked for again, and its findings taken out."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput
from chengshu.foundation.events.offers import facts_offered, offered_calls
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.hub.links import checking, queries
from chengshu.hub.links.actions import save_draft
from chengshu.hub.links.content import Content, content_of
from chengshu.hub.links.models import Link, LinkVersion
from chengshu.hub.links.views import parts

MOST_DIGITS = 5


@dataclass
class Typed:
    """The form as it was typed."""

    key: str = ""
    title: str = ""
    unit: str = ""
    note: str = ""
    content: Content = field(default_factory=Content)

    @classmethod
    def of(cls, request: HttpRequest) -> Typed:
        given = request.POST
        call = offered_calls().get(given.get("call", ""))
        inputs = {one.name: given.get(f"input_{one.name}", "").strip() for one in call.inputs} if call else {}
        content = Content(
            event=given.get("event", "")[:100],
            condition=given.get("condition", "").strip(),
            call=given.get("call", "")[:100],
            inputs={name: formula for name, formula in inputs.items() if formula},
            key=given.get("key_formula", "").strip(),
            hold_h=_number(given.get("hold_h", "")),
            until_event=given.get("until_event", "")[:100],
            until_key=given.get("until_key", "").strip(),
            per_hour=_number(given.get("per_hour", "")),
        )
        words = {name: given.get(name, "").strip() for name in ("key", "title", "unit", "note")}
        return cls(**words, content=content)

    @classmethod
    def from_version(cls, version: LinkVersion) -> Typed:
        link = version.link
        return cls(link.key, link.title, str(link.unit_id), version.note, content_of(version))


def _number(text: str) -> int:
    """What was typed; -1, which is refused, where it is no number."""
    text = text.strip()
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0 if not text else -1
    )


@require_http_methods(["GET", "POST"])
@door("links.save_draft")
def new(request: HttpRequest) -> HttpResponse:
    units = parts.units_for(request)
    if request.method == "GET":
        return _page(request, Typed(unit=str(units[0].pk) if units else ""), None)
    typed = Typed.of(request)
    try:
        if Link.objects.filter(key=typed.key).exists():
            raise Conflict(_("This key is taken."), hint=_("Choose another key."))
        return _saved(typed)
    except (InvalidInput, Conflict) as error:
        return _page(request, typed, None, error=error)


@require_http_methods(["GET", "POST"])
@door("links.save_draft")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The draft of a link; where there is none, what is in force is the beginning of one."""
    standing = queries.standing_of(key)
    link = standing.link
    if request.method == "GET":
        return _page(request, Typed.from_version(standing.at_work or standing.shown), link)
    typed = Typed.of(request)
    typed.key, typed.unit = link.key, str(link.unit_id)
    try:
        return _saved(typed)
    except (InvalidInput, Conflict) as error:
        return _page(request, typed, link, error=error)


@require_POST
@door("links.save_draft")
def check(request: HttpRequest) -> HttpResponse:
    """The same page with what was typed, its findings and the inputs of the call that is chosen; saves nothing."""
    typed = Typed.of(request)
    link = Link.objects.filter(key=typed.key).first() if request.POST.get("is_known") else None
    return _page(request, typed, link, is_check=True)


def _saved(typed: Typed) -> HttpResponse:
    if not typed.unit.isdigit():
        raise InvalidInput(_("Choose a unit."), field="unit", hint=_("The link belongs to it."))
    save_draft(
        key=typed.key, unit_id=int(typed.unit), title=typed.title, content=typed.content, note=typed.note
    )
    response = HttpResponseRedirect(reverse("links:try", args=[typed.key]))
    return flash(response, "success", _("The draft is saved. Try it before you submit it."))


def _page(
    request: HttpRequest,
    typed: Typed,
    link: Link | None,
    *,
    error: ChengshuError | None = None,
    is_check: bool = False,
) -> HttpResponse:
    content = typed.content
    call = offered_calls().get(content.call)
    is_begun = is_check or link is not None or error is not None
    findings = checking.findings_of(content) if is_begun else []
    errors = {one.field: f"{one.message} {one.hint}".strip() for one in reversed(findings) if one.is_error}
    where = getattr(error, "field", "") if error else ""
    if error is not None:
        errors[where or "key"] = parts.words_of(error)
    context = {
        "typed": typed,
        "content": content,
        "link": link,
        "call": call,
        "facts": facts_offered(content.event),
        "until_facts": facts_offered(content.until_event),
        "kinds": checking.KIND_WORDS,
        "findings": findings,
        "errors": errors if error or is_check else {},
        "error_list": [(f"id_{where or 'key'}", parts.words_of(error))] if error else [],
        "events": parts.event_options(),
        "until_events": [Option("", _("none")), *parts.event_options()],
        "calls": parts.call_options(),
        "units": [Option(str(one.pk), one.shown_name) for one in parts.units_for(request)],
        "breadcrumbs": parts.trail_of(link) if link else parts.trail(),
    }
    return render(request, "links/edit.html", context, status=422 if error else 200)
