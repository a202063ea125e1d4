"""Merging events and splitting them again: nothing is lost, every decision stays."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.command.actions.events import at_event, entry
from chengshu.scenes.command.models import CityEvent, Merge, MergeState, StepKind
from chengshu.scenes.command.texts import given, optional, wrong_state


@action(title=_("Merge two events"), at=at_event)
def merge_events(*, event: CityEvent, into: CityEvent, reason: str = "") -> Merge:
    """Say that two reports are of one event; from now on ``into`` speaks for both.

    :raises InvalidInput: ``into`` if they are one, of two units, or one is a drill or simulated and the other is not
    :raises Conflict: if one of them is over or merged, or others were merged into the first
    """
    event, into = _both(event, into)
    if event.merged.exists():
        raise wrong_state(_("Others were merged into this event."), _("Merge the other one into this."))
    row = _decided(event, into, MergeState.MERGED, optional(reason, "reason", most=300))
    event.merged_into = into
    event.save()
    entry(event, StepKind.MERGED, f"→ {into.number} {row.reason}".strip())
    entry(into, StepKind.MERGED, f"← {event.number} {row.reason}".strip())
    return row


@action(title=_("Say that two events are not the same"), at=at_event)
def dismiss_merge(*, event: CityEvent, into: CityEvent, reason: str = "") -> Merge:
    """The pair is proposed no more; it may still be merged.

    :raises InvalidInput: as for merging
    :raises Conflict: as for merging, or if it was dismissed already
    """
    event, into = _both(event, into)
    pair = Q(event=event, into=into) | Q(event=into, into=event)
    if Merge.objects.filter(pair, state=MergeState.DISMISSED).exists():
        raise wrong_state(_("This was decided already."))
    return _decided(event, into, MergeState.DISMISSED, optional(reason, "reason", most=300))


@action(title=_("Split a merged event again"), at=at_event)
def split_event(*, event: CityEvent, reason: str) -> Merge:
    """Give a merged event its own voice back, in the state in which it was merged.

    :raises InvalidInput: ``reason``
    :raises Conflict: if it is not merged
    """
    event = CityEvent.objects.select_for_update().get(pk=event.pk)
    into = event.merged_into
    if into is None:
        raise wrong_state(_("This event is not merged."))
    row = Merge.objects.get(event=event, state=MergeState.MERGED)
    row.split_reason = given(reason, "reason", _("Say why they are two."), most=300)
    row.state, row.split_at, row.split_by_id = MergeState.SPLIT, timezone.now(), current_asker().account_id
    row.save()
    event.merged_into = None
    event.save()
    entry(event, StepKind.SPLIT, f"↛ {into.number} {row.split_reason}")
    entry(into, StepKind.SPLIT, f"↚ {event.number} {row.split_reason}")
    return row


def _both(event: CityEvent, into: CityEvent) -> tuple[CityEvent, CityEvent]:
    """Both as they stand now, locked in one order whoever comes first."""
    found = {
        one.pk: one
        for one in CityEvent.objects.select_for_update().filter(pk__in=(event.pk, into.pk)).order_by("pk")
    }
    event, into = found[event.pk], found.get(into.pk, into)
    if event.pk == into.pk or event.unit_id != into.unit_id:
        raise InvalidInput(_("Choose another event of the same unit."), field="into", code="command.merge")
    if (event.drill, event.simulated) != (into.drill, into.simulated):
        raise InvalidInput(
            _("A real event is never merged with a drill or a simulated one."),
            field="into",
            code="command.merge_drill",
        )
    if not (event.is_open and into.is_open):
        raise wrong_state(_("One of the two is over, or merged already."))
    return event, into


def _decided(event: CityEvent, into: CityEvent, state: MergeState, reason: str) -> Merge:
    row = Merge(
        event=event,
        into=into,
        unit_id=event.unit_id,
        state=state,
        reason=reason,
        decided_at=timezone.now(),
        decided_by_id=current_asker().account_id,
    )
    row.save()
    return row
