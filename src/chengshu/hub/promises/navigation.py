"""The menu of the promises; each page's module names its own entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute

PROMISES = Group("promises", _("Budget performance"), 10)

contribute(
    Entry(PROMISES, _("Promise board"), "promises:board", "promises.view", 10),
    Entry(PROMISES, _("Find promises"), "promises:find", "promises.view", 20),
    Entry(PROMISES, _("Compare versions"), "promises:compare", "promises.view", 30),
    Entry(PROMISES, _("Review"), "promises:review", "promises.view", 40),
    Entry(PROMISES, _("Published targets"), "promises:public", Door.PUBLIC, 90),
    Entry(PROMISES, _("Findings"), "promises:findings", "promises.view", 40),
    Entry(PROMISES, _("Reconciliation"), "promises:reconcile", "promises.view", 45),
    Entry(PROMISES, _("Downloads"), "promises:downloads", "promises.view", 70),
    Entry(PROMISES, _("Import tables"), "promises:import", "promises.import_tables", 80),
)
contribute(
    Entry(PROMISES, _("Evidence"), "promises:evidence", "promises.view", 50),
    Entry(PROMISES, _("Payments"), "promises:payments", "promises.view", 60),
    Entry(PROMISES, _("Double monitoring"), "promises:monitoring", "promises.view", 70),
    Entry(PROMISES, _("Self-evaluation"), "promises:evaluations", "promises.view", 80),
)
