"""The life of a model: nothing faulty, nobody's own, nothing halfway gets into force."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.engines.cases import ports
from chengshu.engines.cases.actions import ship_model
from chengshu.engines.cases.api import (
    complete_task,
    definition,
    definitions,
    deploy_version,
    drawn_content,
    lint,
    migrate_cases,
    open_case,
    preview_migration,
    reject_version,
    retire_version,
    save_draft,
    startable,
    submit_version,
    version_content,
)
from chengshu.engines.cases.base_data import deploy_case_types
from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.models import Case, Definition, DefinitionVersion
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import END, LEAVE, PARALLEL, START, process, user_task
from chengshu.foundation.errors import Conflict, InvalidInput, Refused

DESK = {"key": "desk.leave", "kind": "process"}
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><documentation>&b;</documentation>
</process></definitions>"""


def drafted(as_persona: Any, content: bytes = LEAVE) -> int:
    with as_persona("section_head"):
        return save_draft(**DESK, content=content, unit_id=unit("data-bureau"))


@pytest.mark.parametrize("content", [b"<definitions", BOMB, b"", b"\x00\x01\x02"])
def test_what_cannot_be_read_is_not_kept(as_persona: Any, content: bytes) -> None:
    with as_persona("section_head"), pytest.raises(InvalidInput):
        save_draft(**DESK, content=content, unit_id=unit("data-bureau"))
    assert not Definition.objects.filter(key="desk.leave").exists()


def test_a_model_saved_without_a_diagram_is_shown_with_one(as_persona: Any) -> None:
    version_id = drafted(as_persona)
    with as_persona("section_head"):
        assert version_content(version_id) == LEAVE
        shown = read_document(drawn_content(version_id))
    assert set(shown.drawn) >= {node.id for node in read_document(LEAVE).root.all("bpmn:userTask")}
    assert shown.drawn


def test_a_draft_of_another_unit_is_refused(as_persona: Any) -> None:
    with as_persona("section_head"), pytest.raises(Refused):
        save_draft(**DESK, content=LEAVE, unit_id=unit("finance-bureau"))


def test_a_faulty_model_is_not_even_submitted(as_persona: Any) -> None:
    nowhere = process(START + user_task("apply", "填报"), ["start > apply", "apply > gone"])
    version_id = drafted(as_persona, nowhere)
    with as_persona("section_head"), pytest.raises(ModelRefused) as refused:
        submit_version(version_id=version_id)
    assert refused.value.findings
    assert DefinitionVersion.objects.get(pk=version_id).state == "draft"


def test_the_author_does_not_deploy_what_they_wrote(as_persona: Any) -> None:
    version_id = drafted(as_persona)
    with as_persona("section_head"):
        with pytest.raises(Conflict):
            deploy_version(version_id=version_id)
        submit_version(version_id=version_id)
        with pytest.raises(Refused) as refused:
            deploy_version(version_id=version_id)
    assert refused.value.code == "cases.own_version"
    with as_persona("department_head"):
        deploy_version(version_id=version_id)
    with as_persona("unit_officer"):
        assert [view.key for view in startable()] == ["desk.leave"]


def test_a_rejected_version_is_a_draft_again_with_the_reason(as_persona: Any) -> None:
    version_id = drafted(as_persona)
    with as_persona("section_head"):
        submit_version(version_id=version_id, note="请审核")
    with as_persona("department_head"):
        with pytest.raises(InvalidInput):
            reject_version(version_id=version_id, reason=" ")
        reject_version(version_id=version_id, reason="缺会签")
    assert DefinitionVersion.objects.get(pk=version_id).review_note == "缺会签"
    assert drafted(as_persona, PARALLEL.replace(b'"parallel"', b'"leave"')) == version_id


def test_a_retired_process_opens_no_case_and_runs_on(as_persona: Any) -> None:
    version = deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_head"):
        retire_version(version_id=version.pk)
    assert startable() == ()
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"])
    assert set(open_tasks(case_id)) == {"approve"}


def test_the_text_is_kept_byte_for_byte(as_persona: Any) -> None:
    version_id = drafted(as_persona)
    with as_persona("section_head"):
        assert version_content(version_id) == LEAVE
        assert definition("desk.leave").versions[0].author == "section_head"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LEAVE.replace(b"</userTask>", b"<missing/></userTask>"), ""),
        (
            process(
                START + '<callActivity id="call" name="x" calledElement="nowhere"/>' + END,
                ["start > call", "call > end"],
            ),
            "cases.call_unknown",
        ),
    ],
)
def test_what_is_unknown_is_refused_and_nothing_is_half_deployed(db: None, content: bytes, code: str) -> None:
    before = (Definition.objects.count(), DefinitionVersion.objects.count())
    with pytest.raises(ModelRefused):
        deploy(content, "test.broken")
    assert (Definition.objects.count(), DefinitionVersion.objects.count()) == before


