"""Saved views as a page's table wants them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.compiled import compiled
from chengshu.foundation.errors import Missing
from chengshu.foundation.http import models
from chengshu.foundation.web.shell import SavedView

PASSING = ("cursor", "density")
"""Parts of an address that are not worth keeping."""


def my_views(page: str = "") -> QuerySet[models.SavedView]:
    """The asker's saved views, of one page or of all."""
    mine = models.SavedView.objects.filter(account_id=signed_in_asker().account_id or 0)
    return mine.filter(page=page) if page else mine


def my_view(pk: int) -> models.SavedView:
    """One of the asker's saved views.

    :raises Missing: if there is none, or it is somebody else's
    """
    found = my_views().filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Missing(_("There is no such saved view of yours."), code="view.missing")
    return found


def views_of(request: HttpRequest) -> list[SavedView]:
    """What ``data_table(views=…)`` takes."""
    now = kept_query(request)
    kept = _views_of_page(signed_in_asker().account_id or 0, request.path)
    return [SavedView(view.name, view.href, view.query == now) for view in kept]


@compiled
def _views_of_page(account_id: int, page: str) -> QuerySet[models.SavedView]:
    return models.SavedView.objects.filter(account_id=account_id, page=page)


def save_view_url(request: HttpRequest) -> str:
    """What ``data_table(save_view_url=…)`` takes."""
    return f"{reverse('http:save_view')}?{urlencode({'page': request.path, 'query': kept_query(request)})}"


def kept_query(request: HttpRequest) -> str:
    """The filters and the order of a page's address, in a steady form."""
    kept = [(key, value) for key, value in sorted(request.GET.lists()) if key not in PASSING and any(value)]
    return urlencode(kept, doseq=True)
