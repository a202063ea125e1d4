"""The shipped catalogue as first content, published so that portal and windows have something to offer."""

from __future__ import annotations

from chengshu.scenes.matters.actions.listing import make_list
from chengshu.scenes.matters.actions.shipping import ship_catalogue
from chengshu.scenes.matters.lists import KINDS
from chengshu.scenes.matters.models import ListVersion


def load() -> str:
    """Add what is missing, and make the lists if something was; says how much was added.

    What people change afterwards gets onto the lists by the daily round, not by a restart.
    """
    added = ship_catalogue()
    if any(added.values()) or _lacks_lists():
        for kind in KINDS:
            make_list(kind=kind.key)
    return ", ".join(f"{count} {name} added" for name, count in added.items())


def _lacks_lists() -> bool:
    made = set(ListVersion.objects.values_list("kind", flat=True).distinct().order_by())
    return any(kind.key not in made for kind in KINDS)
