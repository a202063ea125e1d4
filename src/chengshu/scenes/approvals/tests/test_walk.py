"""Every matter from the counter to the archive, in the hands of those who hold the posts."""

from __future__ import annotations

import pytest

from chengshu.engines.cases.data import CaseState
from chengshu.foundation.asking import asking
from chengshu.scenes.approvals.environment.form_types import MATTERS
from chengshu.scenes.approvals.tests.walking import (
    asker_of,
    done,
    opened,
    standing_at,
    statuses,
    view,
    worker_round,
)

BY_PLEDGE = ("eia_report_pledged", "eia_form_pledged")
WITH_NOTICE = ("eia_report", "eia_form")
CLERK = ("window_clerk", "service-centre")
HEAD = ("department_head", "data-bureau")


pytestmark = pytest.mark.usefixtures("in_force")


def step(case_id: int, who: tuple[str, ...], node: str, outcome: str, **variables: object) -> None:
    with asking(asker_of(*who)):
        done(case_id, node, outcome, **variables)


def notice(case_id: int) -> None:
    """Published and over at once: how long it stands is told by the situations."""
    step(case_id, ("reviewer",), "publish", "published")
    worker_round()
    step(case_id, ("reviewer",), "result", "done")


@pytest.mark.parametrize("matter", [*MATTERS, "general"])
def test_a_matter_runs_from_acceptance_to_the_archive(matter: str) -> None:
    case_id = opened(matter)
    step(case_id, CLERK, "check", "accept")
    if matter in WITH_NOTICE:
        notice(case_id)
    if matter not in BY_PLEDGE:
        step(case_id, ("reviewer",), "review", "propose_grant")
        step(case_id, ("section_head",), "head", "agree")
    if matter in WITH_NOTICE:
        notice(case_id)
    step(case_id, HEAD, "decide", "grant")
    step(case_id, ("reviewer",), "make", "made")
    step(case_id, CLERK, "deliver", "delivered")
    step(case_id, ("reviewer",), "archive", "archived")
    if matter in BY_PLEDGE:
        step(case_id, ("reviewer",), "verify", "true")
    assert view(case_id).state == CaseState.COMPLETED
    expected = ["1", "3", "11"] if matter in BY_PLEDGE else ["1", "3", "8", "11"]
    assert statuses(case_id) == expected
    assert standing_at(case_id) == set()
