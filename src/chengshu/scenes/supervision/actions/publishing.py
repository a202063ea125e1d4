"""Publishing the results of an inspection."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict
from chengshu.foundation.events.bus import emit
from chengshu.scenes.supervision.events import ResultsPublished
from chengshu.scenes.supervision.inspecting import redraw, results_of
from chengshu.scenes.supervision.keeping import keep
from chengshu.scenes.supervision.models import Inspection, InspectionState, Publication, SampleDraw
from chengshu.scenes.supervision.packs import PackHead, pack, summary


@action(title=_("Publish the results of an inspection"), at=lambda *, inspection, **_rest: inspection.unit_id)
def publish_inspection(*, inspection: Inspection) -> Publication:
    """Put the pack together and on the public page, once and for all.

    :raises Conflict: if the units have not got the results, or the sample cannot be drawn again
    """
    if inspection.state != InspectionState.RELEASED:
        raise Conflict(
            _("Results are published after the units have got them."),
            code="supervision.not_released",
            hint=_("Release the inspection first."),
        )
    draw = SampleDraw.objects.get(inspection=inspection)
    if not redraw(draw):
        raise Conflict(
            _("The sample cannot be drawn again from its frame and seed."),
            code="supervision.not_recomputable",
            hint=_("Have the records looked into before anything is published."),
        )
    now, results = timezone.now(), results_of(inspection)
    head = PackHead(
        title=inspection.title,
        organiser=inspection.unit.name,
        period_from=inspection.period_from,
        period_until=inspection.period_until,
        published_at=now,
        sample=sample_json(draw),
        simulated=inspection.simulated,
    )
    content = keep(pack(head, results), "application/zip")
    row = Publication(
        inspection=inspection,
        unit_id=inspection.unit_id,
        slug=f"{now:%Y%m}-{secrets.token_hex(4)}",
        title=inspection.title,
        summary=summary(results),
        content=content,
        name=f"{inspection.title}.zip",
        digest=content.sha256,
        published_at=now,
        published_by_id=current_asker().account_id,
        simulated=inspection.simulated,
    )
    row.save()
    inspection.state = InspectionState.PUBLISHED
    inspection.save()
    emit(ResultsPublished(publication=row.pk))
    return row


def sample_json(draw: SampleDraw) -> dict[str, Any]:
    """A draw as the pack carries it: enough to draw it again. Keys of applications are their public numbers."""
    return {
        "id": draw.pk,
        "method": draw.method,
        "seed": draw.seed,
        "allocation_rule": draw.allocation_rule,
        "frame_digest": draw.frame_digest,
        "sizes": draw.sizes,
        "allocation": draw.allocation,
        "digest": draw.digest,
        "frame_size": len(draw.frame),
        "chosen_count": len(draw.chosen),
        "drawn_at": draw.drawn_at.isoformat(),
    }
