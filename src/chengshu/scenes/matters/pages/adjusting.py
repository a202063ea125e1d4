"""Proposing an adjustment: the form of its process, filled in for one matter."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused, Typed
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.inbox import entry
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.models import OPEN_STATES, Matter
from chengshu.scenes.matters.pages.common import HANDLED, home, problem, status_of

FORM: Final = "matters.adjustment"


@door("matters.view")
def adjust(request: HttpRequest, local_code: str) -> HttpResponse:
    found, form = queries.matter_named(local_code), registers.form(FORM)
    if request.method != "POST":
        return _page(request, found, form, _begun(form, found))
    unit = entry.unit_of_asker(found.unit_id)
    typed = entry.read_entry(form, request, unit)
    if typed.gesture:
        return _page(request, found, form, typed)
    checked = registers.check(form, typed)
    if not checked.is_complete:
        return _page(request, found, form, typed, checked.errors, status=422)
    try:
        with transaction.atomic():
            variables = entry.variables_for(form, checked.values)
            case_id = actions.propose_adjustment(matter=found, variables=variables)
            subject = entry.case_subject(case_id)
            submission = registers.submit_form(subject=subject, form=form, typed=typed, unit=found.unit)
            entry.attach_files(case_id, form, submission)
    except FormRefused as refused:
        return _page(request, found, form, typed, refused.errors, status=422)
    except HANDLED as error:
        return _page(request, found, form, typed, error=error, status=status_of(error))
    response = HttpResponseRedirect(reverse("inbox:receipt", args=[case_id]))
    return flash(response, "success", _("The adjustment is proposed."))


def _begun(form: Form, found: Matter) -> Typed:
    """The form with what is known of the matter."""
    has_edition = found.editions.filter(state__in=OPEN_STATES).exists()
    change = "cancel" if not has_edition else "change" if found.number else "add"
    return registers.typed_from_values(
        form, {"matter": found.local_code, "matter_name": found.name, "change": change}
    )


def _page(
    request: HttpRequest,
    found: Matter,
    form: Form,
    typed: Typed,
    errors: tuple[FieldError, ...] = (),
    *,
    error: ChengshuError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "matter": found,
        "view": entry.drawn(form, typed, errors),
        "breadcrumbs": [
            home(),
            Crumb(found.name, reverse("matters:matter", args=[found.local_code])),
            Crumb(_("Adjustment of a matter")),
        ],
        **problem(error),
    }
    return render(request, "matters/adjust.html", context, status=status)
