"""The offer to rate on the page of a decided application."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.hub.services.data import ApplicationView, FollowUp
from chengshu.hub.services.ports import register_follow_ups
from chengshu.scenes.supervision import applications


def rate_this(view: ApplicationView) -> Iterable[FollowUp]:
    """Only to the applicant, and only while something is left to rate."""
    if not view.is_mine or (view.decided_at is None and view.closed_at is None):
        return
    if applications.rateable(view.application_id).touch_points:
        yield FollowUp(
            _("Rate this service"),
            reverse("supervision:rate_own", args=[view.application_id]),
            tone="positive",
        )


register_follow_ups(rate_this)
