"""An anchor every minute, so that a cut-off end is found."""

from __future__ import annotations

from datetime import timedelta

from chengshu.foundation.audit.anchors import anchor
from chengshu.foundation.jobs.periodic import periodic


@periodic(every=timedelta(minutes=1))
def take_anchor() -> None:
    anchor()
