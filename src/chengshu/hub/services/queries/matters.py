"""Matters and bundles in force: found, listed and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Missing
from chengshu.foundation.published import while_published
from chengshu.hub.services import records
from chengshu.hub.services.data import (
    BundleElements,
    BundleView,
    Elements,
    MatterLine,
    MatterPage,
    MatterView,
    TaskType,
)
from chengshu.hub.services.models import MatterVersion, Offering

ONLINE = "2"
MOST_PER_PAGE = 100


def today() -> date:
    """The day in the district."""
    return local_day(timezone.now())


def in_force(day: date | None = None) -> QuerySet[MatterVersion]:
    """Versions that hold on a day; today if not said."""
    on = day or today()
    holds = Q(effective_until__isnull=True) | Q(effective_until__gt=on)
    return (
        MatterVersion.objects.select_related("unit").defer("elements").filter(holds, effective_from__lte=on)
    )


def matter_row(local_code: str, offering: str = Offering.MATTER) -> MatterVersion:
    """
    :raises Missing: if nothing is in force under this code today
    """
    found = in_force().filter(local_code=storable(local_code), offering=offering).first()
    if found is None:
        raise Missing(
            _("There is no such matter, or it is not offered any more."),
            code="services.matter_missing",
            hint=_("Look for it by words, or choose one from the list."),
        )
    return found


def version_row(version_id: int) -> MatterVersion:
    """
    :raises Missing: if there is no such version
    """
    found = MatterVersion.objects.select_related("unit").filter(pk=version_id).first()
    if found is None:
        raise Missing(
            _("There is no such version of a matter."),
            code="services.version_missing",
            hint=_("Look for the matter by words."),
        )
    return found


def matter(local_code: str) -> MatterView:
    """A matter as it holds today.

    :raises Missing: if there is none
    """
    return _matter(storable(local_code), today())


@while_published
def _matter(local_code: str, _day: date) -> MatterView:
    return views_of([matter_row(local_code)])[0]


def matter_version(version_id: int) -> MatterView:
    """One version, whether it holds today or not.

    :raises Missing: if there is none
    """
    return views_of([version_row(version_id)])[0]


def bundle(key: str) -> BundleView:
    """A bundle as it holds today, with those of its matters that are in force.

    :raises Missing: if there is none
    """
    return bundle_of(matter_row(key, Offering.BUNDLE))


def bundle_of(row: MatterVersion) -> BundleView:
    elements = bundle_elements(row)
    codes = [code for code, _when in elements.items]
    rows = {each.local_code: each for each in in_force().filter(local_code__in=codes)}
    items = tuple(views_of([rows[code] for code in codes if code in rows]))
    whole = len(items) == len(codes) and elements.form in registers.known_forms()
    return BundleView(
        version_id=row.pk,
        number=row.number,
        effective_from=row.effective_from,
        elements=elements,
        items=items,
        unit_id=row.unit_id,
        unit_name=row.unit.shown_name,
        can_apply=whole and all(item.can_apply for item in items),
    )


def matters(
    *,
    text: str = "",
    topic: str = "",
    label: str = "",
    unit: str = "",
    applicant: str = "",
    can_apply: bool | None = None,
    offering: str = "matter",
    page: int = 1,
    size: int = 20,
) -> MatterPage:
    """Matters in force today, the best match first.

    :param text: words, all of which must be found: in the name, other names, topics, materials or the result
    :param topic: one of the matter's topics, ``label`` one of its labels such as ``online``
    :param unit: key of the implementing unit
    :param applicant: a kind of applicant such as ``1``; matters open to it
    :param can_apply: only those that can be applied for on this platform, or only those that cannot
    :param offering: ``matter``, ``bundle`` or empty for both
    """
    found = list(_narrowed(text, topic, label, unit, applicant, offering))
    read_ahead(found)
    ready = Readiness.now()
    lines = [line_of(row, ready) for row in _ranked(found, text)]
    if can_apply is not None:
        lines = [line for line in lines if line.can_apply is can_apply]
    size = max(1, min(size, MOST_PER_PAGE))
    pages = max(1, -(-len(lines) // size))
    page = max(1, min(page, pages))
    return MatterPage(tuple(lines[(page - 1) * size : page * size]), len(lines), page, pages)


def bundles() -> tuple[MatterLine, ...]:
    """Every bundle in force, by name."""
    return matters(offering=Offering.BUNDLE, size=MOST_PER_PAGE).items


def _narrowed(
    text: str, topic: str, label: str, unit: str, applicant: str, offering: str
) -> QuerySet[MatterVersion]:
    found = in_force()
    if offering:
        found = found.filter(offering=offering)
    for word in storable(text).split()[:8]:
        found = found.filter(Q(words__icontains=word) | Q(name__icontains=word) | Q(code=word))
    if topic:
        found = found.filter(elements__topics__contains=[storable(topic)])
    if label:
        found = found.filter(elements__labels__contains=[storable(label)])
    if applicant:
        found = found.filter(elements__objects__contains=[storable(applicant)])
    return found.filter(unit__key=storable(unit)) if unit else found


def _ranked(rows: list[MatterVersion], text: str) -> list[MatterVersion]:
    """Names that begin with what was asked first, then names that contain it, then the rest; by name."""
    wanted = text.strip().lower()

    def rank(row: MatterVersion) -> tuple[int, str]:
        name = row.name.lower()
        order = 0 if wanted and name.startswith(wanted) else 1 if wanted and wanted in name else 2
        return order, row.name

    return sorted(rows, key=rank)


@dataclass(frozen=True)
class Readiness:
    """What can be worked on now.

    :param start_forms: key of a process in force → key of its start form
    :param forms: keys of forms in use
    """

    start_forms: Mapping[str, str]
    forms: frozenset[str]

    @classmethod
    def now(cls) -> Readiness:
        return cls(_start_forms(), registers.known_forms())

    def form_of(self, elements: Elements) -> str:
        """The key of the form by which it is applied for; empty without one."""
        return elements.form or self.start_forms.get(elements.process, "")

    def is_ready(self, elements: Elements) -> bool:
        """A process in force and a form in use."""
        return elements.process in self.start_forms and self.form_of(elements) in self.forms


@while_published
def _start_forms() -> Mapping[str, str]:
    """Key of a process in force → key of its start form."""
    with connection.cursor() as cursor:
        cursor.execute(_PROCESSES)
        return dict(cursor.fetchall())


_PROCESSES = """
    SELECT definition.key, coalesce(version.facts ->> 'start_form', '')
    FROM cases_definition AS definition JOIN cases_definitionversion AS version
        ON version.definition_id = definition.id AND version.state = 'deployed'
    WHERE definition.kind = 'process'
