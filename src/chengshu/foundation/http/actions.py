"""What an account keeps for its own use of pages."""

from __future__ import annotations

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.models import SavedView

MOST_VIEWS = 30
"""Saved views of one account on one page."""


@action(title=_("Save a view"), at=Reach.SELF)
def save_view(*, page: str, name: str, query: str) -> SavedView:
    """Keep the present filters of a page under a name; the same name again replaces them.

    :param page: the path of one of our pages, such as ``/promises/projects/``
    :param query: the filters as in an address, without the leading question mark
    :raises InvalidInput: if the page is not one of ours or the name is empty
    """
    account_id, name = signed_in_asker().account_id or 0, " ".join(name.split())
    if not name or len(name) > 60:
        raise InvalidInput(
            _("Give the view a name of at most 60 characters."), field="name", code="view.name"
        )
    if len(query) > 1000:
        raise InvalidInput(_("These filters are too long to keep."), field="query", code="view.query")
    _require_own_page(page)
    mine = SavedView.objects.filter(account_id=account_id, page=page)
    view = mine.filter(name=name).first()
    if view is None and mine.count() >= MOST_VIEWS:
        raise Conflict(
            _("There are %(count)d saved views of this page already.") % {"count": MOST_VIEWS},
            code="view.too_many",
            hint=_("Delete one that is no longer needed."),
        )
    view = view or SavedView(account_id=account_id, page=page, name=name)
    view.query = query.removeprefix("?")
    view.save()
    return view


@action(title=_("Delete a saved view"), at=Reach.SELF)
def delete_view(*, view: SavedView) -> None:
    """Forget a saved view."""
    view.delete()


@action(title=_("Export a table"), at=Reach.SELF)
def export_rows(*, name: str, form: str, rows: int, arguments: dict[str, str]) -> int:
    """Note in the audit chain that rows left the platform as a table; what may be read is settled by row security."""
    return rows


def _require_own_page(page: str) -> None:
    try:
        if len(page) > 200 or not page.startswith("/") or page.startswith("//"):
            raise Resolver404
        resolve(page)
    except Resolver404 as error:
        raise InvalidInput(
            _("This is no page of ours."), field="page", code="view.page", hint=_("Save it from its page.")
        ) from error
