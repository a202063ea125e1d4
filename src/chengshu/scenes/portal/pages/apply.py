"""The first two steps of an application: who applies and in which situation, then the form. Everything is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengshu.engines.registers.data import FieldError, Form, Typed
from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import id_card, unified_code
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.web.formats import local_datetime
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.scenes.portal import applicants, forms, wording
from chengshu.scenes.portal.begun import Begun, begun, forget, keep, new_request_key, with_form
from chengshu.scenes.portal.offers import Offer, offer
from chengshu.scenes.portal.pages.frame import page, sentence
from chengshu.scenes.portal.pages.matter import answers_in
from chengshu.scenes.portal.queries import halls

CONTROLS = ("whom", "uscc", "region_mode", "received_at", "name", "identity", "phone")
SAID_ABOVE = {"applicant"}
"""Questions of a guide that the first control of the page answers."""

STEPS = (
    ("start", "portal:apply"),
    ("form", "portal:form"),
    ("materials", "portal:materials"),
    ("review", "portal:review"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Who applies, and the answers of the guide."""
    asked = offer(code)
    if not asked.can_apply:
        response = HttpResponseRedirect(asked.href)
        return flash(response, "info", _("This cannot be applied for online yet; the page says where to go."))
    kept = begun(code)
    if request.method == "POST":
        return _begin(request, asked, kept or Begun(code))
    answers = answers_in(request.GET) or (kept.answers if kept else ())
    choices = applicants.options(asked)
    blank = Begun(code, whom=applicants.whom_in(asked, answers) or _only_one(choices))
    given = _given_in(kept or blank)
    return _start_page(request, asked, kept, given, asked.answers_in(answers), {}, choices)


def _only_one(choices: Sequence[Option]) -> str:
    return str(choices[0].value) if len(choices) == 1 else ""


def _given_in(kept: Begun) -> dict[str, str]:
    """What the first step shows of what was kept."""
    name, identity, phone = kept.person
    return {
        "whom": kept.whom,
        "uscc": (kept.form_entries.get(applicants.USCC) or ("",))[0] or _code_of(kept),
        "region_mode": kept.region_mode,
        "received_at": kept.received_at,
        "name": name,
        "identity": identity if kept.applicant_kind == applicants.PERSON else "",
        "phone": phone,
    }


def _code_of(kept: Begun) -> str:
    return kept.person[1] if kept.applicant_kind == applicants.ORGANISATION else ""


def _begin(request: HttpRequest, asked: Offer, kept: Begun) -> HttpResponse:
    given = {name: request.POST.get(name, "").replace("\x00", "")[:200] for name in CONTROLS}
    answers = asked.answers_in(applicants.implied(asked, given["whom"], answers_in(request.POST)))
    choices = applicants.options(asked)
    wrong = _wrong_start(asked, given, answers, choices)
    if wrong:
        return _start_page(request, asked, kept, given, answers, wrong, choices, status=422)
    form = forms.form_of(asked)
    code = "".join(given["uscc"].split()).upper()
    of_organisation = given["whom"].endswith(applicants.ORGANISATION)
    started = replace(
        kept,
        whom=given["whom"],
        person=(given["name"], code if of_organisation else given["identity"], given["phone"]),
        answers=answers,
        region_mode=given["region_mode"],
        received_at=given["received_at"] if given["region_mode"] == "collect" else "",
        request_key=kept.request_key or new_request_key(),
    )
    keep(applicants.seeded(started, form, code), form)
    return HttpResponseRedirect(reverse("portal:form", args=[asked.code]))


def _wrong_start(
    asked: Offer, given: Mapping[str, str], answers: Sequence[str], choices: Sequence[Option]
) -> dict[str, str]:
    """What is wrong with the first step, by control."""
    wrong: dict[str, str] = {}
    if given["whom"] not in {option.value for option in choices}:
        wrong["whom"] = _("Choose who applies.")
    elif given["whom"].endswith(applicants.ORGANISATION):
        try:
            unified_code(given["uscc"], field="uscc")
        except InvalidInput as error:
            wrong["uscc"] = sentence(error)
    if not applicants.asked_by(forms.form_of(asked)).has_applicant:
        wrong |= _wrong_person(given)
    answered = {answer.partition(":")[0] for answer in answers}
    for question in asked.questions_under(answers):
        said_above = question.key in SAID_ABOVE and "whom" in wrong
        if question.key not in answered and not said_above:
            wrong[question.key] = _("Choose an answer: it decides which materials are needed.")
    if given["region_mode"] and given["region_mode"] not in asked.regions:
        wrong["region_mode"] = _("Choose one of these.")
    known_halls = {str(pk) for pk, _name in halls()}
    if given["region_mode"] == "collect" and given["received_at"] not in known_halls:
        wrong["received_at"] = _("Choose the hall where you hand it in.")
    return wrong


