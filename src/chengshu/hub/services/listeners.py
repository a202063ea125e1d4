"""What this part hears: its cases change status and end, its papers are issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from chengshu.foundation.events.bus import listens, registered_events
from chengshu.hub.services.actions import (
    end_application,
    issue_paper,
    print_paper,
    record_due,
    record_status,
)
from chengshu.hub.services.events import PaperIssued
from chengshu.hub.services.models import Application
from chengshu.hub.services.papers.facts import facts_of_status
from chengshu.hub.services.queries.applications import id_of_case

_EVENTS: Final = registered_events()
PAPERS: Final = {
    "3": "acceptance",
    "4": "not_needed",
    "5": "non_acceptance",
    "6": "supplement_notice",
    "9": "special_procedure_notice",
    "11": "decision_granted",
    "12": "decision_granted",
    "13": "decision_refused",
}
"""The paper that each status owes the applicant (Administrative Licensing Law, Articles 32, 38, 45)."""
_EACH_TIME: Final = frozenset({"supplement_notice", "special_procedure_notice"})


@listens(_EVENTS["cases.CaseStatusChanged"])
def follow_status(event: Any) -> None:
    """Keep the application's status, and issue the paper that goes with it; told twice, once."""
    application_id = id_of_case(event.case)
    if application_id is None:
        return
    record_status(application_id=application_id, status=event.status, at=datetime.fromisoformat(event.at))
    kind = PAPERS.get(event.status, "")
    if kind and not _is_issued(application_id, kind, event.at):
        facts = facts_of_status(event.case, event.status, event.at)
        issue_paper(application_id=application_id, kind=kind, facts=facts)


@listens(_EVENTS["cases.CaseDueChanged"])
@listens(_EVENTS["cases.DeemedAccepted"])
def follow_clock(event: Any) -> None:
    """Tell the applicant the day that the clocks of the case say now."""
    application_id = id_of_case(event.case_id)
    if application_id is not None:
        record_due(application_id=application_id)


@listens(_EVENTS["cases.CaseEnded"])
def follow_end(event: Any) -> None:
    """What ended without a decision is closed; what is decided stays open until it is delivered."""
    application_id = id_of_case(event.case)
    if application_id is not None:
        end_application(application_id=application_id, state=event.state)


@listens(PaperIssued)
def print_what_was_issued(event: PaperIssued) -> None:
    print_paper(paper_id=event.paper)


def _is_issued(application_id: int, kind: str, at: str) -> bool:
    """Notices may be given more than once, each at its moment; decisions once, unless the earlier was revoked."""
    papers = Application.objects.get(pk=application_id).papers.filter(kind=kind, revoked_at=None)
    return papers.filter(facts__event_at=at).exists() if kind in _EACH_TIME else papers.exists()
