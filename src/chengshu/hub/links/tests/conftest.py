"""A case to be opened, a link that tells of it, and the two people who may write and review it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chengshu.engines.cases import api as cases
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.links.actions import note_test, put_in_force, save_draft, submit_version
from chengshu.hub.links.content import Content
from chengshu.hub.links.models import LinkVersion

PROCESS = "test.leave"
AUTHOR, REVIEWER = "department_officer", "unit_head"
"""Who may write links of the service centre, and who may review them."""

MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
<bpmn:process id="leave" name="Leave" isExecutable="true"><bpmn:startEvent id="start"/>
<bpmn:userTask id="work" name="Work"/><bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="a" sourceRef="start" targetRef="work"/>
<bpmn:sequenceFlow id="b" sourceRef="work" targetRef="end"/></bpmn:process></bpmn:definitions>"""

CONTENT = Content(
    event="cases.CaseOpened",
    condition=f'process = "{PROCESS}"',
    call="notices.send_notice",
    inputs={
        "unit": "unit",
        "role": '"window_clerk"',
        "subject": '"A case: " + case_number',
        "page": "page",
    },
)


def centre(key: str = "service-centre") -> int:
    return Unit.objects.get(key=key).pk


def relay() -> None:
    """Deliver until nothing waits."""
    for _round in range(20):
        deliver_waiting()
        if not OutboxEvent.objects.filter(delivered_at=None).exists():
            return


@pytest.fixture
def process(db: None) -> None:
    """A process of the service centre in force; what that announced is delivered."""
    cases.save_draft(key=PROCESS, kind="process", content=MODEL, unit_id=centre(), title="Leave")
    version = cases.definition(PROCESS).versions[0].version_id
    cases.submit_version(version_id=version)
    cases.deploy_version(version_id=version)
    relay()


@pytest.fixture
def opened(process: None, as_persona: Callable[[str], Any]) -> Callable[[], int]:
    """Open a case of the service centre; returns its id."""

    def one() -> int:
        with as_persona("unit_officer"):
            return cases.open_case(definition=PROCESS, unit_id=centre(), title="A leave")

    return one


@pytest.fixture
def enforced(as_persona: Callable[[str], Any]) -> Callable[..., LinkVersion]:
    """Write a link as its author, note it as tried, submit it, and put it in force as its reviewer."""

    def one(
        content: Content = CONTENT, key: str = "tell-window", unit: str = "service-centre", **days: Any
    ) -> LinkVersion:
        with as_persona(AUTHOR):
            version_id = save_draft(key=key, unit_id=centre(unit), title="Tell the window", content=content)
            note_test(version_id=version_id, digest=content.digest)
            submit_version(version_id=version_id)
        with as_persona(REVIEWER):
            return put_in_force(version_id=version_id, **days)

    return one