def _wrong_person(given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with name and number, where the form does not ask for them."""
    wrong: dict[str, str] = {}
    if len(given["name"].strip()) < 2:
        wrong["name"] = _("Type the applicant's full name.")
    if given["whom"].endswith(applicants.PERSON):
        try:
            id_card(given["identity"], today=local_day(timezone.now()), field="identity")
        except InvalidInput as error:
            wrong["identity"] = sentence(error)
    return wrong


def _start_page(
    request: HttpRequest,
    asked: Offer,
    kept: Begun | None,
    given: Mapping[str, str],
    answers: Sequence[str],
    wrong: Mapping[str, str],
    choices: Sequence[Option],
    *,
    status: int = 200,
) -> HttpResponse:
    """
    :param choices: for whom the asker may apply
    """
    implied = {each.partition(":")[0] for each in applicants.implied(asked, given["whom"], ())}
    hidden = implied if given["whom"] else SAID_ABOVE
    questions = [each for each in asked.questions_under(answers) if each.key not in hidden]
    keys = {question.key for question in questions}
    context = {
        "given": given,
        "wrong": wrong,
        "errors": [
            (f"id_q_{name}" if name in keys else f"id_{name}", words) for name, words in wrong.items()
        ],
        "whom_options": choices,
        "questions": questions,
        "answers": answers,
        "asks_person": not applicants.asked_by(forms.form_of(asked)).has_applicant,
        "region_options": _region_options(asked),
        "halls": [Option(str(pk), name) for pk, name in halls()] if asked.regions else [],
        "draft_saved_at": kept.saved_at if kept else None,
        **frame(asked, "start", kept),
    }
    return page(request, "portal/apply_start.html", context, status=status)


def _region_options(asked: Offer) -> list[Option]:
    modes = [mode for mode in asked.regions if mode != "online"]
    if not modes:
        return []
    return [Option("", _("Here, online")), *(Option(mode, wording.REGIONS[mode]) for mode in modes)]


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def fill_in(request: HttpRequest, code: str) -> HttpResponse:
    """The form. What arrives is kept first and judged afterwards."""
    asked = offer(code)
    kept = begun(code)
    if kept is None or not kept.whom or not asked.can_apply:
        return HttpResponseRedirect(reverse("portal:apply", args=[code]))
    form = forms.form_of(asked)
    if request.method != "POST":
        return _form_page(request, asked, kept, form)
    typed = forms.entered(form, request)
    kept = keep(with_form(kept, typed), form)
    if typed.gesture:
        return _form_page(request, asked, kept, form, typed.refused)
    if request.POST.get("later"):
        return saved_for_later()
    errors = (*typed.refused, *forms.errors_in(form, kept))
    if errors:
        return _form_page(request, asked, kept, form, errors, status=422)
    return HttpResponseRedirect(reverse("portal:materials", args=[code]))


@require_POST
@door(Door.SIGNED_IN)
def keep_form(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what is typed while it is typed."""
    kept, form = begun(code), forms.form_of(offer(code))
    if kept is None:
        return JsonResponse({"message": ""})
    typed = forms.entered(form, request, files=False)
    return saved(keep(with_form(kept, typed), form))


def saved(kept: Begun) -> JsonResponse:
    """The answer to an autosave."""
    moment = local_datetime(kept.saved_at or timezone.now())
    return JsonResponse({"message": _("Saved %(time)s") % {"time": moment}})


def saved_for_later() -> HttpResponse:
    response = HttpResponseRedirect(reverse("portal:mine"))
    return flash(response, "success", _("Everything is kept. You find it under your drafts."))


@require_POST
@door(Door.SIGNED_IN)
def discard(request: HttpRequest, code: str) -> HttpResponse:
    forget(code)
    return flash(HttpResponseRedirect(reverse("portal:mine")), "success", _("The draft is discarded."))


def _form_page(
    request: HttpRequest,
    asked: Offer,
    kept: Begun,
    form: Form,
    errors: Sequence[FieldError] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    offered = forms.offered(form, kept)
    shown: Typed = forms.prefilled(form, kept, offered)
    filled = [
        each for path, each in offered.items() if not each.personal and not kept.typed.first(path).strip()
    ]
    context = {
        "form": forms.view(form, shown, errors, offered),
        "renewed": bool(kept.form_version and kept.form_version != form.version),
        "lent_note": _(
            "Values from the register are marked with their source; you may correct them and say why."
        )
        if filled
        else "",
        "saved_at": kept.saved_at,
        "keep_url": reverse("portal:keep_form", args=[asked.code]),
        "back_url": reverse("portal:apply", args=[asked.code]),
        **frame(asked, "form", kept),
    }
    return page(request, "portal/apply_form.html", context, status=status)


def frame(asked: Offer, now: str, kept: Begun | None) -> dict[str, Any]:
    """What every step shows around its own."""
    titles = {
        "start": _("Who and what"),
        "form": _("Form"),
        "materials": _("Materials"),
        "review": _("Check and file"),
    }
    order = [name for name, _route in STEPS]
    at = order.index(now)
    steps = [
        (
            titles[name],
            reverse(route, args=[asked.code]) if number < at or (kept and kept.whom) else "",
            "done" if number < at else "now" if number == at else "later",
        )
        for number, (name, route) in enumerate(STEPS)
    ]
    return {
        "offer": asked,
        "steps": steps,
        "step_title": titles[now],
        "whom": applicants.whom(kept) if kept and kept.whom else "",
        "keep_key": f"{asked.code}:{kept.request_key if kept else ''}",
        "breadcrumbs": [
            Crumb(_("Services"), reverse("portal:home")),
            Crumb(asked.name, asked.href),
            Crumb(_("Online application")),
        ],
    }
