"""The menu of the promises; each page's module names its own entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute

PROMISES = Group("promises", _("Budget performance"), 10)

contribute(
    Entry(PROMISES, _("Promise board"), "promises:board", "promises.view", 10, "board"),
    Entry(PROMISES, _("Find promises"), "promises:find", "promises.view", 15, "search"),
    Entry(PROMISES, _("Findings"), "promises:findings", "promises.view", 20, "alert"),
    Entry(PROMISES, _("Reconciliation"), "promises:reconcile", "promises.view", 25, "check"),
    Entry(PROMISES, _("Review"), "promises:review", "promises.view", 30, "inbox"),
    Entry(PROMISES, _("Evidence"), "promises:evidence", "promises.view", 40, "shield"),
    Entry(PROMISES, _("Payments"), "promises:payments", "promises.view", 45, "wallet"),
    Entry(PROMISES, _("Double monitoring"), "promises:monitoring", "promises.view", 50, "chart"),
    Entry(PROMISES, _("Self-evaluation"), "promises:evaluations", "promises.view", 55, "pen"),
    Entry(PROMISES, _("Compare versions"), "promises:compare", "promises.view", 60, "sort"),
    Entry(PROMISES, _("Import tables"), "promises:import", "promises.import_tables", 70, "upload"),
    Entry(PROMISES, _("Downloads"), "promises:downloads", "promises.view", 75, "download"),
    Entry(PROMISES, _("Published targets"), "promises:public", Door.PUBLIC, 90, "globe"),
)
