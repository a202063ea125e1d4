"""Load proofs: what a load test came to, reckoned from its raw samples, and the word of a second person on it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidFile, InvalidInput, Refused
from chengshu.foundation.files.names import safe_name
from chengshu.scenes.operations.facts import load_limits
from chengshu.scenes.operations.keeping import keep, save_once
from chengshu.scenes.operations.models import LoadProof, LoadReview, Service
from chengshu.scenes.operations.reckoning.loads import LoadFigures, read_samples, reckon
from chengshu.scenes.operations.texts import given, whose

MOST_BYTES: Final = 100_000_000
_LONGEST_S: Final = 24 * 3600
_MOST_IN_FLIGHT: Final = 1_000_000


@action(
    title=_("Record a load proof"),
    at=lambda *, service, **_rest: whose(service, "operations.record_load"),
    sensitive=("content",),
)
def record_load(
    *,
    service: Service,
    target: str,
    environment: str,
    mix: str,
    planned_in_flight: int,
    planned_s: int,
    file_name: str,
    content: bytes,
    simulated: bool = False,
) -> LoadProof:
    """Reckon a load test from its raw samples and keep both; it counts for nothing until somebody else accepted it.

    :param target: what was asked; equal words are the same target
    :param mix: of the requests, such as the share of each kind
    :param planned_in_flight: requests in flight at once that the plan asked for
    :param planned_s: seconds that the plan asked for
    :param content: CSV or NDJSON of every request: see ``reckoning.loads``
    :raises Conflict: if these very samples were recorded for the service before
    :raises InvalidFile: naming the line, or if the run is too short or ended in the future
    :raises InvalidInput: by field
    """
    _within(planned_in_flight, _MOST_IN_FLIGHT, "planned_in_flight")
    _within(planned_s, _LONGEST_S, "planned_s")
    words = {
        "target": given(target, "target", _("Name the interface or page that was asked."), most=200),
        "environment": given(environment, "environment", _("Say where it ran, and on what."), most=300),
        "mix": given(mix, "mix", _("Say which requests, in which shares."), most=500),
    }
    figures = _figures(content)
    name = safe_name(file_name)
    kept = keep(content, "application/x-ndjson" if content.lstrip()[:1] == b"{" else "text/csv")
    if LoadProof.objects.filter(service=service, samples=kept).exists():
        raise Conflict(_("These samples were recorded before."), code="operations.same_samples")
    row = LoadProof(
        service=service,
        unit_id=service.unit_id,
        supplier_id=service.supplier_id,
        planned_in_flight=planned_in_flight,
        planned_s=planned_s,
        file_name=name,
        samples=kept,
        recorded_at=timezone.now(),
        by_id=current_asker().account_id,
        simulated=simulated,
        failed_percent=figures.failed_percent,
        **words,
        **asdict(figures),
    )
    row.save()
    return row


def _within(number: int, most: int, field: str) -> None:
    if not 1 <= number <= most:
        raise InvalidInput(
            _("Enter a whole number from 1 to %(most)s.") % {"most": most},
            field=field,
            code="operations.number",
        )


def _figures(content: bytes) -> LoadFigures:
    if len(content) > MOST_BYTES:
        raise InvalidFile(_("Choose a file of up to 100 MB."), field="file", code="operations.too_large")
    figures, limits = reckon(read_samples(content)), load_limits()
    if figures.requests < limits.least_requests:
        raise InvalidFile(
            _("A run of fewer than %(least)s requests proves nothing.") % {"least": limits.least_requests},
            field="file",
            code="operations.few_requests",
        )
    if figures.lasted_s < limits.least_seconds:
        raise InvalidFile(
            _("A run of less than %(least)s seconds proves nothing.") % {"least": limits.least_seconds},
            field="file",
            code="operations.short_run",
        )
    ended = figures.began_at.timestamp() + float(figures.lasted_s)
    if ended > timezone.now().timestamp():
        raise InvalidFile(_("This lies in the future."), field="file", code="operations.future")
    return figures


@action(title=_("Review a load proof"), at=lambda *, proof, **_rest: proof.unit_id)
def review_load(*, proof: LoadProof, accepted: bool, reason: str) -> LoadReview:
    """Say whether a load proof counts, having looked at its plan, its environment and its samples.

    :raises Refused: if the asker recorded it
    :raises Conflict: if it was reviewed, or too many of its requests failed for it to count
    :raises InvalidInput: ``reason``
    """
    me = current_asker().account_id
    if proof.by_id is not None and proof.by_id == me:
        raise Refused(
            _("Whoever recorded a load proof does not review it."),
            code="operations.own_proof",
            hint=_("Ask somebody else of the unit."),
        )
    reviewed = Conflict(_("This load proof was reviewed."), code="operations.reviewed")
    if LoadReview.objects.filter(proof=proof).exists():
        raise reviewed
    most: Decimal = load_limits().most_failed_percent
    if accepted and proof.failed_percent > most:
        raise Conflict(
            _("%(share)s %% of its requests failed; up to %(most)s %% are allowed.")
            % {"share": proof.failed_percent, "most": most},
            code="operations.too_many_failed",
            hint=_("Turn it down; a run without so many failures proves more."),
        )
    row = LoadReview(
        proof=proof,
        unit_id=proof.unit_id,
        supplier_id=proof.supplier_id,
        accepted=accepted,
        reason=given(reason, "reason", _("Say what you looked at and what you found."), most=500),
        reviewed_at=timezone.now(),
        by_id=me,
    )
    save_once(row, reviewed)
    return row
