"""What the database refuses, whatever the code above it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from chengshu.engines.cases.api import complete_task, open_case, save_draft, work_items
from chengshu.engines.cases.models import Case, Definition, DefinitionVersion, Happening, Task, Token, Wait
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import LEAVE, process, user_task

ACROSS = process(
    '<startEvent id="start"/>'
    + user_task("apply", "填报")
    + user_task("check", "财政审核", role="finance_reviewer", unit="finance-bureau")
    + '<endEvent id="end"/>',
    ["start > apply", "apply > check", "check > end"],
    key="across",
)


@contextmanager
def writing(*units: int) -> Iterator[None]:
    """What the database is told while an action runs whose permission is held at these units."""
    with connection.cursor() as cursor:
        told = f'{{"cases": {list(units)}}}'
        set_both = "SELECT set_config('chengshu.action', %s, true), set_config('chengshu.write', %s, true)"
        cursor.execute(set_both, ["cases.complete_task", told])
        yield
        cursor.execute(set_both, ["", ""])


def _insert_token(case_id: int) -> None:
    Token.objects.create(id=1, case_id=case_id, plan="1", node="x", state="waiting")


def test_rows_of_another_unit_are_not_there(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("other_department_officer"):
        for model in (Case, Task, Token, Wait, Happening):
            field = "pk" if model is Case else "case_id"
            assert not model._default_manager.filter(**{field: case_id}).exists(), model
        assert work_items("unit").items == ()


def test_nothing_is_written_outside_an_action(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_officer"):
        assert Case.objects.filter(pk=case_id).update(title="changed") == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            _insert_token(case_id)


def test_the_functions_of_the_hot_path_refuse_outside_an_action(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_officer"), connection.cursor() as cursor:
        cursor.execute("SELECT cases_load(%s, NULL, false)", [case_id])
        assert cursor.fetchone() == (None,)
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            cursor.execute("SELECT cases_apply(%s, '{\"case\": {}}')", [case_id])


def test_the_functions_touch_no_other_case(as_persona: Any) -> None:
    deploy(LEAVE)
    mine, other = (
        open_case(definition="test.leave"),
        open_case(definition="test.leave", unit_id=unit("finance-bureau")),
    )
    token = Token.objects.filter(case_id=other).first()
    assert token is not None

    with writing(unit()), connection.cursor() as cursor:
        cursor.execute("SELECT cases_apply(%s, %s::jsonb)", [mine, f'{{"tokens_gone": [{token.pk}]}}'])
    assert Token.objects.filter(pk=token.pk).exists()


def test_an_action_without_the_case_in_its_units_changes_nothing(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_officer"), writing(unit("finance-bureau")):
        assert Case.objects.filter(pk=case_id).update(title="taken over") == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            _insert_token(case_id)
    with as_persona("unit_officer"), writing(unit()):
        assert Case.objects.filter(pk=case_id).update(title="in scope") == 1


def test_history_cannot_be_rewritten_even_by_the_application(db: None) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Happening.objects.filter(case_id=case_id).update(kind="nothing")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Happening.objects.filter(case_id=case_id).delete()


def test_a_case_opens_to_the_unit_that_gets_a_task(as_persona: Any) -> None:
    deploy(ACROSS, "test.across")
    case_id = open_case(definition="test.across")
    with as_persona("finance_reviewer"):
        before = [item.case_id for item in work_items("claimable").items]
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"])
    with as_persona("finance_reviewer"):
        assert Case.objects.filter(pk=case_id).exists()
        assert [item.case_id for item in work_items("claimable").items] == [*before, case_id]
    with as_persona("hotline_operator"):
        assert not Case.objects.filter(pk=case_id).exists()


def test_whoever_opened_a_case_elsewhere_reads_it(as_persona: Any) -> None:
    deploy(LEAVE, unit_key="finance-bureau")
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        assert Case.objects.filter(pk=case_id).exists()
        assert [item.case_id for item in work_items("started").items] == [case_id]
    with as_persona("unit_head"):
        assert not Case.objects.filter(pk=case_id).exists()


def test_a_model_in_force_is_read_by_everybody(as_persona: Any) -> None:
    version = deploy(LEAVE)
    with as_persona("finance_reviewer"):
        assert Definition.objects.filter(key="test.leave").exists()
        assert DefinitionVersion.objects.filter(pk=version.pk).exists()


def test_a_draft_is_not_seen_by_others(as_persona: Any) -> None:
    with as_persona("section_head"):
        version_id = save_draft(key="desk.leave", kind="process", content=LEAVE, unit_id=unit("data-bureau"))
        assert DefinitionVersion.objects.filter(pk=version_id).exists()
    with as_persona("other_department_officer"):
        assert not DefinitionVersion.objects.filter(pk=version_id).exists()
