"""Runs the approval situations against any workflow engine, through a small adapter.

    python conformance/approval/runner.py                                   the reference engine, in memory
    python conformance/approval/runner.py --adapter my_module:MyAdapter     yours
    python conformance/approval/runner.py --only CS --json                  some of them, for programs

A situation is a TOML file: a model, variables, and steps; each step is an action and what must be true after it. An
adapter translates five verbs; see ``Adapter``. Nothing here knows any engine.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

HERE = Path(__file__).resolve().parent
SITUATIONS = HERE / "situations"
MODELS = HERE / "models"

MAIN = "main"
"""The case that a step means when it names none."""


@dataclass(frozen=True)
class OpenTask:
    """A task as the situations see it.

    :param status: ``open`` can be done now; ``held`` waits for others; ``delegated`` is out for an opinion;
        ``reading`` is circulated
    """

    node: str
    holder: str
    status: Literal["open", "held", "delegated", "reading"] = "open"

    def __str__(self) -> str:
        return f"{self.node}/{self.holder or '-'}"


@dataclass(frozen=True)
class Action:
    """One thing that somebody does.

    :param do: ``complete``, ``claim``, ``release``, ``transfer``, ``delegate``, ``resolve``, ``add_signer``,
        ``remove_signer``, ``circulate``, ``acknowledge``, ``return``, ``withdraw_task``, ``withdraw_case``, ``jump``,
        ``urge``, ``suspend``, ``resume``, ``void``, ``merge``, ``split``, ``message``, ``advance``
    :param by: who does it; empty for the system
    :param task: node id of the task
    :param holder: whose task, when several are open at the node and it is not the actor's own
    :param to: for ``return`` and ``jump`` a node id; for ``message`` its name; else one person, or several
    :param days: how long ``advance`` lets time pass
    :param other: for ``merge`` the case joined to this one
    """

    do: str
    by: str = ""
    task: str = ""
    holder: str = ""
    to: str | tuple[str, ...] = ""
    outcome: str = ""
    opinion: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    on_behalf_of: str = ""
    side: str = ""
    weight: int = 1
    rerun: bool = True
    by_right: bool = False
    days: int = 0
    other: Any = None


class Refusal(Exception):
    """The engine refuses an action.

    :param kind: ``conflict`` not in this state, ``refused`` not by this person or not at this step, ``invalid`` not
        with this value, ``missing`` there is no such thing
    """

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Adapter(Protocol):
    """What an engine must offer. Cases are whatever the engine likes; people are names."""

    def deploy(self, model: bytes) -> None:
        """Take in a BPMN file. A fresh adapter is made for each situation."""
        ...

    def start(self, variables: Mapping[str, Any], by: str) -> Any:
        """Begin a case of the deployed process (the first one of the file) and return it."""
        ...

    def perform(self, case: Any, action: Action) -> Any:
        """Do it; return the new case of a ``split``, else nothing.

        :raises Refusal: the engine refuses it, and nothing has changed
        """
        ...

    def open_tasks(self, case: Any) -> Sequence[OpenTask]: ...

    def state(self, case: Any) -> str:
        """``running``, ``suspended``, ``completed``, ``terminated`` or ``void``."""
        ...

    def variables(self, case: Any) -> Mapping[str, Any]: ...

    def history(self, case: Any) -> Sequence[int]:
        """The numbers of the history entries, in order."""
        ...


@dataclass(frozen=True)
class Situation:
    """One law with one example, as the file tells it."""

    path: Path
    id: str
    title: str
    title_zh: str
    law: str
    law_zh: str
    model: str
    variables: Mapping[str, Any]
    starts_by: str
    steps: tuple[Mapping[str, Any], ...]
    peers: str = ""

    @property
    def content(self) -> bytes:
        return (MODELS / self.model).read_bytes()


@dataclass(frozen=True)
class Failure:
    """What is not as the law says."""

    situation: str
    step: int
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.situation} step {self.step}: expected {self.expected}; found {self.found}"


def situations(only: str = "") -> list[Situation]:
    """All situations in the order of their files, or those whose id begins with ``only``."""
    found = [read_situation(path) for path in sorted(SITUATIONS.glob("*.toml"))]
    return [situation for situation in found if situation.id.startswith(only)]


def read_situation(path: Path) -> Situation:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Situation(
        path=path,
        id=data["id"],
        title=data["title"],
        title_zh=data["title_zh"],
        law=data["law"],
        law_zh=data["law_zh"],
        model=data["model"],
        variables=data.get("variables", {}),
        starts_by=data.get("starts_by", "zhang"),
        steps=tuple(data["steps"]),
        peers=data.get("peers", ""),
    )


def run_situation(situation: Situation, adapter: Adapter) -> list[Failure]:
    """Play one situation; the failures, none when the engine keeps the law."""
    adapter.deploy(situation.content)
    cases = {MAIN: adapter.start(situation.variables, situation.starts_by)}
    failures: list[Failure] = []
    for number, step in enumerate(situation.steps, start=1):
        refused = _play(adapter, cases, situation, step)
        found = list(_differences(adapter, cases, step, refused))
        failures += [Failure(situation.id, number, expected, seen) for expected, seen in found]
    return failures


_EXPECTATIONS = frozenset({"open", "held", "reading", "delegated", "state", "refused", "expect", "tasks"})


def _play(adapter: Adapter, cases: dict[str, Any], situation: Situation, step: Mapping[str, Any]) -> str:
    """Do what the step says; the kind of refusal, empty when it was done."""
    label = step.get("case", MAIN)
    if step["do"] == "look":
        return ""
    if step["do"] == "start":
        cases[label] = adapter.start(
            step.get("variables", situation.variables), step.get("by", situation.starts_by)
        )
        return ""
    given = {key: value for key, value in step.items() if key not in _EXPECTATIONS | {"case", "into"}}
    if isinstance(given.get("to"), list):
        given["to"] = tuple(given["to"])
    if "other" in given:
        given["other"] = cases[given["other"]]
    try:
        made = adapter.perform(cases[label], Action(**given))
    except Refusal as refusal:
        return refusal.kind
    if "into" in step:
        cases[step["into"]] = made
    return ""


def _differences(
    adapter: Adapter, cases: Mapping[str, Any], step: Mapping[str, Any], refused: str
) -> Iterator[tuple[str, str]]:
    case = cases[step.get("case", MAIN)]
    wanted = step.get("refused", "")
    if refused != wanted:
        yield (f"refused as {wanted}" if wanted else "done", f"refused as {refused}" if refused else "done")
    tasks = adapter.open_tasks(case)
    for status in ("open", "held", "delegated", "reading"):
        if status in step:
            seen = sorted(str(task) for task in tasks if task.status == status)
            if seen != sorted(step[status]):
                yield f"{status} {sorted(step[status])}", str(seen)
    if "state" in step and adapter.state(case) != step["state"]:
        yield f"state {step['state']}", adapter.state(case)
    variables = adapter.variables(case)
    for name, value in step.get("expect", {}).items():
        if variables.get(name) != value:
            yield f"{name} = {value!r}", repr(variables.get(name))
    yield from _always(adapter, case, tasks)


def _always(adapter: Adapter, case: Any, tasks: Sequence[OpenTask]) -> Iterator[tuple[str, str]]:
    """What holds after every step of every situation."""
    twice = [task for task, times in Counter(map(str, tasks)).items() if times > 1]
    if twice:
        yield "no task twice", str(twice)
    if adapter.state(case) == "running" and not any(task.status != "reading" for task in tasks):
        yield "something to do, since the case has not ended", "nothing"
    if adapter.state(case) not in ("running", "suspended") and any(
        task.status != "reading" for task in tasks
    ):
        yield "nothing left to do, since the case has ended", str([str(task) for task in tasks])
    numbers = list(adapter.history(case))
    if numbers != list(range(1, len(numbers) + 1)):
        yield "a history without gaps, in order", str(numbers[:20])


def run_all(adapter: Callable[[], Adapter], only: str = "") -> dict[str, Any]:
    """Play all situations, each with a fresh adapter."""
    played = situations(only)
    failures = {situation.id: run_situation(situation, adapter()) for situation in played}
    return {
        "situations": len(played),
        "kept": sum(not found for found in failures.values()),
        "failures": [str(failure) for found in failures.values() for failure in found],
    }


def _adapter(name: str) -> Callable[[], Adapter]:
    module, _colon, attribute = name.partition(":")
    factory: Callable[[], Adapter] = getattr(importlib.import_module(module), attribute)
    return factory


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the approval situations against an engine.")
    parser.add_argument(
        "--adapter", default="memory_adapter:MemoryAdapter", help="module:class of the adapter"
    )
    parser.add_argument("--only", default="", help="situations whose id begins so")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args()
    result = run_all(_adapter(given.adapter), given.only)
    if given.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    else:
        lines = [
            *result["failures"],
            f"{result['kept']} of {result['situations']} situations are as the law says.",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    # The adapters import this file as "runner"; run that very module, so that both know the same Refusal.
    sys.path.insert(0, str(HERE))
    sys.exit(importlib.import_module("runner").main())
