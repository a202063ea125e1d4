"""Small BPMN models for tests: a frame that declares the namespaces, and words for the usual parts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:chengshu="urn:chengshu:bpmn:1"
 id="model" targetNamespace="urn:test">
{inside}
</bpmn:definitions>
"""


def definitions(inside: str) -> bytes:
    return FRAME.format(inside=inside).encode()


def process(steps: str, *, beside: str = "", identifier: str = "p", attributes: str = "") -> bytes:
    """A file with one executable process, and whatever stands beside it."""
    opening = f'<bpmn:process id="{identifier}" name="Permit" isExecutable="true" {attributes}>'
    return definitions(f"{opening}{steps}</bpmn:process>{beside}")


def flow(source: str, target: str, *, condition: str = "", name: str = "", identifier: str = "") -> str:
    inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    label = f' name="{name}"' if name else ""
    ends = f'id="{identifier or f"{source}-{target}"}" sourceRef="{source}" targetRef="{target}"'
    return f"<bpmn:sequenceFlow {ends}{label}>{inside}</bpmn:sequenceFlow>"


def chain(*nodes: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(source, target) for source, target in pairwise(nodes))


def node(kind: str, identifier: str, inside: str = "", attributes: str = "", name: str | None = None) -> str:
    label = identifier.title() if name is None else name
    return f'<bpmn:{kind} id="{identifier}" name="{label}" {attributes}>{inside}</bpmn:{kind}>'


def extended(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def task(identifier: str, inside: str = "", attributes: str = "", name: str | None = None) -> str:
    """A user task that lint has nothing to say about."""
    assigned = extended('<chengshu:assign role="reviewer"/>')
    return node("userTask", identifier, assigned + inside, attributes, name)


START = '<bpmn:startEvent id="start"/>'
END = '<bpmn:endEvent id="end"/>'


def straight(step: str, identifier: str = "step", *, beside: str = "") -> bytes:
    """Start, one step, end."""
    return process(START + step + END + chain("start", identifier, "end"), beside=beside)


NAMES = ("", "审核", "A &amp; &lt;B&gt;", "two&#10;lines", "&quot;quoted&quot;")


@st.composite
def processes(draw: st.DrawFn) -> bytes:
    """Processes of blocks within each other: sequences, choices, parallel paths, loops, boundary events."""
    counter = iter(range(1_000))
    parts: list[str] = []

    def new(kind: str, inside: str = "", attributes: str = "") -> str:
        identifier = f"n{next(counter)}"
        parts.append(node(kind, identifier, inside, attributes, draw(st.sampled_from(NAMES))))
        return identifier

    def connect(source: str, target: str) -> None:
        parts.append(flow(source, target, identifier=f"f{next(counter)}"))

    def block(depth: int) -> tuple[str, str]:
        kind = (
            draw(st.sampled_from(["task", "task", "sequence", "choice", "parallel", "loop", "boundary"]))
            if depth
            else "task"
        )
        if kind == "task":
            step = new(draw(st.sampled_from(["userTask", "serviceTask", "task", "intermediateThrowEvent"])))
            return step, step
        if kind == "sequence":
            (first, middle), (after, last) = block(depth - 1), block(depth - 1)
            connect(middle, after)
            return first, last
        if kind == "boundary":
            step = new("userTask")
            event = new("boundaryEvent", "<bpmn:errorEventDefinition/>", f'attachedToRef="{step}"')
            first, last = block(depth - 1)
            connect(event, first)
            join = new("exclusiveGateway")
            connect(step, join)
            connect(last, join)
            return step, join
        gateway = "parallelGateway" if kind == "parallel" else "exclusiveGateway"
        split, join = new(gateway), new(gateway)
        if kind == "loop":
            first, last = block(depth - 1)
            connect(split, first)
            connect(last, join)
            connect(join, split)
            return split, join
        for _branch in range(draw(st.integers(2, 3))):
            first, last = block(depth - 1)
            connect(split, first)
            connect(last, join)
        return split, join

    start, end = new("startEvent"), new("endEvent")
    first, last = block(3)
    connect(start, first)
    connect(last, end)
    return process("".join(draw(st.permutations(parts))))
