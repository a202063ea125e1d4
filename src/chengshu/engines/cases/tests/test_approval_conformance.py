"""The public situations of ``conformance/approval`` against the interpreter in memory; and that the runner can fail."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[5] / "conformance" / "approval"
sys.path.insert(0, str(FOLDER))
runner: Any = importlib.import_module("runner")
memory: Any = importlib.import_module("memory_adapter")
sys.path.remove(str(FOLDER))

SITUATIONS = runner.situations()


@pytest.mark.parametrize("situation", SITUATIONS, ids=[situation.id for situation in SITUATIONS])
def test_the_law_is_kept(situation: Any) -> None:
    failures = runner.run_situation(situation, memory.MemoryAdapter())
    assert not failures, "\n".join(str(failure) for failure in failures)


def test_every_law_is_told_in_two_languages_and_has_its_own_id() -> None:
    assert len({situation.id for situation in SITUATIONS}) == len(SITUATIONS) >= 45
    assert all(s.title and s.title_zh and s.law and s.law_zh and s.steps for s in SITUATIONS)


def test_every_model_is_used_by_a_situation() -> None:
    used = {situation.model for situation in SITUATIONS}
    assert used == {path.name for path in runner.MODELS.glob("*.bpmn")}


class Forgetful(memory.MemoryAdapter):  # type: ignore[misc]
    """An engine that loses the signers' tasks when a countersign is sent back."""

    def open_tasks(self, case: int) -> list[Any]:
        returned = any(happening.kind == "case_returned" for happening in self.cases.history(case))
        return [task for task in super().open_tasks(case) if not (returned and task.node == "sign")]


def test_an_engine_that_loses_tasks_is_found_out() -> None:
    (situation,) = runner.situations("RT-07")
    failures = runner.run_situation(situation, Forgetful())
    assert any("something to do" in failure.expected for failure in failures)
    assert any("open" in failure.expected for failure in failures)


class Lenient(memory.MemoryAdapter):  # type: ignore[misc]
    """An engine that does nothing where it should refuse."""

    def perform(self, case: int, action: Any) -> Any:
        try:
            return super().perform(case, action)
        except runner.Refusal:
            return None


def test_an_engine_that_refuses_nothing_is_found_out() -> None:
    (situation,) = runner.situations("RT-04")
    failures = runner.run_situation(situation, Lenient())
    assert [(failure.expected, failure.found) for failure in failures] == [("refused as conflict", "done")]
