"""The subjects of templates: listed by their own query, retired when it no longer names them, and never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition
from chengshu.engines.indicators.models import IndicatorSubject
from chengshu.engines.indicators.queries import own_page
from chengshu.engines.indicators.running import reading
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, Words
from chengshu.foundation.orgs.models import Unit

_TOLD = ("title", "unit_id", "url", "retired_at")


@dataclass(frozen=True, slots=True)
class Listed:
    """What listing the subjects of a template did."""

    new: int
    changed: int
    retired: int


def list_subjects(definition: IndicatorDefinition) -> Listed:
    """Bring the subjects of a template up to date. Only inside an action of this app.

    :raises Conflict: if its query fails or names one subject twice
    """
    now, units = timezone.now(), dict(Unit.objects.values_list("key", "pk"))
    named: dict[str, IndicatorSubject] = {}
    for row in _named(definition):
        made = _subject(definition, row, units)
        if made.subject in named:
            raise _wrong(definition, _("The subject “%(key)s” stands twice.") % {"key": made.subject})
        named[made.subject] = made
    known = {one.subject: one for one in IndicatorSubject.objects.filter(template=definition.name)}
    new = [one for subject, one in named.items() if subject not in known]
    for one in new:
        one.listed_at = now
    changed = [
        known[subject]
        for subject in named.keys() & known.keys()
        if _taken_over(known[subject], named[subject])
    ]
    retired = [one for subject, one in known.items() if subject not in named and one.retired_at is None]
    for one in retired:
        one.retired_at = now
    IndicatorSubject.objects.bulk_create(new, batch_size=1000)
    IndicatorSubject.objects.bulk_update([*changed, *retired], _TOLD, batch_size=500)
    changes.record_many("create", new)
    changes.record_many("change", [*changed, *retired])
    return Listed(len(new), len(changed), len(retired))


def _subject(definition: IndicatorDefinition, row: dict[str, Any], units: dict[str, int]) -> IndicatorSubject:
    key = storable(str(row[SUBJECT]))
    if row[SUBJECT] is None or not key or len(key) > 120:
        raise _wrong(definition, _("A subject has no usable key."))
    return IndicatorSubject(
        template=definition.name,
        subject=key,
        title=storable(str(row["title"] or key))[:300],
        unit_id=units.get(str(row.get("unit") or ""), units[definition.owner]),
        url=own_page(row.get("url"))[:300],
    )


def _taken_over(known: IndicatorSubject, named: IndicatorSubject) -> bool:
    """Whether anything was new."""
    differing = [name for name in _TOLD if getattr(known, name) != getattr(named, name)]
    for name in differing:
        setattr(known, name, getattr(named, name))
    return bool(differing)


def _named(definition: IndicatorDefinition) -> list[dict[str, Any]]:
    assert definition.subjects is not None, "only templates have subjects"
    try:
        with (
            asking(system("indicators", current_asker().channel)),
            reading(definition.timeout_seconds) as cursor,
        ):
            cursor.execute(definition.subjects.sql, {})
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except DatabaseError as error:
        raise _wrong(definition, str(error).strip().split("\n")[0]) from error


def _wrong(definition: IndicatorDefinition, message: Words) -> Conflict:
    return Conflict(
        _("The subjects of %(name)s cannot be listed: %(error)s")
        % {"name": definition.name, "error": message},
        code="indicators.subjects",
        hint=_("Check it with: ./chengshu indicators check"),
    )
