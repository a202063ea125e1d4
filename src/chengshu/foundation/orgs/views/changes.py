"""Changing the organisation: one small form for each action of the security administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs import actions, queries
from chengshu.foundation.orgs.models import AppointmentKind, Post, Role, RoleReach, Unit, UnitKind
from chengshu.foundation.orgs.permissions import known_permissions
from chengshu.foundation.orgs.separation import assert_fitting
from chengshu.foundation.orgs.views.forms import Field, Form, Typed, form_page
from chengshu.foundation.web.shell import Option


def _unit_form(request: HttpRequest, unit: Unit, **form: object) -> HttpResponse:
    back = reverse("orgs:unit", args=[unit.pk])
    return form_page(request, Form(back=back, back_label=unit.shown_name, **form))  # type: ignore[arg-type]


def _post_form(request: HttpRequest, post: Post, **form: object) -> HttpResponse:
    back = reverse("orgs:post", args=[post.pk])
    return form_page(request, Form(back=back, back_label=post.title, **form))  # type: ignore[arg-type]


def _today() -> str:
    return timezone.localdate().isoformat()


def _reason() -> Field:
    return Field(
        "reason", _("Reason"), hint=_("Such as the number of the decision; kept in the audit record.")
    )


@door("orgs.create_unit")
def create_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    parent = queries.unit_by_id(unit_id)
    kinds = [Option(str(key), label) for key, label in UnitKind.choices if key != UnitKind.DISTRICT]

    def submit(typed: Typed) -> None:
        actions.create_unit(
            parent=parent,
            key=typed.text("key"),
            kind=typed.text("kind"),
            name=typed.text("name"),
            short_name=typed.text("short_name"),
            name_en=typed.text("name_en"),
            code=typed.text("code"),
            starts_on=typed.optional_day("starts_on"),
            source=typed.text("source"),
        )

    fields = [
        Field("name", _("Full name")),
        Field("short_name", _("Short name"), required=False),
        Field("name_en", _("English name"), required=False),
        Field("kind", _("Kind"), "select", options=kinds),
        Field("key", _("Key"), hint=_("Lower-case letters, digits and hyphens; never shown to people.")),
        Field("code", _("Code"), required=False, hint=_("Unified social credit or division code.")),
        Field("starts_on", _("Exists from"), "date", required=False),
        Field("source", _("Source"), required=False, hint=_("Where this is decided or published.")),
    ]
    title = _("Found a unit below %(unit)s") % {"unit": parent.shown_name}
    return _unit_form(
        request, parent, title=title, fields=fields, submit=submit, done=_("The unit exists now.")
    )


@door("orgs.rename_unit")
def rename_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)

    def submit(typed: Typed) -> None:
        actions.rename_unit(
            unit=unit,
            name=typed.text("name"),
            short_name=typed.text("short_name"),
            name_en=typed.text("name_en"),
            starts_on=typed.day("starts_on"),
            note=typed.text("note"),
        )

    fields = [
        Field("name", _("New full name")),
        Field("short_name", _("New short name"), required=False),
        Field("name_en", _("English name"), required=False, value=unit.name_en),
        Field("starts_on", _("Carries it from"), "date", value=_today()),
        Field("note", _("Note"), required=False, hint=_("Such as the number of the decision.")),
    ]
    lead = _("The present name stays findable with its dates.")
    title = _("Rename %(unit)s") % {"unit": unit.shown_name}
    return _unit_form(
        request,
        unit,
        title=title,
        lead=lead,
        fields=fields,
        submit=submit,
        done=_("The unit has its new name."),
    )


@door("orgs.add_alias")
def add_alias(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)

    def submit(typed: Typed) -> None:
        actions.add_alias(
            unit=unit,
            name=typed.text("name"),
            note=typed.text("note"),
            starts_on=typed.optional_day("starts_on"),
            ends_on=typed.optional_day("ends_on"),
        )

    fields = [
        Field("name", _("Other name")),
        Field("note", _("Note"), required=False, hint=_("Such as: printed short form.")),
        Field("starts_on", _("From"), "date", required=False),
        Field("ends_on", _("To"), "date", required=False),
    ]
    title = _("Another name of %(unit)s") % {"unit": unit.shown_name}
    return _unit_form(request, unit, title=title, fields=fields, submit=submit, done=_("The name is noted."))


@door("orgs.move_unit")
def move_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)
    places = [
        Option(str(one.pk), "　" * (one.path.count("/") - 1) + one.name)
        for one in queries.units(on=timezone.localdate())
        if not one.path.startswith(unit.path)
    ]

    def submit(typed: Typed) -> None:
        parent = Unit.objects.filter(pk=typed.number("parent")).first()
        if parent is None:
            raise InvalidInput(
                _("Choose where it stands from now on."), field="parent", code="parent_missing"
            )
        actions.move_unit(unit=unit, parent=parent, reason=typed.text("reason"))

    fields = [Field("parent", _("Under"), "select", value=str(unit.parent_id), options=places), _reason()]
    title = _("Move %(unit)s") % {"unit": unit.shown_name}
    lead = _("Everything below moves with it, and who reaches it changes at once.")
    return _unit_form(
        request, unit, title=title, lead=lead, fields=fields, submit=submit, done=_("The unit is moved.")
    )


@door("orgs.close_unit")
def close_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)

    def submit(typed: Typed) -> None:
        actions.close_unit(unit=unit, on=typed.day("on"), reason=typed.text("reason"))

    fields = [Field("on", _("Last day"), "date", value=_today()), _reason()]
    title = _("Close %(unit)s") % {"unit": unit.shown_name}
    lead = _("Its posts close and their appointments end with it; its records stay.")
    return _unit_form(
        request,
        unit,
        title=title,
        lead=lead,
        fields=fields,
        submit=submit,
        done=_("The unit is closed."),
        danger=True,
    )


@door("orgs.create_post")
def create_post(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)

    def submit(typed: Typed) -> None:
        key = typed.text("key")
        if not key.replace("_", "-").replace("-", "").isalnum() or not key.isascii() or len(key) > 60:
            raise InvalidInput(
                _("The key has letters, digits and hyphens only."), field="key", code="post_key"
            )
        actions.create_post(unit=unit, key=key, title=typed.text("title"), title_en=typed.text("title_en"))

    fields = [
        Field("title", _("Title")),
        Field("title_en", _("English title"), required=False),
        Field("key", _("Key"), hint=_("Lower-case letters, digits and hyphens; never shown to people.")),
    ]
    title = _("New post of %(unit)s") % {"unit": unit.shown_name}
    return _unit_form(
        request, unit, title=title, fields=fields, submit=submit, done=_("The post exists now.")
    )


@door("orgs.set_contact")
def set_contact(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = queries.unit_by_id(unit_id)
    posts = [Option(str(one.pk), one.title) for one in unit.posts.filter(closed_on=None)]

    def submit(typed: Typed) -> None:
        actions.set_contact(
            unit=unit,
            label=typed.text("label"),
            phone=typed.text("phone"),
            address=typed.text("address"),
            post=unit.posts.filter(pk=typed.number("post")).first(),
        )

    fields = [
        Field("label", _("Whose contact"), hint=_("Such as: duty desk. The same words again replace it.")),
        Field("post", _("Post"), "select", required=False, options=posts),
        Field("phone", _("Telephone"), "tel", required=False),
        Field("address", _("Address"), required=False),
    ]
    lead = _("Stored encrypted and shown masked; whoever needs it reveals it with a purpose.")
    title = _("Contact of %(unit)s") % {"unit": unit.shown_name}
    return _unit_form(
        request, unit, title=title, lead=lead, fields=fields, submit=submit, done=_("The contact is saved.")
    )


@door("orgs.remove_contact")
def remove_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = queries.contact_by_id(contact_id)
    response = HttpResponseRedirect(reverse("orgs:unit", args=[contact.unit_id]))
    if request.method != "POST":
        return response
    actions.remove_contact(contact=contact)
    return flash(response, "success", _("The contact is removed."))


@door("orgs.appoint")
def appoint(request: HttpRequest, post_id: int) -> HttpResponse:
    post = queries.post_by_id(post_id)
    accounts = Account.objects.filter(is_active=True).exclude(pk=current_asker().account_id or 0)
    options = [Option(str(one.pk), f"{one.title}（{one.username}）") for one in accounts]

    def submit(typed: Typed) -> None:
        account = accounts.filter(pk=typed.number("account")).first()
        if account is None:
            raise InvalidInput(_("Choose an account."), field="account", code="account_missing")
        actions.appoint(
            account=account,
            post=post,
            starts_on=typed.day("starts_on"),
            ends_on=typed.optional_day("ends_on"),
            kind=AppointmentKind(typed.text("kind") or "regular"),
            reason=typed.text("reason"),
        )

    kinds = [Option(str(key), label) for key, label in AppointmentKind.choices]
    fields = [
        Field("account", _("Account"), "select", options=options),
        Field("kind", _("How"), "radio", value="regular", options=kinds),
        Field("starts_on", _("First day"), "date", value=_today()),
        Field("ends_on", _("Last day"), "date", required=False, hint=_("Needed when acting.")),
        Field("reason", _("Reason"), required=False, hint=_("Needed when acting: for whom and why.")),
    ]
    title = _("Appoint to %(post)s") % {"post": post.title}
    return _post_form(
        request, post, title=title, fields=fields, submit=submit, done=_("The appointment is made.")
    )


@door("orgs.end_appointment")
def end_appointment(request: HttpRequest, appointment_id: int) -> HttpResponse:
    appointment = queries.appointment_by_id(appointment_id)

    def submit(typed: Typed) -> None:
        actions.end_appointment(appointment=appointment, on=typed.day("on"), reason=typed.text("reason"))

    title = _("End the appointment of %(account)s") % {"account": appointment.account.title}
    return _post_form(
        request,
        appointment.post,
        title=title,
        fields=[Field("on", _("Last day"), "date", value=_today()), _reason()],
        submit=submit,
        done=_("The appointment ends then."),
        danger=True,
    )


@door("orgs.assign_role")
def assign_role(request: HttpRequest, post_id: int) -> HttpResponse:
    post = queries.post_by_id(post_id)

    def submit(typed: Typed) -> None:
        role = Role.objects.filter(key=typed.text("role")).first()
        if role is None:
            raise InvalidInput(_("Choose a role."), field="role", code="role_missing")
        if typed.text("reach") not in RoleReach.values:
            raise InvalidInput(_("Choose how far the role reaches."), field="reach", code="reach")
        actions.assign_role(post=post, role=role, reach=RoleReach(typed.text("reach")))

    fields = [
        Field("role", _("Role"), "select", options=[Option(one.key, one.title) for one in queries.roles()]),
        Field(
            "reach",
            _("Reaches"),
            "radio",
            value="own",
            options=[Option(str(key), label) for key, label in RoleReach.choices],
        ),
    ]
    title = _("Give %(post)s a role") % {"post": post.title}
    lead = _("Everybody who holds the post has these powers at once and signs in again.")
    return _post_form(
        request,
        post,
        title=title,
        lead=lead,
        fields=fields,
        submit=submit,
        done=_("The post carries the role."),
    )


@door("orgs.withdraw_role")
def withdraw_role(request: HttpRequest, post_id: int) -> HttpResponse:
    post = queries.post_by_id(post_id)
    response = HttpResponseRedirect(reverse("orgs:post", args=[post.pk]))
    if request.method != "POST":
        return response
    actions.withdraw_role(post=post, role=queries.role_by_key(request.POST.get("role", "")))
    return flash(response, "success", _("The role is withdrawn."))


@door("orgs.close_post")
def close_post(request: HttpRequest, post_id: int) -> HttpResponse:
    post = queries.post_by_id(post_id)

    def submit(typed: Typed) -> None:
        actions.close_post(post=post, on=typed.day("on"), reason=typed.text("reason"))

    return _post_form(
        request,
        post,
        title=_("Close %(post)s") % {"post": post.title},
        lead=_("Its appointments end with it."),
        fields=[Field("on", _("Last day"), "date", value=_today()), _reason()],
        submit=submit,
        done=_("The post is closed."),
        danger=True,
    )


@door("orgs.change_role")
def change_role(request: HttpRequest, key: str) -> HttpResponse:
    role = queries.role_by_key(key)
    options = [
        Option(one.name, f"{one.app_title} · {one.title}", one.name)
        for one in known_permissions().values()
        if one.name in role.permissions or _may_hold(role, one.name)
    ]

    def submit(typed: Typed) -> None:
        actions.change_role(role=role, permissions=typed.several("permissions"), reason=typed.text("reason"))

    fields = [
        Field("permissions", _("May do"), "checkboxes", False, value=list(role.permissions), options=options),
        _reason(),
    ]
    form = Form(
        title=_("What %(role)s may do") % {"role": role.title},
        lead=_("Whoever holds the role signs in again."),
        fields=fields,
        submit=submit,
        done=_("The role is changed."),
        back=reverse("orgs:role", args=[role.key]),
        back_label=role.title,
    )
    return form_page(request, form)


def _may_hold(role: Role, permission: str) -> bool:
    try:
        assert_fitting(role, [permission])
    except ChengshuError:
        return False
    return True
