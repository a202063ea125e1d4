"""Everybody's own: lending one's powers for a time, and revealing a contact for a purpose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation import masking
from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs import actions, queries
from chengshu.foundation.orgs.permissions import permission_title
from chengshu.foundation.orgs.powers import NEVER_DELEGATED, own_powers
from chengshu.foundation.orgs.views.forms import Field, Form, Typed, form_page
from chengshu.foundation.orgs.views.reading import crumbs_to
from chengshu.foundation.web.shell import Crumb, Option


@door(Door.SIGNED_IN)
def my_delegations(request: HttpRequest) -> HttpResponse:
    """What I have lent and what was lent to me."""
    given, received = queries.delegations_of(signed_in_asker().account_id or 0)
    context = {
        "given": given,
        "received": received,
        "today": timezone.localdate(),
        "title_of": permission_title,
        "may_lend": bool(_lendable()),
    }
    return render(request, "orgs/delegations.html", context)


@door(Door.SIGNED_IN)
def delegate(request: HttpRequest) -> HttpResponse:
    """Lend some of my powers."""
    account_id = signed_in_asker().account_id or 0
    others = Account.objects.filter(is_active=True).exclude(pk=account_id)
    administrators = others.filter(appointments__post__post_roles__role__admin_kind__gt="")
    business = others.exclude(pk__in=administrators.values("pk"))

    def submit(typed: Typed) -> None:
        receiver = others.filter(pk=typed.number("receiver")).first()
        if receiver is None:
            raise InvalidInput(_("Choose an account."), field="receiver", code="account_missing")
        actions.delegate(
            receiver=receiver,
            permissions=typed.several("permissions"),
            starts_on=typed.day("starts_on"),
            ends_on=typed.day("ends_on"),
            reason=typed.text("reason"),
        )

    today = timezone.localdate().isoformat()
    powers = [Option(name, permission_title(name), name) for name in _lendable()]
    fields = [
        Field(
            "receiver",
            _("Lent to"),
            "select",
            options=[Option(str(one.pk), f"{one.title}（{one.username}）") for one in business],
        ),
        Field("permissions", _("Powers"), "checkboxes", options=powers),
        Field("starts_on", _("First day"), "date", value=today),
        Field("ends_on", _("Last day"), "date"),
        Field("reason", _("Reason"), hint=_("Such as the leave; kept in the audit record.")),
    ]
    form = Form(
        title=_("Lend powers"),
        lead=_(
            "Only what your own posts give you, with the same reach. What is done with it says on whose behalf."
        ),
        fields=fields,
        submit=submit,
        done=_("The powers are lent from the first to the last day."),
        back=reverse("orgs:my_delegations"),
        back_label=_("My delegations"),
        label=_("Lend"),
    )
    return form_page(request, form)


def _lendable() -> list[str]:
    account_id = signed_in_asker().account_id or 0
    held = own_powers(account_id, timezone.localdate())
    return sorted(name for name in held if not name.startswith(NEVER_DELEGATED))


@door(Door.SIGNED_IN)
def revoke_delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    response = HttpResponseRedirect(reverse("orgs:my_delegations"))
    if request.method != "POST":
        return response
    actions.revoke_delegation(delegation=queries.delegation_by_id(delegation_id))
    return flash(response, "success", _("The delegation is revoked."))


@door("orgs.reveal_contact")
def reveal_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Ask for the purpose, then show the clear value once."""
    contact = queries.contact_by_id(contact_id)
    labels = {name: field.label for name, field in masking.fields_of(contact).items()}
    typed = Typed(request)
    context: dict[str, Any] = {
        "contact": contact,
        "options": [Option(name, label) for name, label in labels.items()],
        "field": typed.text("field") or request.GET.get("field", "phone"),
        "purpose": typed.text("purpose"),
        "labels": labels,
        "errors": [],
        "wrong": {},
        "breadcrumbs": [
            *crumbs_to(contact.unit)[:-1],
            Crumb(contact.unit.shown_name, reverse("orgs:unit", args=[contact.unit_id])),
            Crumb(contact.label),
        ],
    }
    if request.method != "POST":
        return render(request, "orgs/reveal.html", context)
    try:
        value = actions.reveal_contact(contact=contact, field=context["field"], purpose=context["purpose"])
    except InvalidInput as error:
        words = f"{error.message} {error.hint}".strip()
        context |= {"errors": [(f"id_{error.field}", words)], "wrong": {error.field: words}}
        return render(request, "orgs/reveal.html", context, status=422)
    return render(request, "orgs/revealed.html", {**context, "value": value})
