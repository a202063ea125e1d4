"""Each rule reports its own example and leaves its counterexample alone; the registry is complete."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from chengshu.hub.promises.lint import Rule, Severity, lint, rules

CODES = (
    *(f"S{n:02}" for n in range(1, 8)),
    *(f"V{n:02}" for n in range(1, 19)),
    *(f"C{n:02}" for n in range(1, 10)),
    *(f"X{n:02}" for n in range(1, 13)),
)


def test_the_registry_holds_every_code_once() -> None:
    assert [rule.code for rule in rules()] == sorted(CODES)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_leaves_its_counterexample_alone(rule: Rule) -> None:
    assert rule.code not in {finding.code for finding in lint(rule.counterexample)}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_reports_its_example(rule: Rule) -> None:
    found = [finding for finding in lint(rule.example) if finding.code == rule.code]

    assert found
    with override("en"):
        assert all(finding.message and "%(" not in finding.message for finding in found)
    assert all(json.dumps(dict(finding.data)) for finding in found)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_says_why_by_what_and_what_to_do(rule: Rule) -> None:
    assert rule.severity in Severity
    with override("en"):
        assert all(str(text) for text in (rule.title, rule.reason, rule.source, rule.message, rule.advice))
