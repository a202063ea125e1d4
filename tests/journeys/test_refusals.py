"""Who does not decide: a clerk of the window, a reviewer of another bureau, a citizen.

Who may read the case is refused, which is on record; for everybody else the step does not exist.
"""

from __future__ import annotations

import pytest
from django.test import Client

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import TaskState
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.identity.sessions import COOKIE
from chengshu.foundation.orgs.models import Unit
from tests.journeys.town import Town

UNIT = "environment-water-approval"
OTHERS = {
    "window clerk": ("service-centre", "window_clerk", 403),
    "reviewer of another bureau": ("housing-construction", "reviewer", 404),
    "citizen": ("", "", 404),
}


@pytest.mark.parametrize("who", OTHERS)
def test_a_step_of_the_review_is_taken_by_its_post_alone(town: Town, who: str) -> None:
    unit, role, expected = OTHERS[who]
    cookie = town.session(f"refused.{unit or 'citizen'}", unit, role)
    with town.inside():
        variables = {"project_name": "沙涌泵站"}
        at = Unit.objects.get(key=UNIT).pk
        case_id = cases.open_case(definition="approvals.drainage_permit", unit_id=at, variables=variables)
        (check,) = (one for one in cases.case_view(case_id).tasks if one.state == TaskState.OPEN)
        cases.complete_task(task_id=check.task_id, outcome="accept")
        (review,) = (one for one in cases.case_view(case_id).tasks if one.state == TaskState.OPEN)
        before = AuditEntry.objects.filter(outcome="refused").count()

    client = Client()
    client.cookies[COOKIE] = cookie
    with town.outside():
        answer = client.post(
            f"/inbox/tasks/{review.task_id}/complete/",
            {"outcome": "propose_grant", "opinion": "同意", "f.points": "complete", "f.finding": "齐全"},
        )
    assert answer.status_code == expected

    with town.inside():
        left = cases.task_view(review.task_id)
        refused = AuditEntry.objects.filter(outcome="refused").count() - before
    assert left.state == TaskState.OPEN
    assert refused == (1 if expected == 403 else 0)
