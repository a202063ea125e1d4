"""Frames, allocation, draws, estimates, agreement and calls."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengshu.scenes.supervision.sampling.agreement import cohens_kappa
from chengshu.scenes.supervision.sampling.calling import Disposition, call_rates
from chengshu.scenes.supervision.sampling.drawing import METHOD, draw
from chengshu.scenes.supervision.sampling.estimating import (
    StratumResult,
    answer_weight,
    base_weight,
    stratified_share,
)
from chengshu.scenes.supervision.sampling.frames import (
    Frame,
    neyman,
    proportional,
    spread_of_share,
)

FRAME = Frame.of((f"case:{number}", "abc"[number % 3]) for number in range(300))


def test_an_element_cannot_stand_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Frame.of([("a", "x"), ("a", "y")])


def test_more_than_a_stratum_has_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="101 of a"):
        draw(FRAME, {"a": 101}, "seed")


def test_a_draw_without_a_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        draw(FRAME, {"a": 1}, "")


def test_the_digest_does_not_depend_on_the_order_and_does_on_the_content() -> None:
    pairs = [("a", "x"), ("b", "y")]
    assert Frame.of(pairs).digest == Frame.of(reversed(pairs)).digest
    assert Frame.of(pairs).digest != Frame.of([("a", "x"), ("b", "x")]).digest


def test_a_known_draw_stays_what_it_was() -> None:
    """The method must never change under its name: this is its reference value."""
    drawn = draw(Frame.of([("a", "x"), ("b", "x"), ("c", "x"), ("d", "y")]), {"x": 2, "y": 1}, "2025-1")
    assert drawn.method == METHOD == "sha256-rank/1"
    assert [one.key for one in drawn.chosen] == ["b", "a", "d"]


def test_the_same_seed_draws_the_same_and_another_seed_another() -> None:
    first, again = draw(FRAME, {"a": 10, "b": 10}, "s1"), draw(FRAME, {"a": 10, "b": 10}, "s1")
    other = draw(FRAME, {"a": 10, "b": 10}, "s2")
    assert first == again
    assert first.digest == again.digest != other.digest
    assert len(first.chosen) == len(set(first.chosen)) == 20


def test_every_element_is_drawn_about_equally_often() -> None:
    frame = Frame.of((str(number), "x") for number in range(20))
    hits = dict.fromkeys((element.key for element in frame.elements), 0)
    for seed in range(400):
        for one in draw(frame, {"x": 5}, str(seed)).chosen:
            hits[one.key] += 1
    assert min(hits.values()) > 65
    assert max(hits.values()) < 135


def test_proportional_shares_are_exact_and_leave_no_stratum_out() -> None:
    assert proportional({"a": 900, "b": 90, "c": 3}, 30) == {"a": 26, "b": 3, "c": 1}
    assert proportional({"a": 5, "b": 5}, 100) == {"a": 5, "b": 5}


def test_a_sample_smaller_than_its_strata_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        proportional({"a": 1, "b": 1, "c": 1}, 2)


def test_neyman_draws_more_where_answers_differ_more() -> None:
    given = neyman({"a": 100, "b": 100}, {"a": 0.5, "b": 0.1}, 60)
    assert given == {"a": 50, "b": 10}


def test_neyman_never_draws_more_than_there_is() -> None:
    assert neyman({"a": 10, "b": 1000}, {"a": 0.5, "b": 0.001}, 100) == {"a": 10, "b": 90}


def test_neyman_without_any_spread_is_proportional() -> None:
    assert neyman({"a": 30, "b": 10}, {}, 8) == proportional({"a": 30, "b": 10}, 8)


@pytest.mark.parametrize("wanted", range(4, 60))
def test_an_allocation_gives_out_exactly_what_is_wanted(wanted: int) -> None:
    sizes = {"a": 7, "b": 31, "c": 3, "d": 19}
    for given in (proportional(sizes, wanted), neyman(sizes, {"a": 0.5, "b": 0.2, "d": 0.4}, wanted)):
        assert sum(given.values()) == wanted
        assert all(1 <= given[name] <= sizes[name] for name in sizes)


def test_a_stratum_without_failures_still_has_some_spread() -> None:
    assert spread_of_share(20, 20) > 0


def test_no_answers_give_no_estimate() -> None:
    estimate = stratified_share({"a": StratumResult(100, 10, 0, 0)})
    assert (estimate.share, estimate.interval, estimate.covers) == (None, None, Decimal(0))


def test_impossible_strata_are_refused() -> None:
    with pytest.raises(ValueError, match="count"):
        StratumResult(10, 5, 6, 1)


def test_the_estimate_weights_strata_by_size_and_not_by_answers() -> None:
    estimate = stratified_share({"a": StratumResult(900, 10, 10, 5), "b": StratumResult(100, 90, 90, 90)})
    assert estimate.share == Decimal("0.550000")


def test_asking_everybody_leaves_nothing_uncertain() -> None:
    estimate = stratified_share({"a": StratumResult(10, 10, 10, 7)})
    assert estimate.interval is not None
    assert (estimate.interval.low, estimate.interval.high) == (Decimal("0.700000"), Decimal("0.700000"))


def test_the_finite_population_makes_the_interval_narrower() -> None:
    of_few = stratified_share({"a": StratumResult(60, 50, 50, 40)}).interval
    of_many = stratified_share({"a": StratumResult(60_000, 50, 50, 40)}).interval
    assert of_few is not None
    assert of_many is not None
    assert of_few.high - of_few.low < (of_many.high - of_many.low) / 2


def test_unanimous_answers_leave_room_for_doubt() -> None:
    interval = stratified_share(
        {"a": StratumResult(1000, 20, 20, 20), "b": StratumResult(10, 3, 3, 3)}
    ).interval
    assert interval is not None
    assert interval.low < Decimal("0.9")
    assert interval.high == 1


def test_the_stratified_interval_covers_the_truth_as_often_as_it_says() -> None:
    """600 seeded draws from a known population with two unlike strata."""
    yes = {f"a{n}": n < 160 for n in range(200)} | {f"b{n}": n < 30 for n in range(60)}
    frame = Frame.of((key, key[0]) for key in yes)
    truth, covered, draws = sum(yes.values()) / len(yes), 0, 600
    for seed in range(draws):
        chosen = draw(frame, {"a": 30, "b": 20}, f"coverage-{seed}").chosen
        counted = {name: sum(yes[one.key] for one in chosen if one.stratum == name) for name in "ab"}
        estimate = stratified_share(
            {"a": StratumResult(200, 30, 30, counted["a"]), "b": StratumResult(60, 20, 20, counted["b"])}
        )
        assert estimate.interval is not None
        covered += estimate.interval.covers(truth)
    assert 0.92 <= covered / draws <= 0.99


def test_strata_nobody_answered_in_are_told() -> None:
    estimate = stratified_share({"a": StratumResult(75, 5, 5, 4), "b": StratumResult(25, 5, 0, 0)})
    assert estimate.covers == Decimal("0.750000")


def test_weights_share_out_those_who_did_not_answer() -> None:
    assert base_weight(100, 20) == Decimal("5.000000")
    assert answer_weight(100, 16) == Decimal("6.250000")
    assert answer_weight(100, 0) is None


def test_kappa_of_a_known_table() -> None:
    """Cohen's own kind of example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives 0.4."""
    codes = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    agreement = cohens_kappa(codes)
    assert agreement.kappa == Decimal("0.400000")
    assert agreement.observed == Decimal("0.700000")
    assert agreement.low is not None
    assert agreement.high is not None
    assert agreement.low < Decimal("0.4") < agreement.high


def test_kappa_says_nothing_where_chance_explains_everything() -> None:
    assert cohens_kappa([("y", "y")] * 9).kappa is None
    assert cohens_kappa([]).observed is None


def test_call_rates_follow_aapor() -> None:
    calls = (
        [Disposition.COMPLETE] * 40
        + [Disposition.PARTIAL] * 5
        + [Disposition.REFUSAL] * 10
        + [Disposition.ANSWERING_DEVICE] * 5
        + [Disposition.NO_ANSWER] * 20
        + [Disposition.NOT_WORKING] * 20
    )
    rates = call_rates(calls)
    assert (rates.calls, rates.eligible_share) == (100, Decimal("0.750000"))
    assert rates.rr1 == Decimal("0.500000")
    assert rates.rr2 == Decimal("0.562500")
    assert rates.rr3 == Decimal("0.533333")
    assert rates.coop1 == Decimal("0.727273")
    assert rates.ref1 == Decimal("0.125000")
    assert rates.con1 == Decimal("0.687500")


def test_no_calls_have_no_rates() -> None:
    rates = call_rates([])
    assert (rates.rr1, rates.coop1, rates.eligible_share) == (None, None, None)
