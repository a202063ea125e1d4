"""Small models for tests, written as text so that a test shows what it runs."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:chengshu="urn:chengshu:bpmn:1" id="definitions" targetNamespace="urn:test">'
)


def process(
    nodes: str, flows: Iterable[str], *, key: str = "leave", name: str = "请假", extra: str = ""
) -> bytes:
    """A process of these nodes; a flow is ``"source > target"`` or ``"source > target if <FEEL>"``."""
    drawn = "".join(_flow(number, flow) for number, flow in enumerate(flows))
    return (
        f'{HEAD}{extra}<process id="{key}" name="{name}" isExecutable="true">{nodes}{drawn}</process></definitions>'
    ).encode()


def _flow(number: int, text: str) -> str:
    way, _if, condition = text.partition(" if ")
    source, target = way.split(" > ")
    body = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="flow_{number}" sourceRef="{source}" targetRef="{target}">{body}</sequenceFlow>'


def user_task(
    node: str,
    name: str,
    *,
    role: str = "unit_officer",
    unit: str = "case",
    apart_from: str = "",
    outcomes: Iterable[str] = (),
    more: str = "",
    inside: str = "",
) -> str:
    """A human step for a role at a unit; each outcome is a key."""
    apart = f' apartFrom="{apart_from}"' if apart_from else ""
    offered = "".join(f'<chengshu:outcome key="{key}" label="{key}"/>' for key in outcomes)
    listed = f"<chengshu:outcomes>{offered}</chengshu:outcomes>" if offered else ""
    return (
        f'<userTask id="{node}" name="{name}"><extensionElements>'
        f'<chengshu:assign unit="{unit}" role="{role}"{apart}/>{listed}{more}</extensionElements>{inside}</userTask>'
    )


START, END = '<startEvent id="start" name="开始"/>', '<endEvent id="end" name="结束"/>'

LEAVE = process(
    START
    + user_task("apply", "填报")
    + user_task("approve", "审批", role="unit_head", outcomes=("agree", "disagree"))
    + END,
    ["start > apply", "apply > approve", "approve > end"],
)
"""Two steps: an officer fills in, the head of the unit decides."""

PARALLEL = process(
    START
    + user_task("apply", "填报")
    + '<parallelGateway id="split"/>'
    + user_task("left", "左")
    + user_task("right", "右")
    + '<parallelGateway id="join"/>'
    + user_task("sign", "签发")
    + END,
    [
        "start > apply",
        "apply > split",
        "split > left",
        "split > right",
        "left > join",
        "right > join",
        "join > sign",
        "sign > end",
    ],
    key="parallel",
    name="并联",
)
"""Two steps side by side between a first and a last one."""
