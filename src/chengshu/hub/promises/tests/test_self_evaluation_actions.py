"""Self-evaluations: kept as typed, scored with their workings, blocked while anything is missing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.closing import (
    apply_form_result,
    open_self_evaluation,
    return_self_evaluation_form,
    submit_self_evaluation_form,
)
from chengshu.hub.promises.actions.evaluating import (
    save_evaluation_draft,
    start_self_evaluation,
    submit_self_evaluation,
)
from chengshu.hub.promises.appraisal import FormTyped, LineTyped, appraise
from chengshu.hub.promises.entry import Unfinished
from chengshu.hub.promises.models import Form, FormState, SelfEvaluation
from chengshu.hub.promises.tests.proof_world import (
    COUNT,
    PER_CASE,
    RATE,
    UNCLEAR,
    WITHIN,
    WORDS,
    YES,
    ZERO,
    World,
)

MONEY = FormTyped(adjusted="149.44", paid="149.44")
LATE = LineTyped(reason_code="delay", measure="增加窗口", due="2026-06-30")
DONE = {
    COUNT: LineTyped("120"),
    RATE: LineTyped("95"),
    WITHIN: LineTyped("12"),
    YES: LineTyped("yes"),
    ZERO: LineTyped("0"),
}
IN_WORDS = (WORDS, PER_CASE, UNCLEAR)


def put(form: Form, state: FormState) -> None:
    """Bring a form into a state as the life-cycle would after a year; outside an action the database refuses it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('chengshu.action', 'test', true), set_config('chengshu.write', %s, true)",
            ['{"promises": "*"}'],
        )
        Form.objects.filter(pk=form.pk).update(state=state)
        cursor.execute(
            "SELECT set_config('chengshu.action', '', true), set_config('chengshu.write', '', true)"
        )


@pytest.fixture
def started(world: World) -> SelfEvaluation:
    put(world.form, FormState.SELF_EVAL)
    return start_self_evaluation(form=world.form)


def in_words(world: World) -> dict[str, LineTyped]:
    """The indicators judged in words, each with a file and with full points."""
    for ref in IN_WORDS:
        world.bind(ref, **({"statistic": "maximum"} if ref == PER_CASE else {}))
    typed = {WORDS: "achieved", PER_CASE: "20", UNCLEAR: "achieved"}
    for ref, value in typed.items():
        world.prove(ref, value)
    return {ref: LineTyped(value) for ref, value in typed.items()}


def complete(world: World, evaluation: SelfEvaluation) -> dict[str, LineTyped]:
    typed = {**DONE, **in_words(world)}
    found = save_evaluation_draft(evaluation=evaluation, form=MONEY, lines=typed)
    weights = {line.ref: line.weight for line in found.result.lines}
    for ref in (WORDS, UNCLEAR):
        typed[ref] = replace(typed[ref], points=f"{weights[ref]:.2f}")
    save_evaluation_draft(evaluation=evaluation, form=MONEY, lines=typed)
    return typed


@pytest.mark.parametrize(
    "persona", ["other_department_officer", "finance_reviewer", "supervisor", "resident"]
)
def test_nobody_outside_starts_or_saves(world: World, started: SelfEvaluation, persona: str) -> None:
    form = world.form
    with pytest.raises(Refused), world.as_persona(persona):
        start_self_evaluation(form=form)
    with pytest.raises(Refused), world.as_persona(persona):
        save_evaluation_draft(evaluation=started, form=MONEY, lines={})


def test_the_officer_does_not_submit_and_the_unit_does_not_decide(
    world: World, started: SelfEvaluation
) -> None:
    with pytest.raises(Refused), world.as_persona("unit_officer"):
        submit_self_evaluation(evaluation=started)
    form = world.form
    with pytest.raises(Refused), world.as_persona("unit_head"):
        apply_form_result(form=form, decision="keep")


def test_a_draft_form_has_no_self_evaluation(world: World) -> None:
    for attempt in (
        lambda: start_self_evaluation(form=world.form),
        lambda: open_self_evaluation(form=world.form),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert not SelfEvaluation.objects.exists()


def test_a_running_year_is_not_evaluated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: date(2025, 12, 31))
    put(world.form, FormState.SELF_EVAL)
    with pytest.raises(Conflict) as conflict:
        start_self_evaluation(form=world.form)
    assert conflict.value.code == "evaluation.year_running"


def test_a_missing_value_blocks_and_is_never_scored_as_zero(started: SelfEvaluation) -> None:
    found = save_evaluation_draft(evaluation=started, form=FormTyped("149.44", ""), lines={})
    assert all(line.scored is None for line in found.result.lines)
    assert (found.result.total, found.result.grade) == (None, None)
    started.refresh_from_db()
    assert (started.total, started.grade, started.paid) == (None, "", None)
    assert {line.score for line in started.lines.all()} == {None}
    assert {f"actual-{COUNT}", f"actual-{RATE}", "paid"} <= set(found.errors)


@pytest.mark.parametrize("ref", [COUNT, RATE, WITHIN, YES, ZERO])
def test_one_missing_value_alone_leaves_no_total(world: World, started: SelfEvaluation, ref: str) -> None:
    typed = complete(world, started)
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines={**typed, ref: LineTyped("")})
    assert found.result.total is None
    line = started.lines.get(indicator__ref=ref)
    assert (line.actual, line.score) == (None, None)
    assert f"actual-{ref}" in found.errors


