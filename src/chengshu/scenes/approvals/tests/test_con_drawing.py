"""Draws: nobody who must not, nobody before one who was drawn less, and the same again from the record."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.scenes.approvals.construction.drawing import (
    Candidate,
    Verdict,
    Wanted,
    digest_of,
    draw,
    draw_again,
    frame_of,
    is_same,
    recusal,
)

WANTED = Wanted("energy", 3, "OWNER", "PROJECT")


def expert(number: str = "1", **changes: object) -> Candidate:
    return Candidate(**{"number": number, "fields": ("energy",), "employer": f"E{number}", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("candidate", "verdict"),
    [
        (expert(active=False), Verdict.SUSPENDED),
        (expert(fields=("fire",)), Verdict.OTHER_FIELD),
        (expert(employer="OWNER"), Verdict.SAME_EMPLOYER),
        (expert(conflicts=("OWNER",)), Verdict.DECLARED),
        (expert(worked_on=("PROJECT",)), Verdict.WORKED_ON),
        (expert(), None),
    ],
)
def test_whoever_must_not_take_part_is_passed_over_with_the_reason(
    candidate: Candidate, verdict: Verdict | None
) -> None:
    assert recusal(candidate, WANTED) == verdict
    logged = draw([candidate], WANTED, seed="s").verdicts
    assert logged == {"1": (verdict or Verdict.DRAWN).value}


def test_two_of_one_employer_are_not_drawn_together() -> None:
    pair = [expert("1", employer="SAME"), expert("2", employer="SAME")]
    verdicts = sorted(draw(pair, WANTED, seed="s").verdicts.values())
    assert verdicts == [Verdict.COLLEAGUE, Verdict.DRAWN]


def test_who_was_drawn_least_and_longest_ago_comes_first() -> None:
    panel = [
        expert("a", draws=1, last_drawn="2026-01-01"),
        expert("b", draws=0, last_drawn="2024-01-01"),
        expert("c", draws=0),
        expert("d", draws=1, last_drawn="2025-06-01"),
    ]
    assert draw(panel, WANTED, seed="any").numbers == ("c", "b", "d")


def test_a_changed_record_is_seen() -> None:
    panel = [expert(str(number)) for number in range(5)]
    frame = frame_of(panel, WANTED)
    log = [asdict(look) for look in draw_again(frame, "seed").log]
    assert is_same(frame, digest_of(frame), "seed", log)
    swapped = [{**log[0], "number": log[1]["number"]}, {**log[1], "number": log[0]["number"]}, *log[2:]]
    assert not is_same(frame, digest_of(frame), "seed", swapped)
    assert not is_same({**frame, "candidates": frame["candidates"][1:]}, digest_of(frame), "seed", log)


CANDIDATES = st.lists(
    st.builds(
        lambda number, field, employer, draws, year: Candidate(
            f"Z{number}", (field,), employer, draws=draws, last_drawn=f"{year}-01-01" if draws else ""
        ),
        st.integers(0, 500),
        st.sampled_from(["energy", "fire"]),
        st.sampled_from(["OWNER", "A", "B", "C", "D", "E"]),
        st.integers(0, 3),
        st.integers(2020, 2026),
    ),
    max_size=15,
    unique_by=lambda one: one.number,
)


@settings(deadline=None)
@given(CANDIDATES, st.text(min_size=1, max_size=10), st.integers(1, 5))
def test_a_draw_is_lawful_fair_and_the_same_in_any_order(
    panel: list[Candidate], seed: str, seats: int
) -> None:
    wanted = Wanted("energy", seats, "OWNER", "PROJECT")
    drawn = draw(panel, wanted, seed=seed)
    by_number = {one.number: one for one in panel}
    assert draw(list(reversed(panel)), wanted, seed=seed) == drawn
    assert len(drawn.log) == len(panel)
    assert len(drawn.numbers) <= seats
    assert len({by_number[number].employer for number in drawn.numbers}) == len(drawn.numbers)
    assert all(recusal(by_number[number], wanted) is None for number in drawn.numbers)
    last = max((by_number[number].draws for number in drawn.numbers), default=0)
    skipped = [n for n, verdict in drawn.verdicts.items() if verdict == Verdict.NOT_REACHED]
    assert all(by_number[number].draws >= last for number in skipped)
