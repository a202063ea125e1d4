"""What the audit administrator does: proving the chain and taking entries out. Both are audited themselves."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.archive import Archived, archive
from chengshu.foundation.audit.packages import write_package
from chengshu.foundation.audit.queries import Search, entries
from chengshu.foundation.audit.verify import Verification, verify
from chengshu.foundation.errors import InvalidInput, Refused

LARGEST_EXPORT = 100_000
"""Entries of one export from a page; the command line exports any number."""


@action(title=_("Verify the audit chain"), at=Reach.EVERYWHERE, sensitive=("progress",))
def verify_chain(*, progress: Callable[[int], None] = lambda _count: None) -> Verification:
    """Recompute the whole chain; what was found is recorded with this very action.

    :param progress: told now and then how many entries have been looked at
    """
    outcome = verify(progress)
    changes.record(
        "verify",
        "audit.chain",
        entries=outcome.entries,
        lanes=outcome.lanes,
        anchors=outcome.anchors,
        faults=len(outcome.broken),
        first=[f"{one.fault} {one.lane}/{one.position}" for one in outcome.broken[:20]],
    )
    return outcome


@action(title=_("Export audit entries"), at=Reach.EVERYWHERE)
def export_entries(*, search: Search) -> bytes:
    """A signed package of the entries that match, oldest first.

    :raises InvalidInput: if a day is none, or more match than a page may export
    """
    found = entries(search).order_by("pk")
    count = found.count()
    if count > LARGEST_EXPORT:
        raise InvalidInput(
            _("%(count)s entries are too many for one export.") % {"count": count},
            field="since",
            code="audit_export_large",
            hint=_("Narrow the time, or have the operator run “audit export”."),
        )
    target = io.BytesIO()
    written = write_package(target, found.iterator(chunk_size=2000), kind="export", about=search.as_query())
    changes.record("export", "audit.chain", count=written.count, sm3=written.sm3)
    return target.getvalue()


@action(title=_("Archive old audit entries"), at=Reach.EVERYWHERE)
def archive_entries(*, before: datetime) -> Archived:
    """Move entries older than ``before`` into a signed package; only the operator at the console can.

    :raises Refused: for everybody else, whatever powers they hold
    """
    if not current_asker().is_system:
        raise Refused(
            _("Only the operator archives, at the console of the server."), code="operator_at_console"
        )
    archived = archive(before)
    changes.record("archive", "audit.chain", count=archived.count, file=archived.path and archived.path.name)
    return archived
