"""The page of notices: what waits for the asker's posts, and what was read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Role
from chengshu.foundation.web.shell import Tab
from chengshu.hub.notices import queries
from chengshu.hub.notices.actions import read_notice

MOST = 100


@require_GET
@door("notices.view", title=_("See the notices to one's posts"))
def list_notices(request: HttpRequest) -> HttpResponse:
    everything = queries.notices_to(current_asker())
    waiting = everything.filter(queries.OPEN)
    is_open = request.GET.get("show") != "past"
    shown = waiting if is_open else everything.exclude(queries.OPEN)
    home = reverse("notices:list")
    context = {
        "notices": shown[:MOST],
        "is_open": is_open,
        "roles": dict(Role.objects.values_list("key", "title")),
        "tabs": [
            Tab(_("Not read yet"), home, is_open, waiting.count()),
            Tab(_("Read or over"), f"{home}?show=past", not is_open),
        ],
    }
    return render(request, "notices/list.html", context)


@require_POST
@door("notices.view")
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    read_notice(notice_id=notice_id)
    return flash(HttpResponseRedirect(reverse("notices:list")), "success", _("Marked as read."))
