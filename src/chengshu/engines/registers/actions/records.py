"""Keeping registers: a new state of an entity, the end of one, corrections that people made, and logged looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.actions.forms import reason_in
from chengshu.engines.registers.actions.submissions import purpose_in
from chengshu.engines.registers.entities import EntityType, entity_type
from chengshu.engines.registers.masks import masked
from chengshu.engines.registers.models import CorrectionState, EntityRecord, RecordCorrection
from chengshu.engines.registers.queries import today
from chengshu.engines.registers.seals import opened, sealed
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import reference, storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit

LONGEST_FACT = 2000


@action(title=_("Record an entity"), at=lambda *, unit, **_rest: unit.pk, sensitive=("key", "facts"))
def record_entity(
    *,
    unit: Unit,
    register: str,
    key: str,
    facts: Mapping[str, str],
    valid_from: date,
    source: str,
    as_of: date | None = None,
) -> EntityRecord:
    """What holds of an entity from a day on; the state before ends the day before.

    :param register: such as ``legal_entity``
    :param facts: by field name; empty ones are left out
    :param source: who says so, such as the name of the register it was taken from
    :param as_of: of which day the source's data are; today if not said
    :raises Missing: if there is no such register
    :raises InvalidInput: if the key is none, a fact is unknown or too long, or the source is missing
    :raises Conflict: if a later state is recorded already
    """
    entity = entity_type(register)
    kept = _facts_in(entity, facts)
    if not source.strip() or len(source.strip()) > 200:
        raise InvalidInput(
            _("Say where this comes from."),
            field="source",
            code="record.source",
            hint=_("At most 200 characters."),
        )
    digest = entity.digest(key)
    _end_earlier(unit, register, digest, valid_from)
    row = EntityRecord(
        unit=unit,
        register=register,
        key_digest=digest,
        key_shown=entity.shown_key(key),
        facts={
            name: masked(_mask(entity, name), value) if _mask(entity, name) else value
            for name, value in kept.items()
        },
        sealed=sealed({"key": entity.normal_key(key), "facts": kept}, f"record:{register}:{digest}"),
        valid_from=valid_from,
        source=storable(source.strip()),
        as_of=as_of or today(),
        recorded_by_id=current_asker().account_id,
    )
    row.save()
    return row


def _facts_in(entity: EntityType, facts: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in facts.items():
        if entity.field(name) is None:
            raise InvalidInput(
                _("The register keeps no “%(name)s”.") % {"name": name},
                field=name,
                code="record.fact_unknown",
            )
        if len(value) > LONGEST_FACT:
            raise InvalidInput(
                _("This is too long."), field=name, code="record.fact_long", hint=_("Shorten it.")
            )
        if value.strip():
            kept[name] = storable(value.strip())
    return kept


def _mask(entity: EntityType, name: str) -> str:
    field = entity.field(name)
    return field.mask if field else ""


def _end_earlier(unit: Unit, register: str, digest: str, valid_from: date) -> None:
    states = EntityRecord.objects.select_for_update().filter(unit=unit, register=register, key_digest=digest)
    newest = states.order_by("-valid_from").first()
    if newest is None:
        return
    if newest.valid_from >= valid_from:
        raise Conflict(
            _("A state from %(day)s on is recorded already.") % {"day": newest.valid_from.isoformat()},
            code="record.later_state",
            hint=_("Record the new state from a later day on."),
        )
    if newest.valid_to is None or newest.valid_to >= valid_from:
        newest.valid_to = valid_from - timedelta(days=1)
        newest.save()


@action(title=_("End a record"), at=lambda *, record, **_rest: record.unit_id)
def end_record(*, record: EntityRecord, valid_to: date, reason: str) -> EntityRecord:
    """Say until when a state held, such as when an enterprise was struck off.

    :raises InvalidInput: if the day lies before the first one, or without a reason
    """
    reason_in(reason)
    if valid_to < record.valid_from:
        raise InvalidInput(
            _("The last day lies before the first."),
            field="valid_to",
            code="record.days",
            hint=_("Check the days."),
        )
    record.valid_to = valid_to
    record.save()
    return record


@action(title=_("Reveal a personal fact of a register"), at=lambda *, record, **_rest: record.unit_id)
def reveal_fact(*, record: EntityRecord, fact: str, purpose: str) -> str:
    """One personal fact in clear; who saw it and why is in the audit chain (个人信息保护法 Art. 51).

    :raises InvalidInput: if the record has no such personal fact, or the purpose says nothing
    """
    if fact not in record.facts or not _mask(entity_type(record.register), fact):
        raise InvalidInput(_("There is no such personal field."), field="fact", code="personal_field")
    purpose_in(purpose)
    changes.record("reveal", reference(record), field=fact, purpose=storable(purpose.strip()))
    content = opened(record.sealed, f"record:{record.register}:{record.key_digest}")
    clear: str = content["facts"][fact]
    return clear


@action(title=_("Settle a correction"), at=lambda *, correction, **_rest: correction.unit_id)
def settle_correction(*, correction: RecordCorrection, taken: bool, answer: str) -> RecordCorrection:
    """Take a correction over as a new state from today on, or decline it.

    :raises Conflict: if it is settled already, or a state from today on is recorded
    :raises InvalidInput: without an answer
    """
    row = (
        RecordCorrection.objects.select_for_update(of=("self",))
        .select_related("record")
        .get(pk=correction.pk)
    )
    if row.state != CorrectionState.OPEN:
        raise Conflict(
            _("This correction is settled already."), code="correction.settled", hint=_("Reload the page.")
        )
    row.answer = reason_in(answer)
    row.state = CorrectionState.TAKEN if taken else CorrectionState.DECLINED
    row.settled_by_id = current_asker().account_id
    row.save()
    if taken:
        _take_over(row)
    return row


def _take_over(correction: RecordCorrection) -> None:
    record = correction.record
    content = opened(record.sealed, f"record:{record.register}:{record.key_digest}")
    record_entity(
        unit=Unit.objects.get(pk=record.unit_id),
        register=record.register,
        key=content["key"],
        facts={**content["facts"], correction.fact: correction.now},
        valid_from=today(),
        source=str(
            _("Correction by an applicant, submission %(number)s") % {"number": correction.submission_id}
        ),
    )
