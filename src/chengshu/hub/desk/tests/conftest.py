"""A drawn model to work with, and the questions of the editor as they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.cases import api
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.desk.starting import begun, starter

KEY = "office.leave"


@pytest.fixture
def drawn(cast: Any, as_persona: Callable[[str], Any]) -> str:
    """The key of a process that the reviewer of the data bureau has drawn and saved as a draft."""
    content = begun(starter("five_steps"), key=KEY, title="请假审批")
    with as_persona("reviewer"):
        api.save_draft(key=KEY, kind="process", content=content, unit_id=bureau(), title="请假审批")
    return KEY


@pytest.fixture
def in_force(drawn: str, as_persona: Callable[[str], Any]) -> str:
    """The same, submitted by its author and put in force by the head of the section."""
    with as_persona("reviewer"):
        api.submit_version(version_id=version_of(drawn))
    with as_persona("section_head"):
        api.deploy_version(version_id=version_of(drawn))
    return drawn


def bureau() -> int:
    return Unit.objects.get(key="data-bureau").pk


def version_of(key: str) -> int:
    """The newest version of a model."""
    return max(api.definition(key).versions, key=lambda version: version.number).version_id


def ask(client: Client, path: str, question: object) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        path, json.dumps(question), content_type="application/json", HTTP_ACCEPT="application/json"
    )
    return answer.status_code, json.loads(answer.content)


def model(title: str = "模型", *, form: str = "", condition: str = "true") -> bytes:
    """A process of one task and a choice."""
    named = f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
 id="d" targetNamespace="urn:test"><bpmn:process id="simple" name="{title}" isExecutable="true">
<bpmn:startEvent id="start"/>
<bpmn:userTask id="work" name="办理"><bpmn:extensionElements>{named}</bpmn:extensionElements></bpmn:userTask>
<bpmn:exclusiveGateway id="which" default="otherwise"/><bpmn:endEvent id="yes"/><bpmn:endEvent id="no"/>
<bpmn:sequenceFlow id="a" sourceRef="start" targetRef="work"/>
<bpmn:sequenceFlow id="b" sourceRef="work" targetRef="which"/>
<bpmn:sequenceFlow id="c" sourceRef="which" targetRef="yes">
<bpmn:conditionExpression>= {condition}</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="otherwise" sourceRef="which" targetRef="no"/>
</bpmn:process></bpmn:definitions>""".encode()
