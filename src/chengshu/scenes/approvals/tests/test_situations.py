"""Every clock rule and every row of the time table, played through the processes that are in force."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import override

from chengshu.scenes.approvals.environment.form_types import MATTERS
from chengshu.scenes.approvals.tests.situations import Situation, play, read_situations


def test_every_situation_comes_out_as_it_says(in_force: None) -> None:
    """One ground for all of them; each is undone after it was played."""
    wrong = {}
    with override("en"):
        for situation in read_situations():
            found = _played(situation)
            wanted = (situation.refused,) if situation.refused else situation.expect
            if found != wanted:
                wrong[situation.title] = (wanted, found)
    assert not wrong, "\n".join(f"{title}: {pair}" for title, pair in wrong.items())


def test_every_matter_and_every_file_has_situations_and_each_cites_its_law() -> None:
    situations = read_situations()
    assert {*MATTERS, "general"} <= {situation.matter for situation in situations}
    assert all(situation.cites for situation in situations)
    assert all(bool(situation.expect) != bool(situation.refused) for situation in situations)


def _played(situation: Situation) -> tuple[str, ...]:
    with transaction.atomic():
        found = play(situation)
        transaction.set_rollback(True)
    return found
