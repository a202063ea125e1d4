"""The last step: what the machine found, everything once more, and filing; then the receipt."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengshu.engines.registers.data import Form, FormRefused, Typed
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.problem import status_of
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Applicant, CheckFinding, Filed
from chengshu.scenes.portal import checking, forms
from chengshu.scenes.portal.applicants import applicant_of
from chengshu.scenes.portal.begun import Begun, begun, forget, keep
from chengshu.scenes.portal.offers import Offer, offer
from chengshu.scenes.portal.pages.apply import frame, saved_for_later
from chengshu.scenes.portal.pages.frame import page, sentence

COOKIE: Final = "chengshu_receipt"
COOKIE_AGE_S: Final = 3600
"""The access code is shown for an hour in the browser that filed; after that only the paper has it."""


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Everything once more; filing is one click, and a second click files nothing again."""
    asked = offer(code)
    kept = begun(code)
    if kept is None or not kept.whom:
        return _filed_already(request, asked) or HttpResponseRedirect(reverse("portal:apply", args=[code]))
    form = forms.form_of(asked)
    if request.method != "POST":
        return _page(request, asked, kept, form)
    if request.POST.get("later"):
        keep(kept, form)
        return saved_for_later()
    try:
        filed = _file(asked, kept, form)
    except FormRefused as refused:
        found = [
            CheckFinding(e.path, f"{e.title}{_(': ')}{e.reason}" if e.title else e.reason, e.next_step)
            for e in refused.errors
        ]
        return _page(request, asked, kept, form, refused=found, status=422)
    except (InvalidInput, Conflict, Refused, Missing) as error:
        return _page(request, asked, kept, form, refusal=sentence(error), status=status_of(error))
    forget(code)
    return _receipt_of(filed)


def _file(asked: Offer, kept: Begun, form: Form) -> Filed:
    common: dict[str, Any] = {
        "form": form,
        "typed": kept.typed,
        "applicant": applicant_of(kept),
        "answers": kept.answers,
        "reuse": kept.keys_going("reuse"),
        "pledges": kept.keys_going("pledge") if "pledge_signed" in kept.signed else (),
        "deferrals": kept.keys_going("defer") if "deferral_signed" in kept.signed else (),
        "channel": "portal",
        "request_key": kept.request_key,
        "authorisation_id": kept.authorisation_id,
        "region_mode": kept.region_mode,
    }
    if asked.is_bundle:
        return services.file_bundle(key=asked.code, **common)
    received = int(kept.received_at) if kept.received_at.isdigit() else None
    return services.file_application(local_code=asked.code, received_at_unit_id=received, **common)


def _filed_already(request: HttpRequest, asked: Offer) -> HttpResponse | None:
    """The second of two clicks: the first has filed it and cleared the draft away."""
    key = request.POST.get("request_key", "")[:64]
    if not key:
        return None
    nobody = Applicant(kind="person", name="", identity="")
    try:
        if asked.is_bundle:
            found = services.file_bundle(
                key=asked.code, form=None, typed=Typed(), applicant=nobody, request_key=key
            )
        else:
            found = services.file_application(
                local_code=asked.code, form=None, typed=Typed(), applicant=nobody, request_key=key
            )
    except ChengshuError:
        return None
    return _receipt_of(found)


def _receipt_of(filed: Filed) -> HttpResponse:
    path = reverse("portal:receipt", args=[filed.application_id])
    response = HttpResponseRedirect(path)
    note = json.dumps([filed.application_id, filed.access_code])
    response.set_cookie(
        COOKIE,
        signing.Signer(salt=COOKIE).sign(note),
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
        path=path,
    )
    return response


@require_safe
@door(Door.SIGNED_IN)
def receipt(request: HttpRequest, application_id: int) -> HttpResponse:
    """Number and code to keep."""
    application = services.application(application_id)
    paper = next((each for each in application.papers if each.kind == "receipt"), None)
    context = {
        "a": application,
        "access_code": _code_in(request, application_id),
        "receipt_url": reverse("services:paper", args=[paper.paper_id]) if paper else "",
        "breadcrumbs": [
            Crumb(_("My applications"), reverse("portal:mine")),
            Crumb(application.number),
        ],
    }
    return page(request, "portal/receipt.html", context)


def _code_in(request: HttpRequest, application_id: int) -> str:
    """The access code, in the browser that has just filed this application."""
    try:
        known, code = json.loads(signing.Signer(salt=COOKIE).unsign(request.COOKIES.get(COOKIE, "")))
    except (signing.BadSignature, ValueError):
        return ""
    return str(code) if known == application_id else ""


def _page(
    request: HttpRequest,
    asked: Offer,
    kept: Begun,
    form: Form,
    *,
    refused: list[CheckFinding] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    found, materials = checking.found_by(asked, kept, form)
    known = {each.field for each in found if each.blocks}
    found += [each for each in refused or () if each.field not in known]
    findings = checking.findings_for(asked, found)
    blocking = sum(1 for each in findings if each.blocks)
    context = {
        "findings": findings,
        "blocking": blocking,
        "passes": not blocking,
        "refusal": refusal,
        "form": forms.view(form, Typed(dict(kept.form_entries)), read_only=True),
        "materials": checking.states(materials),
        "children": _children(asked, kept),
        "request_key": kept.request_key,
        "form_url": reverse("portal:form", args=[asked.code]),
        "materials_url": reverse("portal:materials", args=[asked.code]),
        "discard_url": reverse("portal:discard", args=[asked.code]),
        **frame(asked, "review", kept),
    }
    return page(request, "portal/apply_review.html", context, status=status)


def _children(asked: Offer, kept: Begun) -> list[dict[str, str]]:
    if not asked.is_bundle:
        return []
    return [
        {
            "name": part.matter.elements.name,
            "unit": part.matter.unit_name,
            "limit": part.matter.elements.promised_limit or part.matter.elements.legal_limit,
        }
        for part in asked.parts_under(kept.answers)
    ]
