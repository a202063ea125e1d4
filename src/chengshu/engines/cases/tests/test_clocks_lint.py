"""Models whose clocks would break the law are found before they are deployed."""

from __future__ import annotations

from datetime import date

import pytest

from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.clocks.linting import clock_findings
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.tests.models import END, START, process, user_task

DAY = date(2026, 3, 2)


def codes(own: str, mark: str = "") -> list[str]:
    """Findings of a one-step process with these clock attributes and this mark."""
    attributes = f"<extensionElements><chengshu:case {own}/></extensionElements>" if own else ""
    step = user_task("review", "审查", more=mark)
    content = process(attributes + START + step + END, ["start > review", "review > end"], key="permit")
    plan = compile_process(read_document(content), "permit", ref="1")
    return [finding.code for finding in clock_findings(plan, DAY)]


@pytest.mark.parametrize(
    ("own", "mark", "code"),
    [
        ('rule="nothing"', "", "clocks.rule"),
        ('rule="general_permit" legal="soon"', "", "clocks.limit"),
        ('rule="general_permit" legal="21wd"', "", "clocks.beyond_law"),
        ('rule="construction_permit" legal="7wd"', "", "clocks.beyond_law"),
        ('rule="general_permit" promised="21wd"', "", "clocks.promise_beyond_law"),
        ('rule="construction_permit" promised="7wd"', "", "clocks.promise_beyond_law"),
        (
            'rule="general_permit"',
            '<chengshu:clock do="pause" ground="public_notice"/>',
            "clocks.ground_unlawful",
        ),
        ('rule="general_permit"', '<chengshu:clock do="pause" ground="lunch"/>', "clocks.ground"),
        ('legal="20wd"', '<chengshu:clock do="pause" ground="hearing"/>', "clocks.no_rule"),
        ("", '<chengshu:clock do="start"/>', "clocks.none"),
    ],
)
def test_an_unlawful_clock_is_found(own: str, mark: str, code: str) -> None:
    assert codes(own, mark) == [code]


@pytest.mark.parametrize(
    ("own", "mark"),
    [
        ("", ""),
        ('rule="general_permit" promised="4wd"', '<chengshu:clock do="pause" ground="hearing"/>'),
        ('rule="eia_report"', ""),
        ('legal="20wd" promised="20wd"', '<chengshu:clock do="start"/>'),
    ],
)
def test_a_lawful_clock_passes(own: str, mark: str) -> None:
    assert codes(own, mark) == []