def test_a_process_that_calls_itself_is_refused(db: None) -> None:
    call = f'{START}<callActivity id="call" name="x" calledElement="leave"/>{END}'
    content = process(call, ["start > call", "call > end"])
    assert "bpmn.cyclic_call" in {finding.code for finding in lint(content)}
    with pytest.raises(ModelRefused):
        deploy(content, "test.cycle")


def test_a_form_that_does_not_exist_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_known_forms", [lambda: {"sample.leave"}])
    form = '<zeebe:formDefinition formId="sample.nothing"/>'
    content = process(START + user_task("apply", "填报", more=form) + END, ["start > apply", "apply > end"])
    assert any(f.severity == "error" and "sample.nothing" in str(f.message) for f in lint(content))
    with pytest.raises(ModelRefused):
        deploy(content, "test.form")


def test_shipping_the_same_text_changes_nothing_and_another_is_a_new_version(db: None) -> None:
    first = deploy(LEAVE)
    assert deploy(LEAVE).pk == first.pk
    second = deploy(LEAVE.replace("审批".encode(), "批准".encode()))
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("retired", "deployed", 2)


def test_the_models_of_the_scenes_are_deployed_once(db: None) -> None:
    deploy_case_types()
    assert deploy_case_types() == 0
    assert {view.kind for view in definitions()} <= {"process", "decision"}


WITH_SIGNATURE = process(
    START
    + user_task("apply", "填报")
    + user_task("approve", "审批", role="unit_head", outcomes=("agree", "disagree"))
    + user_task("countersign", "会签")
    + END,
    ["start > apply", "apply > approve", "approve > countersign", "countersign > end"],
)
WITHOUT_APPLY = process(
    START + user_task("approve", "审批", role="unit_head", outcomes=("agree", "disagree")) + END,
    ["start > approve", "approve > end"],
)


def test_a_migration_shows_what_a_case_gains_and_does_it(as_persona: Any) -> None:
    first = deploy(LEAVE)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        complete_task(task_id=open_tasks(case_id)["apply"])
    second = deploy(WITH_SIGNATURE)
    effect = preview_migration(first.pk, second.pk)[0]
    assert (effect.case_id, effect.gains, effect.loses, str(effect.refused)) == (case_id, ("会签",), (), "")
    with as_persona("unit_head"):
        assert [e.gains for e in migrate_cases(from_version=first.pk, to_version=second.pk)] == [("会签",)]
        complete_task(task_id=open_tasks(case_id)["approve"], outcome="agree")
    assert Case.objects.get(pk=case_id).version_id == second.pk
    assert set(open_tasks(case_id)) == {"countersign"}


def test_a_case_at_a_step_that_vanished_is_not_moved(as_persona: Any) -> None:
    first = deploy(LEAVE)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
    second = deploy(WITHOUT_APPLY)
    effects = migrate_cases(from_version=first.pk, to_version=second.pk)
    assert "填报" in str(effects[0].refused)
    assert Case.objects.get(pk=case_id).version_id == first.pk


def test_a_new_step_on_a_branch_already_entered_is_refused_not_lost(as_persona: Any) -> None:
    first = deploy(PARALLEL, "test.parallel")
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.parallel")
        complete_task(task_id=open_tasks(case_id)["apply"])
        complete_task(task_id=open_tasks(case_id)["right"])
    more = PARALLEL.replace(
        b'<userTask id="right"', user_task("extra", "增加").encode() + b'<userTask id="right"'
    ).replace(b'sourceRef="split" targetRef="right"', b'sourceRef="split" targetRef="extra"')
    more = more.replace(
        b"</process>", b'<sequenceFlow id="flow_x" sourceRef="extra" targetRef="right"/></process>'
    )
    second = deploy(more, "test.parallel")
    effect = preview_migration(first.pk, second.pk)[0]
    assert "增加" in str(effect.refused)
    assert effect.case_id == case_id


def test_versions_of_two_processes_are_no_migration(db: None) -> None:
    one, other = deploy(LEAVE), deploy(PARALLEL, "test.parallel")
    with pytest.raises(InvalidInput):
        preview_migration(one.pk, other.pk)


def test_shipping_is_the_operators(as_persona: Any) -> None:
    with as_persona("section_head"), pytest.raises(Refused):
        ship_model(key="x.y", kind="process", content=LEAVE, unit_id=unit(), title="", origin="")
