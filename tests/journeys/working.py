"""Working on cases as officials do: take a step up from the list, fill in what it asks for, decide it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import TaskView
from chengshu.foundation.orgs.models import Unit
from tests.browser.windows import Window
from tests.journeys.applying import enter, go
from tests.journeys.town import Town, picture

OPINION: Final = "经审查，依法办理。"


REVIEW: Final = {"points": "complete", "finding": "材料齐全，符合法定条件。"}
DECISION: Final = {"basis": "经审查，符合法定条件。"}


def case_of(town: Town, application_id: int) -> int:
    """The case of an application; its page of the office names it, this asks the rows."""
    from chengshu.hub.services.models import Application

    with town.inside():
        case_id = Application.objects.get(pk=application_id).case_id
    assert case_id is not None, f"application {application_id} has no case"
    return case_id


def do(
    town: Town,
    stack: ExitStack,
    case_id: int,
    node: str,
    outcome: str,
    *,
    entries: Mapping[str, str] | None = None,
    opinion: str = OPINION,
    unit: str = "",
    shot: str = "",
) -> Window:
    """Complete the oldest open task of a step in the browser, as whoever holds the post that it is for.

    :param unit: key of the unit whose task is meant, where several units have one
    """
    with town.inside():
        only = Unit.objects.get(key=unit).pk if unit else None
    waiting = [one for one in town.open_tasks(case_id, node) if only in (None, one.unit_id)]
    assert waiting, f"nothing waits at {node}, but {[one.node for one in town.open_tasks(case_id)]}"
    window = open_task(town, stack, waiting[0])
    if shot:
        picture(window, shot)
    decide(window, outcome, entries or {}, opinion)
    assert window.complaints == []
    town.settle()
    return window


def open_task(town: Town, stack: ExitStack, task: TaskView) -> Window:
    """The page of a task, taken up by an officer of its post."""
    with town.inside():
        unit = Unit.objects.get(pk=task.unit_id).key
    window = town.officer(stack, unit, task.role)
    status = window.open(f"/inbox/tasks/{task.task_id}/")
    assert status == 200, f"{unit} {task.role}: {status} {window.page.inner_text('main')}"
    return window


def decide(window: Window, outcome: str, entries: Mapping[str, str], opinion: str) -> None:
    """Fill the step's form and press the button of an outcome."""
    page = window.page
    form = page.locator("#decision")
    assert form.count(), page.inner_text("main")[:1500]
    for path, value in entries.items():
        enter(page, f"f.{path}", value)
    if opinion:
        page.fill("#id_opinion", opinion)
    button = form.locator(f"button[name=outcome][value='{outcome}']")
    assert button.count(), form.locator(".decision__buttons").inner_text()
    before = page.url
    go(window, button)
    refused = page.locator(".error-summary, .notice--negative").all_inner_texts()
    assert not refused, f"{before}: {refused}"


def today() -> str:
    return timezone.localdate().isoformat()


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def delivery() -> dict[str, str]:
    """The proof of delivery, handed out electronically today."""
    return {"manner": "electronic", "delivered_on": today()}


def licence(number: str) -> dict[str, str]:
    """A licence that holds for five years."""
    return {"licence_number": number, "valid_from": today(), "valid_until": in_days(1825)}


def verify(town: Town, stack: ExitStack, application_id: int, kind: str) -> str:
    """What the public page says of the last paper of a kind, by the code that is printed on it."""
    from chengshu.hub.services.models import Paper

    with town.inside():
        code = Paper.objects.filter(application=application_id, kind=kind).latest("pk").code
    anybody = town.anybody(stack)
    anybody.open("/papers/verify/")
    anybody.page.fill("#code", code)
    go(anybody, anybody.page.locator("main form button[type=submit]"))
    picture(anybody, f"verify-{kind}")
    assert anybody.complaints == []
    return str(anybody.page.inner_text("main"))


def page_of(town: Town, stack: ExitStack, case_id: int, node: str) -> str:
    """What the page of an open step shows to whoever it is for."""
    return str(open_task(town, stack, town.open_tasks(case_id, node)[0]).page.inner_text("main"))


def clock_runs(town: Town, case_id: int) -> bool:
    """Whether the promised limit of the decision runs, neither paused nor stopped."""
    with town.inside():
        clocks = cases.case_view(case_id).clocks
    return any(
        one.layer == "promised" and one.stopped_at is None and one.paused_since is None for one in clocks
    )
