"""Rules as data: every rule is complete, cited and dated, and the dates of its versions join."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengshu.foundation.errors import InvalidFile, Missing
from chengshu.hub.promises.evaluation import rules


def version(start: str, end: str = "", *, rule_id: str = "a.b", more: str = "configurable = true") -> str:
    ending = f"valid_to = {end}" if end else ""
    return f"""
[[rule]]
rule_id = "{rule_id}"
value = 1.30
unit = "points"
legal_basis = "a law"
valid_from = {start}
{ending}
evidence = "uncertain"
verified = false
{more}
"""


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("rules.overlap", (version("2020-01-01", "2021-01-01"), version("2021-01-01"))),
        ("rules.overlap", (version("2020-01-01"), version("2021-01-01"))),
        ("rules.overlap", (version("2020-01-01", "2020-12-31"), version("2020-01-01", "2020-12-31"))),
        ("rules.gap", (version("2020-01-01", "2020-12-30"), version("2021-01-01"))),
        ("rules.dates", (version("2020-01-02", "2020-01-01"),)),
        ("rules.toml", ("[[rule",)),
        ("rules.toml", ("title = 'no rules'",)),
        ("rules.fields", (version("2020-01-01", more=""),)),
        ("rules.fields", (version("2020-01-01", more="configurable = true\ncolour = 1"),)),
        ("rules.uncited", (version("2020-01-01").replace("a law", " "),)),
        ("rules.verified", (version("2020-01-01").replace("verified = false", "verified = true"),)),
        ("rules.evidence", (version("2020-01-01").replace("uncertain", "hearsay"),)),
    ],
)
def test_a_broken_rule_file_is_refused(code: str, texts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidFile) as refusal:
        rules.book(*texts)
    assert refusal.value.code == code
    assert refusal.value.hint


def test_versions_that_join_are_each_found_on_their_days() -> None:
    law = rules.book(version("2020-01-01", "2020-12-31"), version("2021-01-01").replace("1.30", "1.5"))
    assert law.at(date(2020, 12, 31))["a.b"].number == Decimal("1.30")
    assert law.at(date(2021, 1, 1))["a.b"].number == Decimal("1.5")


def test_a_rule_is_missing_before_its_first_day() -> None:
    with pytest.raises(Missing) as missing:
        rules.at(date(2019, 12, 31))["scoring.weights.standard"]
    assert missing.value.data == {"rule_id": "scoring.weights.standard", "on": "2019-12-31"}


def test_law_cannot_be_replaced_by_configuration() -> None:
    own = rules.read(version("2015-01-01", rule_id="lifecycle.publication"), "own.toml")
    with pytest.raises(InvalidFile) as refusal:
        rules.shipped().replaced_by(own)
    assert refusal.value.code == "rules.fixed"


def test_an_unknown_rule_cannot_be_configured() -> None:
    with pytest.raises(InvalidFile, match="configuration"):
        rules.shipped().replaced_by(rules.read(version("2015-01-01"), "own.toml"))


def test_a_deployment_replaces_a_configurable_rule() -> None:
    text = version("2020-01-01", rule_id="scoring.over_ratio_reason").replace("1.30", "1.5")
    law = rules.shipped().replaced_by(rules.read(text, "own.toml"))
    assert law.at(date(2025, 1, 1))["scoring.over_ratio_reason"].number == Decimal("1.5")
    assert rules.at(date(2025, 1, 1))["scoring.over_ratio_reason"].number == Decimal("1.30")


def test_an_unknown_row_names_the_known_ones() -> None:
    with pytest.raises(Missing) as missing:
        rules.at(date(2025, 1, 1))["scoring.grades"].row("superb")
    assert missing.value.data["entries"] == ["excellent", "good", "fair", "poor"]


def test_only_what_was_read_in_the_law_is_verified() -> None:
    verified = {rule.rule_id for rule in rules.shipped().versions if rule.verified}
    assert verified == {"lifecycle.finance_reply", "lifecycle.department_reply", "lifecycle.publication"}


def test_what_is_uncertain_is_configurable() -> None:
    uncertain = [rule for rule in rules.shipped().versions if rule.evidence is rules.Evidence.UNCERTAIN]
    assert uncertain
    assert all(rule.configurable for rule in uncertain)


@pytest.mark.parametrize("scheme", ["standard", "cost"])
def test_first_level_weights_add_up_to_a_hundred(scheme: str) -> None:
    assert sum(rules.at(date(2025, 1, 1))[f"scoring.weights.{scheme}"].numbers.values()) == 100


@pytest.mark.parametrize("rule_id", ["scoring.grades", "scoring.qualitative", "scoring.satisfaction.bands"])
def test_steps_fall_to_zero_so_that_every_value_has_one(rule_id: str) -> None:
    bounds = [Decimal(row["from"]) for row in rules.at(date(2025, 1, 1))[rule_id].rows]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == 0


def test_the_matrix_reads_every_pair_of_lights_once() -> None:
    pairs = [(row["budget"], row["goal"]) for row in rules.at(date(2025, 1, 1))["monitoring.matrix"].rows]
    lights = ("green", "yellow", "red")
    assert sorted(pairs) == sorted((budget, goal) for budget in lights for goal in lights)