"""


def elements_in(row: MatterVersion) -> Elements:
    """The elements of a matter; they are large, and read from the database once in a process."""
    return records.known(Elements, row.digest) or records.remembered(Elements, row.digest, row.elements)


def bundle_elements(row: MatterVersion) -> BundleElements:
    found = records.known(BundleElements, row.digest)
    return found or records.remembered(BundleElements, row.digest, row.elements)


def read_ahead(rows: Iterable[MatterVersion]) -> None:
    """Read the elements of many rows in one go, as far as this process does not know them."""
    new = [
        row.pk
        for row in rows
        if records.known(BundleElements if row.offering == Offering.BUNDLE else Elements, row.digest) is None
    ]
    if not new:
        return
    found = MatterVersion.objects.filter(pk__in=new).values_list("offering", "digest", "elements")
    for offering, digest, stored in found:
        if offering == Offering.BUNDLE:
            records.remembered(BundleElements, digest, stored)
        else:
            records.remembered(Elements, digest, stored)


def views_of(rows: Iterable[MatterVersion]) -> list[MatterView]:
    ready = Readiness.now()
    return [_view(row, ready) for row in rows]


def _view(row: MatterVersion, ready: Readiness) -> MatterView:
    elements = elements_in(row)
    return MatterView(
        version_id=row.pk,
        number=row.number,
        effective_from=row.effective_from,
        elements=elements,
        unit_id=row.unit_id,
        unit_name=row.unit.shown_name,
        can_apply=ONLINE in elements.channels and ready.is_ready(elements),
    )


def line_of(row: MatterVersion, ready: Readiness | None = None) -> MatterLine:
    """A matter or bundle in a list.

    :param ready: left out where it does not matter whether one can apply
    """
    if row.offering == Offering.BUNDLE:
        return _bundle_line(row, ready)
    elements = elements_in(row)
    return MatterLine(
        version_id=row.pk,
        local_code=row.local_code,
        name=row.name,
        unit_name=row.unit.shown_name,
        task_type=elements.task_type,
        promised_limit=elements.promised_limit,
        visits=elements.visits,
        labels=elements.labels,
        can_apply=ready is not None and ONLINE in elements.channels and ready.is_ready(elements),
        excerpt=elements.summary[:120],
    )


def _bundle_line(row: MatterVersion, ready: Readiness | None) -> MatterLine:
    elements = bundle_elements(row)
    return MatterLine(
        version_id=row.pk,
        local_code=row.local_code,
        name=row.name,
        unit_name=row.unit.shown_name,
        task_type=TaskType.PUBLIC_SERVICE,
        promised_limit=elements.total_limit,
        visits=None,
        labels=("bundle",),
        can_apply=ready is not None and elements.form in ready.forms,
        excerpt=elements.summary[:120],
    )
