"""Why a number changed: definition, data or reality, and where the difference lies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chengshu.engines.indicators.api import ChangeCause, definition, earlier_than, explain, history
from chengshu.engines.indicators.api import observation as observation_by_id
from chengshu.engines.indicators.data import ObservationView
from chengshu.foundation.errors import Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.hub.cockpit.pages.shared import whole
from chengshu.hub.cockpit.why import CAUSES, STEPS, breakdowns

TONES = {ChangeCause.DEFINITION: "info", ChangeCause.DATA: "caution", ChangeCause.REALITY: "neutral"}
MOST_CHOICES = 40


@require_GET
@door("indicators.view")
def show_why(request: HttpRequest, observation: int) -> HttpResponse:
    """The number of an observation against an earlier one: the one asked for, or that of the period before."""
    after = observation_by_id(observation)
    wanted = whole(request.GET.get("before", ""))
    before = observation_by_id(wanted) if wanted else earlier_than(after)
    found = explain(before.id, after.id) if before else None
    context = {
        "title": _title(after.name),
        "after": after,
        "found": found,
        "causes": [(cause, *CAUSES[cause], TONES[cause], found.by(cause)) for cause in ChangeCause]
        if found
        else [],
        "step_words": STEPS,
        "cause_words": {cause: CAUSES[cause][0] for cause in ChangeCause},
        "breakdowns": breakdowns(found) if found else [],
        "choices": _choices(after),
        "chosen": str(before.id) if before else "",
        "href": reverse("indicators:observation", args=[after.id]),
    }
    return render(request, "cockpit/why.html", context)


def _title(name: str) -> object:
    try:
        return definition(name).title
    except Missing:
        return name


def _choices(after: ObservationView) -> list[Option]:
    """Earlier observations of the same question or another period, the newest first."""
    seen = history(name=after.name, parameters=dict(after.parameters))
    earlier = [one for one in reversed(seen) if one.id < after.id][:MOST_CHOICES]
    return [
        Option(
            str(one.id),
            _("%(period)s, computed %(at)s: %(value)s")
            % {
                "period": str(one.period).replace("/", " – "),
                "at": f"{one.computed_at.astimezone():%Y-%m-%d %H:%M}",
                "value": "—" if one.value is None else f"{one.value:f}",
            },
        )
        for one in earlier
    ]
