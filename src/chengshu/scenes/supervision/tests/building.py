"""A permit applied for and decided, as its unit and its citizen know it, for the tests of supervision."""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services.data import Filed
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests.building import apply, hear, put_in_force
from chengshu.scenes.supervision.actions import leave_rating
from chengshu.scenes.supervision.models import Card, Rating, TouchPoint
from chengshu.scenes.supervision.tickets import issue


def deploy() -> None:
    """Forms and processes of the scene, put in force as the base data does."""
    importlib.import_module("chengshu.engines.registers.actions").load_declared_forms(scene="supervision")
    importlib.import_module("chengshu.engines.cases.base_data").deploy_case_types(scene="supervision")


def filed(cast: Cast) -> Filed:
    """The resident has applied for a permit of the data bureau."""
    put_in_force()
    found = apply(cast["resident"])
    hear()
    return found


def decided(cast: Cast) -> Filed:
    """The same, accepted by the reviewer and granted by the head of section."""
    found = filed(cast)
    case_id = case_of(found)
    for persona, node, outcome in (("reviewer", "check", "accept"), ("section_head", "decide", "grant")):
        task = next(
            one for one in cases.case_view(case_id).tasks if one.node == node and one.completed_at is None
        )
        with asking(cast[persona].asker()):
            cases.claim_task(task_id=task.task_id)
        decide_as(cast, persona, case_id, node, outcome)
    return found


def decide_as(
    cast: Cast, persona: str, case_id: int, node: str, outcome: str, opinion: str = "", **more: Any
) -> None:
    """A persona, or the platform without one, completes the open step of a case, and everybody hears of it."""
    task = next(
        one for one in cases.case_view(case_id).tasks if one.node == node and one.completed_at is None
    )
    asker = cast[persona].asker() if persona else current_asker()
    with asking(asker):
        cases.complete_task(task_id=task.task_id, outcome=outcome, opinion=opinion, variables=more or None)
    hear()
    serve(case_id)


def case_of(found: Filed) -> int:
    case_id = Application.objects.get(pk=found.application_id).case_id
    assert case_id is not None
    return case_id


def rate(found: Filed, level: int = 1, **more: Any) -> Rating:
    """The applicant rates the online service, and everybody hears of it."""
    given = {"touch_point": TouchPoint.ONLINE, "level": level, **more}
    rating = leave_rating(ticket=issue(found.application_id), **given)
    hear()
    return rating


def serve(case_id: int) -> None:
    """Perform the service calls that wait in a case, as the worker does."""
    for _round in range(10):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM cases_job WHERE case_id = %s AND state = 'waiting' ORDER BY id", [case_id]
            )
            waiting = [row[0] for row in cursor.fetchall()]
        for job_id in waiting:
            app.tasks["chengshu.perform_service"].func(job_id)
        hear()
        if not waiting:
            return


def late(days: int = 90) -> datetime:
    """The engine's round finds every clock late, so long from now."""
    moment = timezone.now() + timedelta(days=days)
    actions = importlib.import_module("chengshu.engines.cases.clocks.actions")
    actions.raise_late_clocks(at=moment)
    return moment


def open_nodes(case_id: int) -> list[str]:
    return [task.node for task in cases.case_view(case_id).tasks if task.completed_at is None]


def keep(card: Card) -> Card:
    """Save a card as an action of the platform would, without the rules around raising one."""
    foundation = importlib.import_module("chengshu.foundation.action")
    spec = foundation.registered_actions()["supervision.raise_card"]
    foundation._perform(spec, lambda unit: card.save(), {"unit": card.unit})
    return card
