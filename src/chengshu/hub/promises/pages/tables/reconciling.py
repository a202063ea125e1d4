"""The reconciliation page: every printed sum held against what it is made of."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.promises.pages.tables.frame import frame
from chengshu.hub.promises.pages.tables.showing import STATES, shown_checks
from chengshu.hub.promises.queries.reconciling import checks_of
from chengshu.hub.promises.rows import DEPARTMENT_REF


@door("promises.view")
def show_checks(request: HttpRequest) -> HttpResponse:
    year, context = frame(request, _("Reconciliation"))
    checks = checks_of(year, DEPARTMENT_REF) if year else []
    counted = Counter(check.state for check in checks)
    context |= {
        "checks": shown_checks(checks),
        "states": [(tone, label, counted[state]) for state, (tone, label) in STATES.items()],
        "is_partial": bool(year) and not checks,
    }
    return render(request, "promises/reconcile.html", context)
