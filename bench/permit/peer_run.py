"""The permit process in SpiffWorkflow, one transaction a step: lock, read, complete, write, commit. Runs in its own
environment; prints one JSON object.

As the library ships: the whole instance with its definitions is one document. No permission is checked, no work list
and no audit entry is written, all of which our side does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psycopg
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

MODELS = Path(__file__).resolve().parents[1] / "models"
CASES = 15
STEPS = 30
WARM_UP = 3


def main() -> None:
    parser = SpiffBpmnParser()
    parser.add_bpmn_file(str(MODELS / "permit_spiff.bpmn"))
    parser.add_dmn_file(str(MODELS / "triage_spiff.dmn"))
    spec = parser.get_spec("permit")
    called = parser.get_subprocess_specs("permit")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
    with psycopg.connect(**json.loads(os.environ["PEER_DATABASE"])) as connection:
        connection.execute("DROP TABLE IF EXISTS peer_case")
        connection.execute("CREATE TABLE peer_case (id int PRIMARY KEY, document text)")
        for number in range(CASES):
            workflow = BpmnWorkflow(spec, called)
            workflow.data.update(area=1200, kind="school")
            first = workflow.get_next_task()
            first.data.update(area=1200, kind="school")
            workflow.do_engine_steps()
            document = serializer.serialize_json(workflow)
            connection.execute("INSERT INTO peer_case VALUES (%s, %s)", [number, document])
        connection.commit()
        print(json.dumps(_drive(connection, serializer)))


def _drive(connection: psycopg.Connection, serializer: BpmnWorkflowSerializer) -> dict:
    client = backend = 0.0
    completions, size = 0, 0
    for step in range(STEPS):
        for number in range(CASES):
            before = (time.process_time(), _backend_cpu(connection))
            done, size = _step(connection, serializer, number)
            if done and step >= WARM_UP:
                completions += 1
                client += time.process_time() - before[0]
                backend += _backend_cpu(connection) - before[1]
    return {
        "per_core": completions / (client + backend),
        "client_ms": client / completions * 1000,
        "backend_ms": backend / completions * 1000,
        "note": f"{completions} completions, steps {WARM_UP}–{STEPS}, document {size // 1024} kB at the end",
    }


def _step(
    connection: psycopg.Connection, serializer: BpmnWorkflowSerializer, number: int
) -> tuple[bool, int]:
    """Complete one task, or send the message that the case waits for; whether it was a task."""
    row = connection.execute("SELECT document FROM peer_case WHERE id = %s FOR UPDATE", [number]).fetchone()
    workflow = serializer.deserialize_json(row[0])
    ready = workflow.get_tasks(state=TaskState.READY, manual=True)
    if ready:
        task = ready[0]
        name = task.task_spec.bpmn_id
        task.data.update(outcome="", opinion="经核查，情况属实")
        if name == "accept":
            task.data["accept_outcome"] = "accepted"
        if name == "decide":
            task.data["decide_outcome"] = "return"
        task.run()
    else:
        workflow.catch(BpmnEvent(MessageEventDefinition("supplement"), {}))
    workflow.do_engine_steps()
    workflow.refresh_waiting_tasks()
    document = serializer.serialize_json(workflow)
    connection.execute("UPDATE peer_case SET document = %s WHERE id = %s", [document, number])
    connection.commit()
    return bool(ready), len(document)


def _backend_cpu(connection: psycopg.Connection) -> float:
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
