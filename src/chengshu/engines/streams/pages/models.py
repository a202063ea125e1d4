"""Thing models: all of them, and one with what it measures, tells and takes, version by version."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries
from chengshu.engines.streams.models import VersionState
from chengshu.engines.streams.things import DefinitionRefused, Kind, Mistake, read_definition
from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb

COLUMNS = (
    Column("title", gettext_lazy("Thing model"), header=True),
    Column("manufacturer", gettext_lazy("Manufacturer")),
    Column("device_count", gettext_lazy("Devices"), kind="number"),
    Column("unit", gettext_lazy("Unit")),
)
TONES = {VersionState.DRAFT: "caution", VersionState.PUBLISHED: "positive", VersionState.RETIRED: "neutral"}
KINDS = {
    Kind.NUMBER: gettext_lazy("Number"),
    Kind.INTEGER: gettext_lazy("Whole number"),
    Kind.BOOLEAN: gettext_lazy("Yes or no"),
    Kind.CHOICE: gettext_lazy("Choice"),
    Kind.TEXT: gettext_lazy("Text"),
}
LONGEST_SOURCE = 200_000


@door("streams.view")
def model_list(request: HttpRequest) -> HttpResponse:
    """Every kind of device, with how many the asker sees of it."""
    return render(
        request, "streams/models.html", {"rows": list(queries.counted_models()), "columns": COLUMNS}
    )


@door("streams.view")
def model_detail(request: HttpRequest, model: str) -> HttpResponse:
    """One kind of device; a new version is written as JSON and says every mistake."""
    found = queries.thing_model(model)
    versions = list(found.versions.all())
    shown = next(
        (each for each in versions if each.state == VersionState.PUBLISHED), versions[0] if versions else None
    )
    typed, mistakes = "", tuple[Mistake, ...]()
    if request.method == "POST":
        typed = request.POST.get("definition", "")[:LONGEST_SOURCE]
        try:
            actions.save_model_version(
                model=found, definition=_json(typed), note=request.POST.get("note", "")
            )
        except DefinitionRefused as refused:
            mistakes = refused.mistakes
        else:
            back = HttpResponseRedirect(reverse("streams:model", args=[found.key]))
            return flash(back, "success", _("The version is saved as a draft."))
    asker = current_asker()
    context = {
        "model": found,
        "versions": versions,
        "shown": shown,
        "definition": read_definition(shown.definition) if shown else None,
        "tones": TONES,
        "kinds": KINDS,
        "typed": typed or (json.dumps(shown.definition, ensure_ascii=False, indent=2) if shown else ""),
        "mistakes": mistakes,
        "may_save": asker.holds_at("streams.save_model_version", found.unit_id),
        "may_publish": asker.holds_at("streams.publish_model_version", found.unit_id),
        "breadcrumbs": [Crumb(_("Thing models"), reverse("streams:models")), Crumb(found.title)],
    }
    return render(request, "streams/model.html", context, status=422 if mistakes else 200)


def _json(typed: str) -> dict[str, object]:
    """What was typed; something that is no JSON object is refused where definitions are read."""
    try:
        read = json.loads(typed)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        read_definition(None)
    return dict(read)


@door("streams.view")
@require_POST
def publish(request: HttpRequest, model: str, number: int) -> HttpResponse:
    actions.publish_model_version(version=queries.model_version(model, number))
    back = HttpResponseRedirect(reverse("streams:model", args=[model]))
    return flash(back, "success", _("The version is in use."))
