"""Device groups: all of them, and one with its devices, its title, and putting devices in and taking them out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries
from chengshu.engines.streams.models import DeviceGroup
from chengshu.engines.streams.pages import showing
from chengshu.engines.streams.pages.choosing import by_field, unit_of, units_for
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.web.shell import Column, Crumb, Page

COLUMNS = (
    Column("title", gettext_lazy("Group"), header=True),
    Column("unit", gettext_lazy("Unit")),
    Column("device_count", gettext_lazy("Devices"), "number"),
)
MEMBER_COLUMNS = (
    *(one for one in showing.COLUMNS if one.key != "unit"),
    Column("take_out", gettext_lazy("Take out of the group"), "fit"),
)
LONGEST = 20_000


@door("streams.view")
def show_groups(request: HttpRequest) -> HttpResponse:
    return _groups(request)


def _groups(
    request: HttpRequest, given: Mapping[str, str] | None = None, error: InvalidInput | None = None
) -> HttpResponse:
    context = {
        "columns": COLUMNS,
        "rows": list(queries.groups()),
        "path": request.path,
        "units": units_for("streams.create_group"),
        "given": given or {},
        "errors": by_field([error] if error else ()),
        "may_create": current_asker().holds("streams.create_group"),
        "breadcrumbs": [Crumb(_("Devices"), reverse("streams:devices")), Crumb(_("Device groups"))],
    }
    return render(request, "streams/groups.html", context, status=422 if error else 200)


@door("streams.create_group")
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new group; what is wrong is said on the list."""
    typed = {name: request.POST.get(name, "").strip() for name in ("unit", "key", "title")}
    try:
        group = actions.create_group(unit=unit_of(request), key=typed["key"], title=typed["title"])
    except InvalidInput as error:
        return _groups(request, typed, error)
    return _back(group, _("The group is there; put devices into it."))


@door("streams.view")
def show_group(request: HttpRequest, group: str) -> HttpResponse:
    return _group(request, queries.group_by_key(group))


def _group(request: HttpRequest, group: DeviceGroup, error: InvalidInput | None = None) -> HttpResponse:
    asker = current_asker()
    page = paginate(queries.devices(group=group.key), order=("code",), cursor=request.GET.get("cursor", ""))
    names = ("rename_group", "group_devices", "ungroup_devices")
    may = {name for name in names if asker.holds_at(f"streams.{name}", group.unit_id)}
    context = {
        "group": group,
        "columns": MEMBER_COLUMNS if "ungroup_devices" in may else MEMBER_COLUMNS[:-1],
        "rows": showing.lines(page.rows),
        "page": Page(len(page.rows), previous=page.previous, next=page.next),
        "path": reverse("streams:group", args=[group.key]),
        "typed": request.POST,
        "errors": by_field([error] if error else ()),
        "may": may,
        "breadcrumbs": [
            Crumb(_("Devices"), reverse("streams:devices")),
            Crumb(_("Device groups"), reverse("streams:groups")),
            Crumb(group.title),
        ],
    }
    return render(request, "streams/group.html", context, status=422 if error else 200)


@door("streams.view")
@require_POST
def group_step(request: HttpRequest, group: str, turn: str) -> HttpResponse:
    """Rename a group, put devices in, or take one out."""
    found = queries.group_by_key(group)
    codes = [code for code in re.split(r"[\s,，、;；]+", request.POST.get("codes", "")[:LONGEST]) if code]
    try:
        match turn:
            case "rename":
                actions.rename_group(group=found, title=request.POST.get("title", ""))
                return _back(found, _("The group has its new title."))
            case "add":
                if not codes:
                    raise InvalidInput(_("Name at least one device."), field="codes")
                count = actions.group_devices(group=found, codes=codes)
                return _back(found, _("%(count)s devices are in the group now.") % {"count": count})
            case "remove":
                actions.ungroup_devices(group=found, codes=codes)
                return _back(found, _("The device is out of the group."))
    except InvalidInput as error:
        return _group(request, found, error)
    raise Missing(_("There is no such step."))


def _back(group: DeviceGroup, message: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("streams:group", args=[group.key]))
    return flash(response, "success", message)


group_routes = [
    path("groups/", show_groups, name="groups"),
    path("groups/create/", create, name="create_group"),
    path("groups/of/<slug:group>/", show_group, name="group"),
    path("groups/of/<slug:group>/<slug:turn>/", group_step, name="group_step"),
]
