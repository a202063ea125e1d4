"""Pages of the inbox over records that are made by hand, so that a test says exactly what the engine answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseView, Outcome, Place, TaskView, WorkCounts, WorkItem, WorkPage
from chengshu.foundation.errors import Missing
from chengshu.hub.inbox.tests import builders


@dataclass
class Engine:
    """What the engine answers in a test, and what it was asked to do."""

    case: CaseView
    items: tuple[WorkItem, ...] = ()
    counts: WorkCounts = field(default_factory=lambda: WorkCounts(1, 2, 3, 0, 1, 0))
    clocks: Any = field(default_factory=builders.clock_choices)
    places: tuple[Place, ...] = (Place("check", "处室负责人审核", True), Place("review", "办公室核验", True))
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusals: dict[str, Exception] = field(default_factory=dict)

    def task(self, task_id: int) -> TaskView:
        found = next((one for one in self.case.tasks if one.task_id == task_id), None)
        if found is None:
            raise Missing("There is no such task.")
        return found

    def action(self, name: str) -> Callable[..., None]:
        """An action that notes what it was given, or refuses as the test says."""

        def perform(**arguments: Any) -> None:
            if name in self.refusals:
                raise self.refusals[name]
            self.done.append((name, arguments))

        return perform


ACTIONS = (
    "acknowledge_circulation",
    "add_signer",
    "attach_file",
    "circulate_case",
    "claim_task",
    "complete_task",
    "delegate_task",
    "jump_case",
    "extend_clock",
    "give_supplement_notice",
    "merge_cases",
    "pause_clock",
    "release_task",
    "remove_signer",
    "resolve_delegation",
    "resume_case",
    "resume_clock",
    "return_case",
    "split_case",
    "suspend_case",
    "transfer_task",
    "urge_task",
    "void_case",
    "withdraw_case",
    "withdraw_task",
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine's door, answering with hand-made records."""
    made = Engine(builders.case())
    outcomes: tuple[Outcome, ...] = (builders.AGREE, builders.DISAGREE)
    answers: dict[str, Callable[..., Any]] = {
        "case_view": lambda case_id: made.case,
        "case_with_choices": lambda case_id: (made.case, made.clocks),
        "task_view": made.task,
        "outcomes_of": lambda task_id: outcomes,
        "places_to_return": lambda task_id: made.places,
        "places_to_jump": lambda case_id: made.places,
        "work_counts": lambda: made.counts,
        "work_items": lambda *_asked, **_more: WorkPage(made.items, ""),
        "definitions": lambda kind="": (),
        "clock_choices": lambda case_id: made.clocks,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(api, name, answer)
    for name in ACTIONS:
        monkeypatch.setattr(api, name, made.action(name))
    return made
