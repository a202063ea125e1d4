"""Values and their evidence: attestations by the bound post, decided by somebody else, and computed values.

Only an approved attestation, or a value computed by the platform, becomes an observation. Nothing is ever changed
afterwards: a wrong attestation is withdrawn with a reason and another one is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu import __version__
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused, Words
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Appointment, Post
from chengshu.hub.promises import sources
from chengshu.hub.promises.actions.standing import restand
from chengshu.hub.promises.events import AttestationDecided, AttestationMade
from chengshu.hub.promises.judging import Promise, as_stored, digest_of, promise_of
from chengshu.hub.promises.measured import Value, read_value
from chengshu.hub.promises.models import (
    Attestation,
    AttestationState,
    Binding,
    BindingKind,
    Indicator,
    Observation,
)
from chengshu.hub.promises.texts import typed

LONGEST_STATEMENT = 2000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Computation:
    """How the platform came to a value.

    :param query: the question that was asked, as text
    :param told: what else is worth keeping, such as the number of the observation it was taken from
    :param records_digest: digest over the ids of the records it rests on, 64 hexadecimal digits
    :param software: version of the program that computed it
    """

    query: str
    parameters: dict[str, Any]
    records_digest: str
    record_count: int
    software: str = __version__
    told: Mapping[str, Any] = field(default_factory=dict)


@action(title=_("Attest a value"), at=lambda *, indicator, **_rest: indicator.unit_id)
def attest(
    *,
    indicator: Indicator,
    as_of: date,
    value: str,
    statement: str,
    file: File | None,
    simulated: bool = False,
) -> Attestation:
    """State, in the bound post, which value was reached by a day and what proves it. Counts once it is approved.

    A target that cannot be measured as printed may be judged in words; its verdict stays open all the same.

    :param as_of: last day the value covers
    :param value: as typed; a number in the target's unit, or one of ``measured.words_for``
    :param file: what proves it; required
    :raises Conflict: if the promise is not bound to a post
    :raises Refused: if the asker does not hold that post today
    :raises InvalidInput: naming the field that is wrong
    """
    promise = promise_of(indicator)
    post = _attesting_post(promise.binding)
    maker = _holder_of(post)
    found = promise.measured
    if found is None:
        raise _unclear(None)
    _require_day(as_of, promise.year)
    typed = read_value(found.measure, value)
    _require_statement(statement)
    if file is None:
        raise InvalidInput(
            _("A file that proves the value is missing."),
            field="file",
            code="attestation.file",
            hint=_("Attach the report, the minutes or the list that shows it."),
        )
    attestation = Attestation(
        indicator=indicator,
        unit_id=indicator.unit_id,
        as_of=as_of,
        value=typed.number,
        value_text=typed.word,
        statement=statement.strip(),
        file=file,
        made_by_id=maker,
        post_title=post.title,
        simulated=simulated,
    )
    attestation.save()
    emit(AttestationMade(attestation=attestation.pk, indicator=indicator.ref, unit=indicator.unit_id))
    return attestation


@action(title=_("Approve an attestation"), at=lambda *, attestation, **_rest: attestation.unit_id)
def approve_attestation(*, attestation: Attestation, note: str = "") -> Observation:
    """Accept an attestation made by somebody else; its value becomes an observation.

    :raises Refused: if the asker made it
    :raises Conflict: if it is decided already, or the promise was bound otherwise meanwhile
    """
    waiting = _waiting(attestation)
    _require_other_person(waiting)
    promise = promise_of(waiting.indicator)
    post = _attesting_post(promise.binding)
    if post.title != waiting.post_title or promise.binding is None:
        raise _bound_otherwise()
    found = promise.measured
    if found is None or not Value(waiting.value, waiting.value_text).fits(found.measure):
        raise _bound_otherwise()
    _decide(waiting, AttestationState.APPROVED, note)
    observation = _observe(promise.binding, waiting)
    restand(Indicator.objects.filter(pk=waiting.indicator_id))
    return observation


@action(title=_("Refuse an attestation"), at=lambda *, attestation, **_rest: attestation.unit_id)
def refuse_attestation(*, attestation: Attestation, reason: str) -> Attestation:
    """Turn an attestation down with a reason that its maker reads.

    :raises Refused: if the asker made it: own attestations are withdrawn
    """
    waiting = _waiting(attestation)
    _require_other_person(waiting)
    return _decide(waiting, AttestationState.REFUSED, _required(reason))


@action(title=_("Withdraw an attestation"), at=lambda *, attestation, **_rest: attestation.unit_id)
def withdraw_attestation(*, attestation: Attestation, reason: str) -> Attestation:
    """Take back one's own attestation, approved or not. Its value no longer counts; the record stays.

    :raises Refused: if somebody else made it
    :raises Conflict: if it was refused or withdrawn before
    """
    known = Attestation.objects.select_for_update().get(pk=attestation.pk)
    if known.made_by_id != current_asker().account_id:
        raise Refused(
            _("Only the person who made an attestation can withdraw it."),
            code="attestation.not_own",
            hint=_("Refuse it instead if it has not been decided yet."),
        )
    if known.state not in (AttestationState.SUBMITTED, AttestationState.APPROVED):
        raise _decided(known)
    _decide(known, AttestationState.WITHDRAWN, _required(reason))
    restand(Indicator.objects.filter(pk=known.indicator_id))
    return known


@action(title=_("Record a computed value"), at=lambda *, indicator, **_rest: indicator.unit_id)
def record_observation(
    *, indicator: Indicator, as_of: date, value: str, computation: Computation, simulated: bool = False
) -> Observation:
    """Store a value that the platform computed, with how it came about. No role carries this power.

    :raises Conflict: if the promise is not bound to a platform indicator
    :raises InvalidInput: if the value does not fit the target, or the computation is not fully told
    """
    promise = promise_of(indicator)
    found = promise.measured
    _require_told(computation)
    if found is None or not found.is_clear:
        raise _unclear(found.doubt if found else None)
    return keep_computed(promise, as_of, read_value(found.measure, value), computation, simulated)


def keep_computed(
    promise: Promise, as_of: date, value: Value, computation: Computation, simulated: bool
) -> Observation:
    """Store a computed value inside an action; an empty one says that nothing was examined.

    :raises Conflict: if the promise is not bound to a platform indicator
    """
    indicator, binding = promise.indicator, promise.binding
    if binding is None or binding.kind != BindingKind.INDICATOR:
        raise Conflict(
            _("This promise is not bound to an indicator of the platform."),
            code="observation.not_bound",
            hint=_("Bind it first, then record its values."),
        )
    source = sources.find(binding.source_name, binding.source_version)
    _require_day(as_of, promise.year)
    evidence = as_stored(
        {
            "kind": "computed",
            "source": {"name": source.name, "version": source.version},
            "query": computation.query,
            "parameters": {**binding.parameters.get("source", {}), **computation.parameters},
            "records": {"count": computation.record_count, "sm3": computation.records_digest},
            "software": computation.software,
            **computation.told,
        }
    )
    observation = _observation(binding, as_of, value, evidence, simulated)
    restand(Indicator.objects.filter(pk=indicator.pk))
    return observation


def _observe(binding: Binding, attestation: Attestation) -> Observation:
    content = attestation.file.content
    evidence = as_stored(
        {
            "kind": "attestation",
            "attestation": attestation.pk,
            "statement": attestation.statement,
            "post": attestation.post_title,
            "made_by": attestation.made_by.username,
            "made_at": attestation.made_at,
            "approved_by": current_asker().name,
            "approved_at": attestation.decided_at,
            "file": {
                "id": attestation.file_id,
                "name": attestation.file.name,
                "size": content.size,
                "sm3": content.sm3,
                "sha256": content.sha256,
            },
        }
    )
    value = Value(attestation.value, attestation.value_text)
    return _observation(binding, attestation.as_of, value, evidence, attestation.simulated, attestation)


def _observation(
    binding: Binding,
    as_of: date,
    value: Value,
    evidence: dict[str, Any],
    simulated: bool,
    attestation: Attestation | None = None,
) -> Observation:
    indicator = binding.indicator
    observation = Observation(
        indicator=indicator,
        unit_id=indicator.unit_id,
        binding=binding,
        attestation=attestation,
        as_of=as_of,
        value=value.number,
        value_text=value.word,
        evidence=evidence,
        evidence_digest=digest_of(indicator, as_of, value.number, value.word, evidence),
        simulated=simulated,
    )
    observation.save()
    return observation


def _attesting_post(binding: Binding | None) -> Post:
    if binding is not None and binding.kind == BindingKind.INDICATOR:
        raise Conflict(
            _("The platform computes this promise; a value that somebody types in is not taken."),
            code="attestation.computed",
            hint=_(
                "Correct the records that the number rests on, or bind the promise otherwise with a reason."
            ),
        )
    if binding is None or binding.kind != BindingKind.ATTESTATION or binding.attesting_post is None:
        raise Conflict(
            _("This promise is not bound to a post that attests it."),
            code="attestation.not_bound",
            hint=_("Bind it to a post first."),
        )
    return binding.attesting_post


def _holder_of(post: Post) -> int:
    """The asker's account, if it holds this post today.

    :raises Refused: if it does not
    """
    account, today = current_asker().account_id, timezone.localdate()
    if account is not None:
        held = Appointment.objects.filter(account_id=account, post=post, starts_on__lte=today)
        if held.filter(Q(ends_on=None) | Q(ends_on__gte=today)).exists():
            return account
    raise Refused(
        _("Only the post “%(post)s” of “%(unit)s” attests this promise.")
        % {"post": post.title, "unit": post.unit.name},
        code="attestation.post",
        hint=_("Ask the holder of that post, or have the promise bound to yours."),
        data={"post": post.pk},
    )


def _require_day(as_of: date, year: int) -> None:
    if as_of.year != year:
        message: Words = _("This day is not in the budget year %(year)s.") % {"year": year}
        raise InvalidInput(
            message, field="as_of", code="value.other_year", hint=_("Enter the last day the value covers.")
        )
    if as_of > timezone.localdate():
        raise InvalidInput(
            _("This day is still to come."),
            field="as_of",
            code="value.future",
            hint=_("Report what has been reached, up to today at the latest."),
        )


def _require_statement(statement: str) -> None:
    if not statement.strip():
        raise InvalidInput(
            _("The statement is missing."),
            field="statement",
            code="attestation.statement",
            hint=_("Say in one sentence what was counted and where the file shows it."),
        )
    if len(statement) > LONGEST_STATEMENT or "\x00" in statement:
        raise InvalidInput(
            _("The statement is longer than %(most)s characters or holds unprintable ones.")
            % {"most": LONGEST_STATEMENT},
            field="statement",
            code="attestation.statement_length",
            hint=_("Shorten it; the details belong in the file."),
        )


def _require_told(computation: Computation) -> None:
    if not computation.query.strip() or not computation.software.strip() or computation.record_count < 0:
        raise InvalidInput(
            _("How the value was computed is not fully told."),
            field="computation",
            code="observation.computation",
            hint=_("Give the query, the number of records and the version of the software."),
        )
    if not _DIGEST.fullmatch(computation.records_digest):
        raise InvalidInput(
            _("The digest of the records is not one."),
            field="records_digest",
            code="observation.digest",
            hint=_("Give 64 lower-case hexadecimal digits."),
        )


def _waiting(attestation: Attestation) -> Attestation:
    known = Attestation.objects.select_for_update().get(pk=attestation.pk)
    if known.state != AttestationState.SUBMITTED:
        raise _decided(known)
    return known


def _require_other_person(attestation: Attestation) -> None:
    if attestation.made_by_id == current_asker().account_id:
        raise Refused(
            _("Nobody decides on their own attestation."),
            code="attestation.own",
            hint=_("Have the head of the unit or the department's performance officer decide."),
        )


def _decide(attestation: Attestation, state: AttestationState, reason: str) -> Attestation:
    attestation.state = state
    attestation.decided_by_id = current_asker().account_id
    attestation.decided_at = timezone.now()
    attestation.decision_reason = typed(reason, field="reason")
    attestation.save()
    emit(AttestationDecided(attestation=attestation.pk, state=state.value))
    return attestation


def _required(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(
            _("A reason is needed."),
            field="reason",
            code="attestation.reason",
            hint=_("Say what is wrong, so that it can be put right."),
        )
    return reason


def _decided(attestation: Attestation) -> Conflict:
    return Conflict(
        _("This attestation is decided: %(state)s.") % {"state": AttestationState(attestation.state).label},
        code="attestation.decided",
        hint=_("Make a new one if the value has changed."),
        data={"state": attestation.state},
    )


def _bound_otherwise() -> Conflict:
    return Conflict(
        _("The promise has been bound or worded otherwise since this was attested."),
        code="attestation.outdated",
        hint=_("Refuse it and have the value attested anew."),
    )


def _unclear(doubt: InvalidInput | None) -> InvalidInput:
    if doubt is None:
        return InvalidInput(
            _("The version in force does not contain this promise."),
            field="value",
            code="value.no_commitment",
        )
    return InvalidInput(doubt.message, field="value", code=doubt.code, hint=doubt.hint)
