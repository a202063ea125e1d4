"""A promise's page: what is printed, what it means, what is wrong with it, what came of it, and how one knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.foundation.errors import Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.promises.coverage import reasons
from chengshu.hub.promises.evaluation.measures import STATISTIC_NAMES
from chengshu.hub.promises.judging import promise_of
from chengshu.hub.promises.measured import Measured
from chengshu.hub.promises.models import BudgetYear, Commitment, Observation
from chengshu.hub.promises.pages.board import findings as finding_words
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.board.live import course_of, latest_of, live_of
from chengshu.hub.promises.pages.board.meaning import direction_of, explain, gauge
from chengshu.hub.promises.pages.board.words import Piece, word_changes
from chengshu.hub.promises.queries.promises import PromiseFile, promise
from chengshu.hub.promises.queries.years import year_named, years


@door("promises.view")
def show_promise(request: HttpRequest, slug: str) -> HttpResponse:
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    file = promise(year, wording.ref_of(slug))
    suffix = wording.with_year("", year, known[0])
    commitment, standing = file.commitment, file.standing
    known_now = promise_of(file.indicator)
    seen = known_now.observations
    way, why = direction_of(commitment)
    context = {
        "year": year,
        "file": file,
        "commitment": commitment,
        "standing": standing,
        "suffix": suffix,
        "title": commitment.name or _("(no name printed)"),
        "breadcrumbs": _trail(file, suffix),
        "project_url": reverse("promises:project", kwargs={"ref": file.form.ref}) + suffix,
        "project_title": _project_title(file, year),
        "family": wording.FAMILY_TITLES.get(commitment.family, wording.FAMILY_SHORT[""]),
        "verdict": wording.VERDICTS[standing.verdict],
        "tone": wording.VERDICT_TONES[standing.verdict],
        "reason": wording.reason_of(standing.verdict, standing.reason),
        "binding": wording.BINDINGS[standing.binding_kind],
        "binding_tone": wording.BINDING_TONES[standing.binding_kind],
        "binding_words": wording.BINDINGS,
        "binding_tones": wording.BINDING_TONES,
        "annual": explain(commitment.annual_raw, commitment.name),
        "period": _period(commitment),
        "told": _told(commitment, way, why),
        "findings": finding_words.shown(file.findings),
        "latest": latest_of(seen),
        "live": live_of(known_now),
        "gauge": gauge(commitment, latest_of(seen), known_now.measured),
        "statistic_words": STATISTIC_NAMES,
        "history": _chart(file, seen, known_now.measured),
        "versions": _versions(file),
        "around": _around(file, suffix),
        "form_url": wording.address("promises:form", ref=file.form.ref),
        "attest_url": "" if known_now.is_computed else _attesting(request, slug),
        "why_not_computed": "" if known_now.is_computed else reasons(year.year).get(file.indicator.ref, ""),
    }
    return render(request, "promises/indicator.html", context)


def _attesting(request: HttpRequest, slug: str) -> str:
    """Where to attest a value, for whoever may."""
    asker = request.asker  # type: ignore[attr-defined]
    return wording.address("promises:attest", slug=slug) if asker.holds("promises.attest") else ""


def _told(commitment: Commitment, way: Words, why: Words) -> list[tuple[Words, object, Words]]:
    """What the form or its reading says beside the value: term, value, note."""
    told: list[tuple[Words, object, Words]] = [
        (_("Direction"), way, why),
        (_("Weight"), commitment.weight, ""),
        (_("Formula"), commitment.calc_formula, ""),
        (_("Data source"), commitment.data_source, ""),
    ]
    return [row for row in told if row[1] not in (None, "")]


def _trail(file: PromiseFile, suffix: str) -> list[Crumb]:
    form = reverse("promises:project", kwargs={"ref": file.form.ref}) + suffix
    label = (
        f"{file.form.ref} {file.form.project.name}" if file.form.project else _("The department as a whole")
    )
    return [
        Crumb(_("Promise board"), reverse("promises:board") + suffix),
        Crumb(label, form),
        Crumb(file.indicator.ref),
    ]


def _project_title(file: PromiseFile, year: BudgetYear) -> str:
    return file.form.project.name if file.form.project else year.department_name


def _period(commitment: Commitment) -> Any:
    """The target of the whole period, explained where it says something else than the year's."""
    if not commitment.period_raw or commitment.period_raw == commitment.annual_raw:
        return None
    return explain(commitment.period_raw, commitment.name)


def _chart(
    file: PromiseFile, observations: Sequence[Observation], measured: Measured | None
) -> dict[str, Any] | None:
    """The values over time against the target; nothing to draw below two numbers."""
    numbers = course_of(observations)
    bound = gauge(file.commitment, numbers[-1], measured) if numbers else None
    if len(numbers) < 2 or bound is None:
        return None
    return {
        "kind": "line",
        "unit": bound.unit,
        "categories": [seen.as_of.isoformat() for seen in numbers],
        "series": [
            {
                "name": _("Actual"),
                "values": [seen.value.normalize() for seen in numbers if seen.value is not None],
            },
            {
                "name": _("Target"),
                "values": [bound.target for _seen in numbers],
                "dashed": True,
                "tone": "neutral",
            },
        ],
    }


def _versions(file: PromiseFile) -> list[dict[str, Any]]:
    """Each version of the promise with what it changed against the one before it."""
    earlier = [*file.commitments[1:], None]
    return [
        {
            "version": now.version,
            "state": _("In force")
            if now.version_id == file.form.current_id
            else now.version.get_state_display(),
            "changes": _changes(before, now) if before else None,
        }
        for now, before in zip(file.commitments, earlier, strict=True)
    ]


def _changes(before: Commitment, now: Commitment) -> list[tuple[Words, list[Piece]]]:
    labels = {
        "name": _("Indicator"),
        "annual_raw": _("Annual target"),
        "period_raw": _("Target of the whole period"),
        "l2_name": _("Second level"),
        "l2_code": _("Second-level code"),
    }
    return [
        (label, word_changes(getattr(before, name), getattr(now, name)))
        for name, label in labels.items()
        if getattr(before, name) != getattr(now, name)
    ]


def _around(file: PromiseFile, suffix: str) -> dict[str, tuple[str, str]]:
    refs = [ref for ref, _name in file.neighbours]
    if file.indicator.ref not in refs:
        return {}
    at, names = refs.index(file.indicator.ref), dict(file.neighbours)
    return {
        key: (
            f"{refs[index]} {names[refs[index]]}",
            reverse("promises:indicator", kwargs={"slug": wording.slug_of(refs[index])}) + suffix,
        )
        for key, index in {"previous": at - 1, "next": at + 1}.items()
        if 0 <= index < len(refs)
    }
