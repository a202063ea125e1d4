"""The registry as a list: plain definitions, and each subject of each template, page by page.

There may be thousands; a page asks the database a fixed number of times, whatever their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from chengshu.engines.indicators.colours import Colour, colour_of, thresholds_on
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition
from chengshu.engines.indicators.models import (
    IndicatorObservation,
    IndicatorStanding,
    IndicatorSubject,
    IndicatorThresholds,
)
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.queries import question_of, view_of
from chengshu.engines.indicators.registry import definitions, versions_of
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.states import Judged, judge

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator: a plain definition, or a template with one subject."""

    definition: IndicatorDefinition
    subject: IndicatorSubject | None
    last: ObservationView | None
    judged: Judged
    colour: Colour | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the registry."""

    entries: tuple[Entry, ...]
    start: int
    total: int
    known: int
    """How many there are without any filter."""


def latest_versions() -> list[IndicatorDefinition]:
    return [each for each in definitions() if each == versions_of(each.name)[-1]]


def listing(words: str = "", area: str = "", template: str = "", start: int = 0) -> Listing:
    """The indicators that match, as far as the asker may see the subjects of templates.

    :param words: all of them stand in name, title or meaning
    :param area: the part of the platform that declares them
    :param template: only subjects of this one
    """
    known = [each for each in latest_versions() if not template or each.name == template]
    shown = [each for each in known if not area or area_of(each) == area]
    plain = [each for each in shown if each.subjects is None and _has(each, words)]
    of_templates = _subjects([each for each in shown if each.subjects is not None], words)
    count = of_templates.count()
    plain_here = plain[start : start + PAGE_SIZE]
    first = max(0, start - len(plain))
    subjects = list(of_templates[first : first + PAGE_SIZE - len(plain_here)])
    all_of_them = _subjects([each for each in latest_versions() if each.subjects is not None], "").count()
    return Listing(
        (*_plain_entries(plain_here), *_subject_entries(subjects, {each.name: each for each in shown})),
        start,
        len(plain) + count,
        sum(each.subjects is None for each in latest_versions()) + all_of_them,
    )


def area_of(definition: IndicatorDefinition) -> str:
    """The part of the platform that declares it."""
    return definition.name.partition(".")[0]


def _has(definition: IndicatorDefinition, words: str) -> bool:
    return all(_names(definition, word) for word in words.lower().split())


def _names(definition: IndicatorDefinition, word: str) -> bool:
    return word in f"{definition.name} {definition.title} {definition.meaning}".lower()


def _subjects(templates: Sequence[IndicatorDefinition], words: str) -> QuerySet[IndicatorSubject]:
    found = IndicatorSubject.objects.filter(template__in=[each.name for each in templates], retired_at=None)
    for word in words.lower().split():
        named = [each.name for each in templates if _names(each, word)]
        found = found.filter(Q(title__icontains=word) | Q(subject__icontains=word) | Q(template__in=named))
    return found.order_by("template", "subject")


def _plain_entries(plain: Sequence[IndicatorDefinition]) -> list[Entry]:
    names = [each.name for each in plain]
    last = {
        one.name: view_of(one)
        for one in IndicatorObservation.objects.filter(name__in=names)
        .order_by("name", "-last_day", "first_day", "-id")
        .distinct("name")
    }
    standings = {
        one.question: one
        for one in IndicatorStanding.objects.filter(
            question__in=[_question_of(seen) for seen in last.values()]
        )
    }
    never = _standing_of_each(names)
    limits = list(IndicatorThresholds.objects.filter(name__in=names))
    entries = []
    for each in plain:
        seen = last.get(each.name)
        standing = standings.get(_question_of(seen)) if seen else never.get(each.name)
        entries.append(_entry(each, None, seen, standing, limits))
    return entries


def _subject_entries(
    subjects: Sequence[IndicatorSubject], known: Mapping[str, IndicatorDefinition]
) -> list[Entry]:
    names = sorted({one.template for one in subjects})
    standings = _standing_of_each(names, of_all=True)
    asked = {
        (one.template, one.subject): _question_of_subject(
            known[one.template], standings[one.template], one.subject
        )
        for one in subjects
        if one.template in standings
    }
    found = IndicatorObservation.objects.filter(question__in=asked.values()).order_by("question", "-id")
    last = {one.question: view_of(one) for one in found.distinct("question")}
    limits = list(IndicatorThresholds.objects.filter(name__in=names))
    return [
        _entry(
            known[one.template],
            one,
            last.get(asked.get((one.template, one.subject), "")),
            standings.get(one.template),
            limits,
        )
        for one in subjects
    ]


def _entry(
    definition: IndicatorDefinition,
    subject: IndicatorSubject | None,
    seen: ObservationView | None,
    standing: IndicatorStanding | None,
    limits: Sequence[IndicatorThresholds],
) -> Entry:
    on = seen.period.last_day if seen else timezone.localdate()
    of = thresholds_on(definition, limits, on, subject.subject if subject else "")
    colour = colour_of(definition, of, seen.value if seen else None)
    return Entry(definition, subject, seen, judge(definition, standing, seen), colour)


def _standing_of_each(names: Sequence[str], *, of_all: bool = False) -> dict[str, IndicatorStanding]:
    """Of each indicator the standing of the longest period that ends last; of a template that of all its subjects."""
    found = IndicatorStanding.objects.filter(name__in=names).order_by("name", "-last_day", "first_day", "-id")
    if of_all:
        found = found.filter(parameters={})
    return {one.name: one for one in found.distinct("name")}


def standing_of(seen: ObservationView | None, definition: IndicatorDefinition) -> IndicatorStanding | None:
    """How the question of an observation stands; of a template's subject how the template stands."""
    if definition.subjects is not None:
        return _standing_of_each([definition.name], of_all=True).get(definition.name)
    if seen is None:
        return _standing_of_each([definition.name]).get(definition.name)
    return IndicatorStanding.objects.filter(question=_question_of(seen)).first()


def _question_of(seen: ObservationView) -> str:
    return question_of(seen.name, seen.version, seen.period, seen.parameters)


def _question_of_subject(definition: IndicatorDefinition, standing: IndicatorStanding, subject: str) -> str:
    given = {name: str(one.default) for name, one in definition.parameters.items() if one.default is not None}
    period = Period(standing.first_day, standing.last_day)
    return question_of(
        definition.name, standing.version, period, dict(sorted({**given, SUBJECT: subject}.items()))
    )
