"""Checkpoints: prefilled with what is proven, reasons where they deviate, and final once submitted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.monitoring import (
    FormEntry,
    LineEntry,
    open_monitoring,
    open_monitorings,
    save_monitoring,
    submit_monitoring,
)
from chengshu.hub.promises.entry import Unfinished
from chengshu.hub.promises.models import Monitoring
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
from chengshu.hub.promises.tests.test_payments import record

JULY = date(2025, 7, 31)
GOOD = {
    COUNT: LineEntry("70"),
    RATE: LineEntry("95"),
    WITHIN: LineEntry("8"),
    YES: LineEntry("yes"),
    WORDS: LineEntry("achieved"),
    PER_CASE: LineEntry("achieved"),
    ZERO: LineEntry("0"),
    UNCLEAR: LineEntry("achieved"),
}


def light(checkpoint: Monitoring, ref: str) -> str:
    return checkpoint.lines.get(indicator__ref=ref).light


@pytest.mark.parametrize(
    "persona", ["other_department_officer", "finance_reviewer", "supervisor", "resident"]
)
def test_nobody_outside_opens_or_fills_in(world: World, persona: str) -> None:
    form = world.form
    with pytest.raises(Refused), world.as_persona(persona):
        open_monitoring(form=form, as_of=JULY)
    checkpoint = open_monitoring(form=form, as_of=JULY)
    with pytest.raises(Refused), world.as_persona(persona):
        save_monitoring(monitoring=checkpoint, entry=FormEntry({}))


def test_the_officer_fills_in_but_does_not_submit(world: World) -> None:
    with world.as_persona("unit_officer"):
        checkpoint = open_monitoring(form=world.form, as_of=JULY)
    with pytest.raises(Refused), world.as_persona("unit_officer"):
        submit_monitoring(monitoring=checkpoint)


def test_a_unit_does_not_open_for_the_whole_department(world: World) -> None:
    with pytest.raises(Refused), world.as_persona("unit_head"):
        open_monitorings(budget_year=world.year, as_of=JULY)


@pytest.mark.parametrize("as_of", [date(2024, 7, 31), date(2026, 1, 1), date(2999, 1, 1)])
def test_a_checkpoint_lies_in_its_year(world: World, as_of: date) -> None:
    with pytest.raises(InvalidInput) as wrong:
        open_monitoring(form=world.form, as_of=as_of)
    assert wrong.value.field == "as_of"


def test_a_checkpoint_is_opened_once(world: World) -> None:
    open_monitoring(form=world.form, as_of=JULY)
    with pytest.raises(Conflict):
        open_monitoring(form=world.form, as_of=JULY)


def test_one_step_opens_every_form_and_leaves_open_ones_alone(world: World) -> None:
    open_monitoring(form=world.form, as_of=JULY)
    with world.as_persona("department_officer"):
        opened = open_monitorings(budget_year=world.year, as_of=JULY)
    assert [one.form.ref for one in opened] == ["P01"]


def test_lines_are_prefilled_with_what_is_proven_by_that_day(world: World) -> None:
    world.bind(COUNT)
    world.bind(RATE)
    world.prove(COUNT, "40", date(2025, 6, 30))
    world.prove(COUNT, "90", date(2025, 9, 30))
    world.prove(RATE, "95", date(2025, 6, 30), simulated=True)
    record(world, "80")
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    line = checkpoint.lines.get(indicator__ref=COUNT)
    assert (line.actual, line.light) == ("40", "red")
    assert line.expected_share == Decimal("0.5808")
    assert line.forecast == "68.87件"
    assert checkpoint.lines.get(indicator__ref=RATE).actual == ""
    assert (checkpoint.paid, checkpoint.budget_light, checkpoint.goal_light) == (
        Decimal("80.00"),
        "green",
        "red",
    )
    assert checkpoint.reading == "spent_without_output"


def test_a_missing_value_is_grey_and_never_a_zero(world: World) -> None:
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    assert {line.light for line in checkpoint.lines.all()} == {"grey"}
    assert {line.actual for line in checkpoint.lines.all()} == {""}
    assert (checkpoint.paid, checkpoint.budget_light, checkpoint.goal_light) == (None, "grey", "grey")
    with pytest.raises(Unfinished) as unfinished:
        submit_monitoring(monitoring=checkpoint)
    assert len([name for name in unfinished.value.errors if name.startswith("actual-")]) == 8
    assert "paid" in unfinished.value.errors


@pytest.mark.parametrize(
    ("ref", "entry", "field"),
    [
        (COUNT, LineEntry("seventy"), f"actual-{COUNT}"),
        (COUNT, LineEntry("70%"), f"actual-{COUNT}"),
        (COUNT, LineEntry("70", reason_code="weather"), f"reason_code-{COUNT}"),
        (COUNT, LineEntry("70", likelihood="maybe"), f"likelihood-{COUNT}"),
        (COUNT, LineEntry("70", reason="字" * 2001), f"reason-{COUNT}"),
        (COUNT, LineEntry("70", remark="\x00"), f"remark-{COUNT}"),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_stored(
    world: World, ref: str, entry: LineEntry, field: str
) -> None:
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    with pytest.raises(Unfinished) as wrong:
        save_monitoring(monitoring=checkpoint, entry=FormEntry({**GOOD, ref: entry}, paid="abc"))
    assert set(wrong.value.errors) == {field, "paid"}
    assert {line.actual for line in checkpoint.lines.all()} == {""}


def test_whatever_deviates_needs_its_reason(world: World) -> None:
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    save_monitoring(monitoring=checkpoint, entry=FormEntry({**GOOD, COUNT: LineEntry("10")}, paid="10"))
    with pytest.raises(Unfinished) as unfinished:
        submit_monitoring(monitoring=checkpoint)
    assert set(unfinished.value.errors) == {f"reason_code-{COUNT}", "explanation"}
    other = LineEntry("10", reason_code="other")
    save_monitoring(monitoring=checkpoint, entry=FormEntry({COUNT: other}, paid="10", explanation="整改计划"))
    with pytest.raises(Unfinished) as unfinished:
        submit_monitoring(monitoring=checkpoint)
    assert set(unfinished.value.errors) == {f"reason-{COUNT}"}
    late = LineEntry("10", reason_code="delay", likelihood="possible")
    save_monitoring(monitoring=checkpoint, entry=FormEntry({COUNT: late}, paid="10", explanation="整改计划"))
    done = submit_monitoring(monitoring=checkpoint)
    assert done.submitted_at is not None
    with pytest.raises(Conflict):
        save_monitoring(monitoring=done, entry=FormEntry({}))


def test_a_yellow_light_asks_for_an_answer_within_five_working_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: date(2025, 9, 26))
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    saved = save_monitoring(
        monitoring=checkpoint, entry=FormEntry({**GOOD, COUNT: LineEntry("45")}, paid="80")
    )
    assert light(saved, COUNT) == "yellow"
    assert saved.response_due_on == date(2025, 10, 10)
    better = save_monitoring(monitoring=checkpoint, entry=FormEntry(GOOD, paid="80"))
    assert better.response_due_on is None
