"""Every situation that officials wrote down comes out as they say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chengshu.engines.cases.clocks.law import shipped
from chengshu.engines.cases.clocks.settled import SHIPPED_OFFICE, read_office
from chengshu.engines.cases.clocks.situations import Situation, play, read_situations
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.errors import InvalidFile

SITUATIONS = read_situations()


@pytest.fixture(scope="module")
def timekeeping() -> Timekeeping:
    return Timekeeping(published_calendar(), read_office(SHIPPED_OFFICE))


def test_a_word_outside_the_vocabulary_is_named(tmp_path: Path, timekeeping: Timekeeping) -> None:
    (tmp_path / "own.toml").write_text(
        '[[situation]]\ntitle = "x"\ncites = "y"\nrule = "general_permit"\nfacts = ["2026-02-10 审批"]\n',
        "utf-8",
    )
    (situation,) = read_situations(tmp_path)
    with pytest.raises(InvalidFile) as refusal:
        play(situation, shipped(), timekeeping)
    assert refusal.value.code == "clocks.situation"
    assert "审批" in str(refusal.value.message)


def test_an_incomplete_situation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[[situation]]\ntitle = "x"\n', "utf-8")
    with pytest.raises(InvalidFile) as refusal:
        read_situations(tmp_path)
    assert refusal.value.code == "clocks.situation"


def test_a_refusal_that_does_not_come_is_noticed(timekeeping: Timekeeping) -> None:
    hopeful = Situation("x", "y", "general_permit", ("2026-02-10 受理",), (), "clocks.overdue", "x.toml")
    (answer,) = play(hopeful, shipped(), timekeeping)
    assert not answer.holds


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.title)
def test_a_situation_comes_out(situation: Situation, timekeeping: Timekeeping) -> None:
    answers = play(situation, shipped(), timekeeping)
    assert answers, "a situation expects something"
    assert [answer.found for answer in answers] == [answer.expected for answer in answers]


def test_there_are_situations_for_every_family_of_rules() -> None:
    book = shipped()
    told = {book.rule(situation.rule, date(2026, 6, 1)).family for situation in SITUATIONS}
    assert told == {rule.family for rule in book.versions}
    assert len(SITUATIONS) >= 40
