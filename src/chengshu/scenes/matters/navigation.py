"""The place of this scene in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

MATTERS = Group("matters", _("Matters and powers"), 30)

contribute(
    Entry(MATTERS, _("Catalogue of matters"), "matters:catalogue", "matters.view", 10, icon="board"),
    Entry(MATTERS, _("Check of elements"), "matters:lint", "matters.view", 20, icon="check"),
    Entry(MATTERS, _("Lists of matters"), "matters:lists", "matters.view", 30, icon="target"),
    Entry(MATTERS, _("Powers and duties"), "matters:powers", "matters.view", 40, icon="shield"),
    Entry(MATTERS, _("Delegated powers"), "matters:ledger", "matters.view", 50, icon="inbox"),
    Entry(MATTERS, _("Texts of law"), "matters:laws", "matters.view", 60, icon="file"),
)
