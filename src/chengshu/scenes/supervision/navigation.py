"""The place of this scene in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

SUPERVISION = Group("supervision", _("Service supervision"), 50)

contribute(
    Entry(
        SUPERVISION,
        _("Overview of supervision"),
        "supervision:overview",
        "supervision.view",
        10,
        icon="board",
    ),
    Entry(SUPERVISION, _("Cards"), "supervision:cards", "supervision.view", 20, icon="alert"),
    Entry(SUPERVISION, _("Ratings"), "supervision:ratings", "supervision.view", 30, icon="users"),
    Entry(
        SUPERVISION, _("Rating figures"), "supervision:rating_figures", "supervision.view", 35, icon="chart"
    ),
    Entry(
        SUPERVISION,
        _("Inspections"),
        "supervision:inspections",
        "supervision.view_inspections",
        40,
        icon="eye",
    ),
    Entry(
        SUPERVISION, _("Inspection findings"), "supervision:findings", "supervision.view", 45, icon="search"
    ),
    Entry(SUPERVISION, _("Suggestion letters"), "supervision:letters", "supervision.view", 50, icon="file"),
    Entry(SUPERVISION, _("Rules"), "supervision:rules", "supervision.view", 60, icon="shield"),
)
