"""Publication: the catalogue hands over a version of a matter, which never changes and holds from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import records
from chengshu.hub.services.data import BundleElements, BundleView, Elements, MatterView
from chengshu.hub.services.models import MatterVersion, Offering
from chengshu.hub.services.queries import matters


@action(title=_("Publish a matter"), at=lambda *, unit, **_rest: unit.pk)
def publish_matter(*, unit: Unit, elements: Elements, effective_from: date) -> MatterView:
    """Put a version of a matter in force from a day on; the one before it ends on that day, at that moment.

    The same elements published twice are one version.

    :param unit: the implementing unit, whose key the elements name
    :raises InvalidInput: ``elements`` if they are of another unit or have no name or code
    :raises Conflict: if a version that begins later is published already
    """
    _insist_own(unit, elements.unit, elements.local_code, elements.name)
    row = _publish(unit, Offering.MATTER, elements, effective_from, _words(elements))
    return matters.matter_version(row.pk)


@action(title=_("Publish a bundle"), at=lambda *, unit, **_rest: unit.pk)
def publish_bundle(*, unit: Unit, elements: BundleElements, effective_from: date) -> BundleView:
    """Put a bundle (一件事) in force from a day on, like a matter.

    :param unit: the lead unit
    :raises Missing: if one of its matters is not published
    """
    _insist_own(unit, elements.lead_unit, elements.key, elements.name)
    known = set(matters.in_force(effective_from).values_list("local_code", flat=True))
    missing = [code for code, _when in elements.items if code not in known]
    if missing or not elements.items:
        raise Missing(
            _("These matters are not in force on that day: %(codes)s.")
            % {"codes": ", ".join(missing) or "—"},
            code="services.bundle_items",
            hint=_("Publish them first."),
        )
    words = " ".join((elements.name, elements.summary, *elements.topics))
    return matters.bundle_of(_publish(unit, Offering.BUNDLE, elements, effective_from, words))


@action(title=_("Withdraw a matter"), at=lambda *, unit, **_rest: unit.pk)
def withdraw_matter(*, unit: Unit, local_code: str, from_day: date, reason: str) -> MatterView | BundleView:
    """Offer a matter or bundle no more from a day on; what was applied for before goes on.

    :raises Missing: if this unit has none such in force
    :raises InvalidInput: without a reason, or for a day before its own first one
    """
    if not reason.strip():
        raise InvalidInput(_("Say why it is withdrawn."), field="reason", code="services.reason_missing")
    row = _open_version(storable(local_code))
    if row is None or row.unit_id != unit.pk:
        raise Missing(
            _("This unit has no such matter in force."),
            code="services.matter_missing",
            hint=_("Choose one of the unit's own."),
        )
    if from_day < row.effective_from:
        raise InvalidInput(
            _("It holds from %(day)s on only.") % {"day": row.effective_from.isoformat()},
            field="from_day",
            code="services.from_day",
        )
    row.effective_until = from_day
    row.save()
    if row.offering == Offering.BUNDLE:
        return matters.bundle_of(row)
    return matters.matter_version(row.pk)


def _insist_own(unit: Unit, named: str, code: str, name: str) -> None:
    if named != unit.key:
        raise InvalidInput(
            _("The elements name another unit: %(unit)s.") % {"unit": named[:60]},
            field="unit",
            code="services.other_unit",
            hint=_("Publish it for the unit that implements it."),
        )
    if not code.strip() or not name.strip() or len(code) > 100 or len(name) > 200:
        raise InvalidInput(
            _("A matter needs a code of at most 100 and a name of at most 200 characters."),
            field="elements",
            code="services.elements",
        )


def _publish(
    unit: Unit,
    offering: Offering,
    elements: Elements | BundleElements,
    effective_from: date,
    words: str,
) -> MatterVersion:
    stored = records.as_json(elements)
    digest = records.digest_of(stored)
    code = elements.key if isinstance(elements, BundleElements) else elements.local_code
    before = MatterVersion.objects.select_for_update().filter(local_code=code).order_by("-number").first()
    if before is not None and before.effective_until is None:
        if before.digest == digest and before.effective_from <= effective_from:
            return before
        _end(before, effective_from)
    row = MatterVersion(
        offering=offering,
        local_code=code,
        code=getattr(elements, "code", "")[:40],
        number=before.number + 1 if before else 1,
        name=elements.name,
        unit=unit,
        task_type=getattr(elements, "task_type", ""),
        words=storable(words),
        elements=stored,
        digest=digest,
        effective_from=effective_from,
        published_at=timezone.now(),
        published_by_id=current_asker().account_id,
    )
    row.save()
    return row


def _end(before: MatterVersion, day: date) -> None:
    """One effective time: the old version ends on the day on which the new one begins."""
    if before.effective_from > day:
        raise Conflict(
            _("A version that holds from %(day)s on is published already.")
            % {"day": before.effective_from.isoformat()},
            code="services.later_version",
            hint=_("Choose a later day."),
        )
    before.effective_until = day
    before.save()


def _open_version(local_code: str) -> MatterVersion | None:
    found = MatterVersion.objects.select_for_update(of=("self",)).select_related("unit")
    return found.filter(local_code=local_code, effective_until__isnull=True).first()


def _words(elements: Elements) -> str:
    """Everything one may look for it by."""
    parts: list[Any] = [
        elements.name,
        elements.summary,
        elements.result_name,
        elements.local_code,
        *elements.topics,
        *elements.keywords,
        *(material.name for material in elements.materials),
        *(basis.law for basis in elements.basis),
    ]
    return " ".join(str(part) for part in parts if part)
