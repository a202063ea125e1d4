"""Completing tasks on the database: who may, what follows, and that it happens once."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.engines.cases.api import case_view, complete_task, open_case, work_counts, work_items
from chengshu.engines.cases.models import Case, Happening, Task, Token
from chengshu.engines.cases.tests.deploying import deploy, open_tasks
from chengshu.engines.cases.tests.models import LEAVE, PARALLEL
from chengshu.foundation.errors import Conflict, Missing, Refused


def test_a_stranger_neither_sees_nor_completes_a_task(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    task_id = open_tasks(case_id)["apply"]
    with as_persona("finance_reviewer"):
        pass
    with as_persona("resident"), pytest.raises(Missing):
        complete_task(task_id=task_id)


def test_another_post_of_the_same_unit_is_refused(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    task_id = open_tasks(case_id)["apply"]
    with as_persona("unit_head"), pytest.raises(Refused) as refused:
        complete_task(task_id=task_id)
    assert refused.value.code == "task.not_your_post"


def test_a_case_goes_from_post_to_post_and_ends(as_persona: Any) -> None:
    deploy(LEAVE)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave", title="年休假")
        complete_task(task_id=open_tasks(case_id)["apply"], variables={"days": 5})
    with as_persona("unit_head"):
        page = work_items("claimable")
        assert [(item.title, item.node) for item in page.items] == [("年休假", "approve")]
        assert work_counts().claimable == 1
        complete_task(task_id=page.items[0].task_id, outcome="agree", opinion="同意")
        view = case_view(case_id)
    assert (view.state, view.variables["days"], view.variables["outcome"]) == ("completed", 5, "agree")
    assert not Token.objects.filter(case_id=case_id).exists()
    assert Case.objects.get(pk=case_id).ended_at is not None


def test_completing_twice_says_who_did_it_and_when(as_persona: Any) -> None:
    deploy(LEAVE)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        task_id = open_tasks(case_id)["apply"]
        complete_task(task_id=task_id)
        with pytest.raises(Conflict) as conflict:
            complete_task(task_id=task_id)
    assert conflict.value.code == "task.completed"
    assert "unit_officer" in str(conflict.value.message)
    assert Task.objects.filter(case_id=case_id).count() == 2


def test_history_has_no_gap_and_no_double(as_persona: Any) -> None:
    deploy(PARALLEL, "test.parallel")
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.parallel")
        for node in ("apply", "left", "right", "sign"):
            complete_task(task_id=open_tasks(case_id)[node])
    seqs = list(Happening.objects.filter(case_id=case_id).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Case.objects.get(pk=case_id).seq == len(seqs)