def test_what_cannot_be_read_is_kept_as_typed(started: SelfEvaluation) -> None:
    typed = LineTyped("<b>十二</b>", weight="five", due="soon", reason="'; DROP TABLE x;--")
    found = save_evaluation_draft(evaluation=started, form=FormTyped("lots", "1e9"), lines={COUNT: typed})
    assert {f"actual-{COUNT}", f"weight-{COUNT}", f"due-{COUNT}", "adjusted", "paid"} <= set(found.errors)
    kept = started.lines.get(indicator__ref=COUNT)
    assert kept.breakdown["typed"]["actual"] == "<b>十二</b>"
    assert kept.breakdown["typed"]["weight"] == "five"
    assert kept.actual is None


def test_a_full_form_scores_a_hundred(world: World, started: SelfEvaluation) -> None:
    complete(world, started)
    found = appraise(SelfEvaluation.objects.get(pk=started.pk))
    assert dict(found.errors) == {}
    assert (found.result.total, found.result.grade) == (Decimal("100.00"), "excellent")


def test_a_shortfall_shows_its_working_and_asks_for_reason_remedy_and_day(
    world: World, started: SelfEvaluation
) -> None:
    from chengshu.hub.promises.pages.proof.evaluation import working

    typed = complete(world, started)
    typed[WITHIN] = LineTyped("15")
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines=typed)
    line = next(line for line in found.result.lines if line.ref == WITHIN)
    assert line.scored is not None
    weight = line.weight
    assert line.scored.points == (weight * Decimal("0.75")).quantize(Decimal("0.01"))
    assert (
        working(line.scored)
        == f"{weight:f}".rstrip("0").rstrip(".") + f" × (1 − (15 − 12) ÷ 12) = {line.scored.points:.2f}"
    )
    assert set(found.errors) == {f"reason_code-{WITHIN}"}
    typed[WITHIN] = replace(LATE, actual="15", due="")
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines=typed)
    assert set(found.errors) == {f"due-{WITHIN}"}


def test_far_over_the_target_needs_a_reason_and_loses_nothing(world: World, started: SelfEvaluation) -> None:
    typed = complete(world, started)
    typed[COUNT] = LineTyped("130")
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines=typed)
    assert set(found.errors) == {f"reason_code-{COUNT}"}
    assert found.result.total == Decimal("100.00")


def test_points_outside_the_interval_of_the_grade_are_refused(world: World, started: SelfEvaluation) -> None:
    typed = complete(world, started)
    typed[WORDS] = replace(typed[WORDS], points="1")
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines=typed)
    assert f"points-{WORDS}" in found.errors


def test_own_weights_must_add_up(world: World, started: SelfEvaluation) -> None:
    typed = complete(world, started)
    typed[COUNT] = replace(typed[COUNT], weight="10")
    assert "weights" in save_evaluation_draft(evaluation=started, form=MONEY, lines=typed).errors
    outputs = (COUNT, WITHIN, YES, PER_CASE, ZERO, UNCLEAR)
    for ref, weight in zip(outputs, ("10", "10", "10", "10", "5", "5"), strict=True):
        typed[ref] = replace(typed[ref], weight=weight)
    typed[UNCLEAR] = replace(typed[UNCLEAR], points="5")
    found = save_evaluation_draft(evaluation=started, form=MONEY, lines=typed)
    assert found.result.total == Decimal("100.00")


def test_words_without_a_file_block(started: SelfEvaluation) -> None:
    found = save_evaluation_draft(
        evaluation=started, form=MONEY, lines={WORDS: LineTyped("achieved", points="30")}
    )
    assert f"actual-{WORDS}" in found.errors


def test_a_submitted_evaluation_no_longer_changes_until_it_is_returned(
    world: World, started: SelfEvaluation
) -> None:
    complete(world, started)
    with world.as_persona("unit_head"):
        submit_self_evaluation_form(form=world.form)
    done = SelfEvaluation.objects.get(pk=started.pk)
    assert (done.total, done.grade, done.submitted_at is not None) == (Decimal("100.00"), "excellent", True)
    with pytest.raises(Conflict):
        save_evaluation_draft(evaluation=done, form=MONEY, lines={})
    with pytest.raises(InvalidInput), world.as_persona("department_officer"):
        return_self_evaluation_form(form=world.form, reason=" ")
    with world.as_persona("department_officer"):
        return_self_evaluation_form(form=world.form, reason="附件不清")
    assert save_evaluation_draft(evaluation=done, form=MONEY, lines={}).result.total == Decimal("100.00")


def test_an_unfinished_evaluation_is_not_submitted(world: World, started: SelfEvaluation) -> None:
    typed = complete(world, started)
    save_evaluation_draft(evaluation=started, form=MONEY, lines={**typed, WITHIN: LineTyped("15")})
    with pytest.raises(Unfinished) as unfinished, world.as_persona("unit_head"):
        submit_self_evaluation_form(form=world.form)
    assert set(unfinished.value.errors) == {f"reason_code-{WITHIN}"}
    assert world.form.state == FormState.SELF_EVAL


def test_the_result_is_applied_once_and_another_decision_needs_a_reason(
    world: World, started: SelfEvaluation
) -> None:
    complete(world, started)
    with world.as_persona("unit_head"):
        submit_self_evaluation_form(form=world.form)
    for decision, note in (("double", ""), ("reduce", "")):
        with pytest.raises(InvalidInput), world.as_persona("department_officer"):
            apply_form_result(form=world.form, decision=decision, note=note)
    with world.as_persona("department_officer"):
        apply_form_result(form=world.form, decision="keep")
    assert SelfEvaluation.objects.get(pk=started.pk).decision == "keep"
    assert world.form.state == FormState.RESULT_APPLIED
