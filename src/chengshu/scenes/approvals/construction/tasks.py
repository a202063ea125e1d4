"""What comes round by itself: looking at posted notices, and closing those whose period has passed."""

from __future__ import annotations

import logging
from datetime import time
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict
from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.approvals.actions.construction_notices import close_notice, keep_look
from chengshu.scenes.approvals.construction.proof import INTERVAL
from chengshu.scenes.approvals.construction.queries import posted_notices
from chengshu.scenes.approvals.construction.watching import (
    Page,
    PageSource,
    over_http,
    through_the_application,
)

log: Final = logging.getLogger("chengshu.approvals")


def page_source() -> PageSource:
    """Where the public page is looked at: at the public address if the installation names one, else from inside."""
    return over_http(settings.PUBLIC_URL) if settings.PUBLIC_URL else through_the_application


@periodic(every=INTERVAL)
def look_at_notices(source: PageSource | None = None) -> int:
    """Look at the public page of every notice that stands; returns at how many."""
    look = source or page_source()
    notices = list(posted_notices())
    for notice in notices:
        seen: Page = look(reverse("approvals:notice", args=[notice.number]))
        keep_look(notice=notice, answered=seen.status, page=seen.body)
    return len(notices)


@periodic(daily_at=time(0, 20))
def close_notices() -> int:
    """Close every notice whose period has passed and whose objections are answered; returns how many."""
    today, closed = local_day(timezone.now()), 0
    for notice in posted_notices().filter(ends_on__lt=today):
        try:
            close_notice(notice=notice)
        except Conflict as waiting:
            log.info("notice %s stays open: %s", notice.number, waiting.code)
            continue
        closed += 1
    return closed
