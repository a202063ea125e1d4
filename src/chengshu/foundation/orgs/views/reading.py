"""Reading the organisation: the tree on a day, units, posts, roles, and who may do what where."""

from __future__ import annotations

import csv
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs import queries
from chengshu.foundation.orgs.models import Role, Unit
from chengshu.foundation.orgs.permissions import Permission, known_permissions, permission_title
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option


def day_of(request: HttpRequest) -> date:
    """The day asked for; today when there is none or it is no day."""
    try:
        return parse_date(request.GET.get("on", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@door(Door.SIGNED_IN)
def tree(request: HttpRequest) -> HttpResponse:
    """The organisation on a day; searching finds former names too."""
    on, search = day_of(request), request.GET.get("search", "").replace("\x00", "")
    closed = request.GET.get("closed") == "on"
    roots = queries.tree(on, search=search, closed=closed)
    context = {
        "roots": roots,
        "count": _count(roots),
        "search": search,
        "on": on,
        "is_today": on == timezone.localdate(),
        "closed": closed,
    }
    return render(request, "orgs/tree.html", context)


def _count(branches: list[queries.Branch]) -> int:
    return sum(1 + _count(branch.children) for branch in branches)


@door(Door.SIGNED_IN)
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """One unit: what it is, its names over time, its posts with holders, its contacts."""
    found, on = queries.unit_by_id(unit_id), timezone.localdate()
    asker = current_asker()
    verbs = ("create_unit", "rename_unit", "add_alias", "close_unit", "create_post", "set_contact")
    may = {verb: asker.holds_at(f"orgs.{verb}", found.pk) for verb in verbs}
    context = {
        "unit": found,
        "is_active": found.is_active(on),
        "aliases": list(found.aliases.order_by("valid_to", "name")),
        "children": list(found.children.order_by("valid_to", "path")),
        "posts": queries.posts_of(found, on),
        "contacts": queries.contacts_of(found),
        "may": {**may, "move_unit": asker.holds("orgs.move_unit") and found.parent_id is not None},
        "may_reveal": asker.holds_at("orgs.reveal_contact", found.pk),
        "may_remove_contact": asker.holds_at("orgs.remove_contact", found.pk),
        "breadcrumbs": crumbs_to(found),
    }
    return render(request, "orgs/unit.html", context)


def crumbs_to(unit: Unit) -> list[Crumb]:
    """The way from the root to a unit; the last step has no address."""
    ends = [end for end, sign in enumerate(unit.path) if sign == "/"]
    above = Unit.objects.filter(path__in=[unit.path[: end + 1] for end in ends[:-1]]).order_by("path")
    return [
        Crumb(_("Organisation"), reverse("orgs:tree")),
        *(Crumb(one.shown_name, reverse("orgs:unit", args=[one.pk])) for one in above),
        Crumb(unit.shown_name),
    ]


@door(Door.SIGNED_IN)
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """One post: the roles it carries and who held it when."""
    found = queries.post_by_id(post_id)
    asker, today = current_asker(), timezone.localdate()
    verbs = ("appoint", "end_appointment", "assign_role", "withdraw_role", "close_post")
    context = {
        "post": found,
        "today": today,
        "post_roles": list(found.post_roles.select_related("role").order_by("role__key")),
        "history": queries.history_of_post(found),
        "may": {verb: asker.holds_at(f"orgs.{verb}", found.unit_id) for verb in verbs},
        "breadcrumbs": [
            *crumbs_to(found.unit)[:-1],
            Crumb(found.unit.shown_name, reverse("orgs:unit", args=[found.unit_id])),
            Crumb(found.title),
        ],
    }
    return render(request, "orgs/post.html", context)


@door(Door.SIGNED_IN)
def roles(request: HttpRequest) -> HttpResponse:
    """All roles with how many posts carry them."""
    return render(request, "orgs/roles.html", {"roles": queries.roles()})


@door(Door.SIGNED_IN)
def role(request: HttpRequest, key: str) -> HttpResponse:
    """One role: its permissions by app in words, and where it is carried."""
    found = queries.role_by_key(key)
    context = {
        "role": found,
        "apps": permissions_by_app(found),
        "carried": queries.posts_with_role(found, timezone.localdate()),
        "may_change": current_asker().holds("orgs.change_role"),
        "breadcrumbs": [Crumb(_("Roles"), reverse("orgs:roles")), Crumb(found.title)],
    }
    return render(request, "orgs/role.html", context)


def permissions_by_app(role: Role) -> list[tuple[str, list[Permission]]]:
    """A role's permissions grouped by the app they belong to; names that no app knows any more come as they are."""
    known = known_permissions()
    held = [
        known.get(name) or Permission(name, permission_title(name), name.partition(".")[0], name, True)
        for name in sorted(role.permissions)
    ]
    return [
        (str(group[0].app_title), group)
        for _app, members in groupby(held, key=lambda one: one.app)
        for group in [list(members)]
    ]


POWER_COLUMNS = (
    Column("account", gettext_lazy("Account"), header=True),
    Column("roles", gettext_lazy("Roles")),
    Column("permissions", gettext_lazy("May do, and where")),
)


@door("orgs.view_powers", title=gettext_lazy("See who may do what where"))
def powers(request: HttpRequest) -> HttpResponse:
    """Who may do what where on a day, by permission or by account."""
    permission, account = (
        request.GET.get("permission", ""),
        request.GET.get("account", "").replace("\x00", ""),
    )
    on = day_of(request)
    rows = queries.who_holds(permission=permission, account=account, on=on) if permission or account else []
    options = [Option(one.name, f"{one.app_title} · {one.title}") for one in known_permissions().values()]
    context = {
        "rows": rows,
        "asked": bool(permission or account),
        "on": on,
        "columns": POWER_COLUMNS,
        "query": {"permission": permission, "account": account, "on": request.GET.get("on", "")},
        "filters": [
            Filter("permission", _("Power"), permission, options=options),
            Filter("account", _("Account"), account, kind="search", placeholder=_("User name or shown name")),
            Filter("on", _("On the day"), on.isoformat(), kind="date"),
        ],
        "title_of": permission_title,
        "role_titles": dict(Role.objects.values_list("key", "title")),
    }
    return render(request, "orgs/powers.html", context)


@door(Door.SIGNED_IN)
def contacts_csv(request: HttpRequest) -> HttpResponse:
    """All official contacts as a table; masked like everywhere."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Unit"), _("Post"), _("Contact"), _("Telephone"), _("Address")])
    for one in queries.contacts_of():
        row = [
            one.unit.name,
            one.post.title if one.post else "",
            one.label,
            one.phone_masked,
            one.address_masked,
        ]
        writer.writerow([f"'{text}" if text.startswith(("=", "+", "-", "@")) else text for text in row])
    return response
