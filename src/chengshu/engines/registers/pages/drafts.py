"""What one has begun to fill in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.registers import actions, queries
from chengshu.engines.registers.subjects import address_of
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render


@door(Door.SIGNED_IN)
def drafts(request: HttpRequest) -> HttpResponse:
    """One's own drafts, each with the way back to what it is for."""
    found = [(draft, address_of(draft.subject)) for draft in queries.drafts()]
    return render(request, "registers/drafts.html", {"drafts": found})


@door(Door.SIGNED_IN)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    actions.discard_draft(subject=request.POST.get("subject", ""))
    return flash(HttpResponseRedirect(reverse("registers:drafts")), "success", _("The draft is discarded."))
